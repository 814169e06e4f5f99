package io.millrace.scheduler.domain;

import io.millrace.scheduler.domain.Node.Health;
import io.millrace.scheduler.domain.SchedulingPolicy.Liveness;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which nodes must be heard of, and until when. When a node was heard of is part of the pool's state; the rest is a
 * cache of that, of the nodes and of the policy.
 *
 * <p>A heartbeat changes the state only when a quarter of the allowed silence has passed since the one that is
 * remembered; that quarter is borne on top.
 */
final class NodeWatch {

    /** Parts of the allowed silence. */
    private static final int COARSE = 4;

    private record At(long observed, String nodeId) {

        private static int compare(At one, At other) {
            int order = Long.compare(one.observed, other.observed);
            return order == 0 ? one.nodeId.compareTo(other.nodeId) : order;
        }
    }

    private final Map<String, Long> heard = new HashMap<>();
    private final Map<String, Node> watched = new HashMap<>();
    private final NavigableSet<At> deadlines = new TreeSet<>(At::compare);

    /** Nodes that were given up. */
    private final NavigableSet<String> silent = new TreeSet<>();

    private @Nullable Liveness liveness;

    void rebuild(Collection<Node> nodes, @Nullable SchedulingPolicy policy) {
        liveness = policy == null ? null : policy.liveness();
        watched.clear();
        silent.clear();
        deadlines.clear();
        nodes.forEach(this::put);
    }

    /** Takes a node in, or its new state. */
    void put(Node node) {
        remove(node.id());
        // Whoever runs nothing new is not worth a watch: what still runs there has its lease.
        if (node.silentAfterMs() != null && node.health() == Health.UP) {
            watched.put(node.id(), node);
        } else {
            watched.remove(node.id());
        }
        if (node.health() == Health.SILENT) {
            silent.add(node.id());
        } else {
            silent.remove(node.id());
        }
        add(node.id());
    }

    void heard(String nodeId, long observed) {
        remove(nodeId);
        heard.put(nodeId, observed);
        add(nodeId);
    }

    /** Whether anything was known of when the node was heard of. */
    boolean forget(String nodeId) {
        remove(nodeId);
        return heard.remove(nodeId) != null;
    }

    private void add(String nodeId) {
        Long deadline = deadline(nodeId);
        if (deadline != null) {
            deadlines.add(new At(deadline, nodeId));
        }
    }

    private void remove(String nodeId) {
        Long deadline = deadline(nodeId);
        if (deadline != null) {
            deadlines.remove(new At(deadline, nodeId));
        }
    }

    private @Nullable Long deadline(String nodeId) {
        Node node = watched.get(nodeId);
        Long last = heard.get(nodeId);
        return node == null || node.silentAfterMs() == null || last == null || liveness == null
                ? null
                : (Long) Timers.plus(last, node.silentAfterMs(), node.silentAfterMs() / COARSE, liveness.marginMs());
    }

    /** Whether a heartbeat at that observed time has to be remembered. */
    boolean isNews(Node node, long observed) {
        Long last = heard.get(node.id());
        Long allowed = node.silentAfterMs();
        return last == null || (allowed != null && observed > last + allowed / COARSE);
    }

    /** Nodes that were given up and were heard of again, in a fixed order; a copy. */
    List<String> heardAgain() {
        return silent.stream().filter(heard::containsKey).toList();
    }

    /** Nodes whose silence is too long, in a fixed order; a copy. */
    List<String> silent(long observed) {
        return deadlines.headSet(new At(observed + 1, ""), false).stream()
                .map(At::nodeId)
                .toList();
    }

    /** The next observed time at which a node is silent for too long, ms; null when none can be. */
    @Nullable
    Long nextDeadline() {
        return deadlines.isEmpty() ? null : deadlines.first().observed();
    }
}
