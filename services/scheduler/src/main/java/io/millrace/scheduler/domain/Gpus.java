package io.millrace.scheduler.domain;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which GPUs are held, and where a request fits. A cache of the pool's attempts: it can be rebuilt from them.
 *
 * <p>Placement: a request of up to one node's GPUs goes to the node with the least free GPUs that still fits it, the
 * lowest id among equals. A larger one takes whole free nodes, the lowest ids first, its remainder a whole node too.
 * With {@code gpusPerNode} it takes that many on each of several nodes, again least free first.
 */
final class Gpus {

    private final Map<String, Long> heldByNode = new HashMap<>();

    /** @throws IllegalStateException when one of the GPUs is held already: two attempts must never share one */
    void hold(NodeShare share) {
        long held = held(share.nodeId());
        if ((held & share.gpuMask()) != 0) {
            throw new IllegalStateException("GPUs " + Long.toBinaryString(held & share.gpuMask()) + " of node "
                    + share.nodeId() + " are held already");
        }
        heldByNode.put(share.nodeId(), held | share.gpuMask());
    }

    void release(NodeShare share) {
        long left = held(share.nodeId()) & ~share.gpuMask();
        if (left == 0) {
            heldByNode.remove(share.nodeId());
        } else {
            heldByNode.put(share.nodeId(), left);
        }
    }

    private long held(String nodeId) {
        return heldByNode.getOrDefault(nodeId, 0L);
    }

    static int count(List<NodeShare> shares) {
        return shares.stream().mapToInt(NodeShare::gpus).sum();
    }

    int held() {
        return heldByNode.values().stream().mapToInt(Long::bitCount).sum();
    }

    int free(Node node) {
        return Long.bitCount(freeMask(node));
    }

    private long freeMask(Node node) {
        return node.allGpus() & ~held(node.id());
    }

    /**
     * Where a request fits now.
     *
     * @param nodes in ascending order of id
     * @return the GPUs to hold, in rank order; null when it doesn't fit
     */
    @Nullable
    List<NodeShare> fit(JobRequest.Shape shape, Iterable<Node> nodes, Predicate<Node> usable) {
        List<Node> candidates = new ArrayList<>();
        int largest = 0;
        for (Node node : nodes) {
            if (node.matches(shape)) {
                // Of all nodes, whatever their health: a job that is for one node is not split because that one is
                // down.
                largest = Math.max(largest, node.gpus());
                if (usable.test(node)) {
                    candidates.add(node);
                }
            }
        }
        if (shape.gpusPerNode() != null) {
            return fitOnEach(candidates, shape.gpusPerNode(), shape.gpus() / shape.gpusPerNode());
        }
        return shape.gpus() <= largest
                ? fitOnEach(candidates, shape.gpus(), 1)
                : fitOnWholeNodes(candidates, shape.gpus());
    }

    private @Nullable List<NodeShare> fitOnEach(List<Node> candidates, int gpusEach, int count) {
        if (count == 1) {
            Node best = null;
            int least = Integer.MAX_VALUE;
            for (Node node : candidates) {
                int free = free(node);
                if (free >= gpusEach && free < least) {
                    best = node;
                    least = free;
                }
            }
            return best == null ? null : List.of(take(best, gpusEach));
        }
        List<Node> fitting = new ArrayList<>(candidates);
        fitting.removeIf(node -> free(node) < gpusEach);
        if (fitting.size() < count) {
            return null;
        }
        fitting.sort(Comparator.comparingInt(this::free)); // stable: equal ones stay in order of id
        return fitting.subList(0, count).stream()
                .map(node -> take(node, gpusEach))
                .toList();
    }

    private @Nullable List<NodeShare> fitOnWholeNodes(List<Node> candidates, int gpus) {
        List<Node> whole = new ArrayList<>(candidates);
        whole.removeIf(node -> free(node) < node.gpus());
        whole.sort(Comparator.comparingInt(Node::gpus).reversed()); // stable, and a no-op where nodes are alike
        List<NodeShare> shares = new ArrayList<>();
        int missing = gpus;
        for (Node node : whole) {
            if (missing <= 0) {
                break;
            }
            shares.add(new NodeShare(node.id(), node.allGpus()));
            missing -= node.gpus();
        }
        return missing <= 0 ? List.copyOf(shares) : null;
    }

    /** The lowest free indices. */
    private NodeShare take(Node node, int gpus) {
        long free = freeMask(node);
        long taken = 0;
        for (int i = 0; i < gpus; i++) {
            long lowest = Long.lowestOneBit(free);
            taken |= lowest;
            free ^= lowest;
        }
        return new NodeShare(node.id(), taken);
    }
}
