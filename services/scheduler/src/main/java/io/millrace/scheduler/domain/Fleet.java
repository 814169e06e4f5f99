package io.millrace.scheduler.domain;

import io.millrace.scheduler.domain.Promise.NodeGpus;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The nodes of a pool by index, in ascending order of id, which of their GPUs are held, and where a request fits. A
 * cache of nodes and attempts: it can be rebuilt from them. Arrays, because a cycle asks thousands of times.
 *
 * <p>Placement: a request of up to one node's GPUs goes to the node with the least free GPUs that still fits it, the
 * lowest id among equals. A larger one takes whole free nodes, the lowest ids first, its remainder a whole node too.
 * With {@code gpusPerNode} it takes that many on each of several nodes, again least free first.
 */
final class Fleet {

    /** So many GPUs of the node with that index. */
    record Slot(int node, int gpus) {}

    private static final int ANY = -1;
    private static final int NONE = -2;

    private Node[] nodes = new Node[0];
    private long[] held = new long[0];
    private int[] free = new int[0];

    /** The number of each node's GPU type. */
    private int[] types = new int[0];

    private final Map<String, Integer> typeNumbers = new HashMap<>();
    private final Map<String, Integer> indexes = new HashMap<>();
    private final Map<JobRequest.Shape, Integer> heldOfEmpty = new HashMap<>();
    private int @Nullable [] all;
    private int heldGpus;
    private int version;

    /** Takes a node in, or its new state. Whoever holds its GPUs goes on holding them. */
    void put(Node node) {
        heldOfEmpty.clear();
        all = null;
        Integer known = indexes.get(node.id());
        if (known == null) {
            insert(node);
        } else {
            nodes[known] = node;
            count(known);
        }
    }

    private void insert(Node node) {
        int at = -Arrays.binarySearch(nodes, node, Comparator.comparing(Node::id)) - 1;
        int size = nodes.length + 1;
        Node[] moreNodes = Arrays.copyOf(nodes, size);
        long[] moreHeld = Arrays.copyOf(held, size);
        int[] moreFree = Arrays.copyOf(free, size);
        int[] moreTypes = Arrays.copyOf(types, size);
        System.arraycopy(nodes, at, moreNodes, at + 1, size - 1 - at);
        System.arraycopy(held, at, moreHeld, at + 1, size - 1 - at);
        System.arraycopy(free, at, moreFree, at + 1, size - 1 - at);
        System.arraycopy(types, at, moreTypes, at + 1, size - 1 - at);
        moreNodes[at] = node;
        moreHeld[at] = 0;
        nodes = moreNodes;
        held = moreHeld;
        free = moreFree;
        types = moreTypes;
        for (int i = at; i < size; i++) {
            indexes.put(nodes[i].id(), i);
        }
        version++;
        count(at);
    }

    private void count(int node) {
        types[node] = typeNumbers.computeIfAbsent(nodes[node].gpuType(), type -> typeNumbers.size());
        countFree(node);
    }

    private void countFree(int node) {
        free[node] = Long.bitCount(nodes[node].allGpus() & ~held[node]);
    }

    /** @throws IllegalStateException when one of the GPUs is held already: two attempts must never share one */
    void hold(NodeShare share) {
        int node = index(share.nodeId());
        if ((held[node] & share.gpuMask()) != 0) {
            throw new IllegalStateException("GPUs " + Long.toBinaryString(held[node] & share.gpuMask()) + " of node "
                    + share.nodeId() + " are held already");
        }
        held[node] |= share.gpuMask();
        heldGpus += share.gpus();
        countFree(node);
    }

    /** GPUs of a node that are held. */
    int held(String nodeId) {
        return Long.bitCount(held[index(nodeId)]);
    }

    void release(NodeShare share) {
        int node = index(share.nodeId());
        held[node] &= ~share.gpuMask();
        heldGpus -= share.gpus();
        countFree(node);
    }

    static int count(List<NodeShare> shares) {
        return shares.stream().mapToInt(NodeShare::gpus).sum();
    }

    /** Changes whenever indexes do. */
    int version() {
        return version;
    }

    int size() {
        return nodes.length;
    }

    Node node(int index) {
        return nodes[index];
    }

    /** @throws IllegalStateException when there is no such node */
    int index(String nodeId) {
        Integer index = indexes.get(nodeId);
        if (index == null) {
            throw new IllegalStateException("unknown node " + nodeId);
        }
        return index;
    }

    /** Null when there is no such node. */
    @Nullable
    Node node(String nodeId) {
        Integer index = indexes.get(nodeId);
        return index == null ? null : nodes[index];
    }

    /** In ascending order of id. */
    Collection<Node> nodes() {
        return Collections.unmodifiableList(Arrays.asList(nodes));
    }

    int held() {
        return heldGpus;
    }

    /** Free GPUs of each node now; live, not to be changed. */
    int[] free() {
        return free;
    }

    /** All GPUs of each node. Not to be changed. */
    int[] all() {
        int[] made = all;
        if (made == null) {
            made = Arrays.stream(nodes).mapToInt(Node::gpus).toArray();
            all = made;
        }
        return made;
    }

    /** GPUs that a job of the shape would hold if nothing ran and all nodes were up; 0 when it would not fit even then. */
    int heldOfEmpty(JobRequest.Shape shape) {
        return heldOfEmpty.computeIfAbsent(shape, asked -> {
            List<Slot> slots = fit(asked, where(node -> true), all());
            return slots == null ? 0 : Room.count(slots);
        });
    }

    /** Of each node whether it counts. */
    boolean[] where(Predicate<Node> counts) {
        boolean[] usable = new boolean[nodes.length];
        for (int i = 0; i < nodes.length; i++) {
            usable[i] = counts.test(nodes[i]);
        }
        return usable;
    }

    /**
     * Where a request fits.
     *
     * @param usable nodes that count
     * @param available GPUs that may be taken of each node; negative is none
     * @return GPUs of each node, in rank order; null when it doesn't fit
     */
    @Nullable
    List<Slot> fit(JobRequest.Shape shape, boolean[] usable, int[] available) {
        int type = type(shape);
        Integer perNode = shape.gpusPerNode();
        if (type == NONE) {
            return null;
        }
        if (perNode != null) {
            return fitOnEach(type, perNode, shape.gpus() / perNode, usable, available);
        }
        // Of all nodes, whatever their health: a job that is for one node is not split because that one is down.
        return shape.gpus() <= largest(type)
                ? fitOnEach(type, shape.gpus(), 1, usable, available)
                : fitOnWholeNodes(type, shape.gpus(), usable, available);
    }

    /** The number of the type a shape needs; {@link #ANY} for whichever, {@link #NONE} when no node has it. */
    private int type(JobRequest.Shape shape) {
        return shape.gpuType() == null ? ANY : typeNumbers.getOrDefault(shape.gpuType(), NONE);
    }

    private boolean matches(int node, int type) {
        return type == ANY || types[node] == type;
    }

    private int largest(int type) {
        int[] gpus = all();
        int largest = 0;
        for (int i = 0; i < gpus.length; i++) {
            if (gpus[i] > largest && matches(i, type)) {
                largest = gpus[i];
            }
        }
        return largest;
    }

    private @Nullable List<Slot> fitOnEach(int type, int gpusEach, int count, boolean[] usable, int[] available) {
        if (count == 1) {
            int best = -1;
            int least = Integer.MAX_VALUE;
            for (int i = 0; i < available.length; i++) {
                if (available[i] >= gpusEach && available[i] < least && usable[i] && matches(i, type)) {
                    best = i;
                    least = available[i];
                }
            }
            return best < 0 ? null : List.of(new Slot(best, gpusEach));
        }
        int[] fitting = new int[available.length];
        int found = 0;
        for (int i = 0; i < available.length; i++) {
            if (available[i] >= gpusEach && usable[i] && matches(i, type)) {
                fitting[found++] = i;
            }
        }
        if (found < count) {
            return null;
        }
        return Arrays.stream(fitting, 0, found)
                .boxed()
                .sorted(Comparator.comparingInt(node -> available[node])) // stable: equal ones stay in order of id
                .limit(count)
                .map(node -> new Slot(node, gpusEach))
                .toList();
    }

    private @Nullable List<Slot> fitOnWholeNodes(int type, int wanted, boolean[] usable, int[] available) {
        int[] gpus = all();
        int found = 0;
        for (int i = 0; i < gpus.length; i++) {
            if (available[i] >= gpus[i] && usable[i] && matches(i, type)) {
                found += gpus[i];
            }
        }
        if (found < wanted) {
            return null;
        }
        List<Slot> whole = new ArrayList<>();
        for (int i = 0; i < gpus.length; i++) {
            if (available[i] >= gpus[i] && usable[i] && matches(i, type)) {
                whole.add(new Slot(i, gpus[i]));
            }
        }
        whole.sort(Comparator.comparingInt(Slot::gpus).reversed()); // stable, and a no-op where nodes are alike
        int missing = wanted;
        int taken = 0;
        while (missing > 0) {
            missing -= whole.get(taken++).gpus();
        }
        return List.copyOf(whole.subList(0, taken));
    }

    /** The lowest free GPUs of each slot's node. */
    List<NodeShare> take(List<Slot> slots) {
        List<NodeShare> shares = new ArrayList<>(slots.size());
        for (Slot slot : slots) {
            Node node = nodes[slot.node()];
            long left = node.allGpus() & ~held[slot.node()];
            long taken = 0;
            for (int i = 0; i < slot.gpus(); i++) {
                long lowest = Long.lowestOneBit(left);
                taken |= lowest;
                left ^= lowest;
            }
            shares.add(new NodeShare(node.id(), taken));
        }
        return List.copyOf(shares);
    }

    List<NodeGpus> plan(List<Slot> slots) {
        return slots.stream()
                .map(slot -> new NodeGpus(nodes[slot.node()].id(), slot.gpus()))
                .toList();
    }
}
