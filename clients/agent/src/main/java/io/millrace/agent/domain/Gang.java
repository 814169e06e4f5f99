package io.millrace.agent.domain;

import io.millrace.agent.domain.PartState.Decision;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the log says of the parts of one attempt: whether it starts, and how each part is. All agents read the same log
 * in the same order, so all come to the same decision. An attempt on one node needs no log, and starts.
 */
final class Gang {

    private final Placement placement;
    private final String nodeId;
    private Decision decision;
    private final List<String> ready;
    private final Map<String, Long> heard;
    private final Map<String, Integer> ended;

    Gang(String nodeId, PartState state) {
        this.nodeId = nodeId;
        placement = state.placement();
        decision = state.decision();
        ready = new ArrayList<>(state.ready());
        heard = new HashMap<>(state.heard());
        ended = new HashMap<>(state.ended());
    }

    Decision decision() {
        return decision;
    }

    List<String> readyNodes() {
        return ready;
    }

    Map<String, Long> heardNodes() {
        return heard;
    }

    Map<String, Integer> endedNodes() {
        return ended;
    }

    // ---- what is read, in the order of the log

    void ready(String node, long now) {
        if (decision == Decision.OPEN && placement.rank(node) >= 0 && !ready.contains(node)) {
            ready.add(node);
            if (ready.size() == placement.shares().size()) {
                decision = Decision.GO;
                placement.nodeIds().forEach(each -> heard.put(each, now));
            }
        }
    }

    /** Returns whether this keeps it from starting. */
    boolean aborted() {
        if (decision != Decision.OPEN) {
            return false;
        }
        decision = Decision.NO;
        return true;
    }

    void ended(String node, int exitCode) {
        ended.putIfAbsent(node, exitCode);
    }

    void heard(String node, long at) {
        heard.merge(node, at, Math::max);
    }

    // ---- what follows from it

    long heardOf(String node) {
        return heard.getOrDefault(node, 0L);
    }

    /** Whether every part but this node's has ended or was heard of within the lease. */
    boolean othersAlive(long now) {
        return placement.nodeIds().stream()
                .allMatch(node ->
                        node.equals(nodeId) || ended.containsKey(node) || now - heardOf(node) <= placement.leaseMs());
    }

    /** A node of which nothing is heard any more, and whose part has not ended; null for none. */
    @Nullable
    String lost(long now) {
        return placement.nodeIds().stream()
                .filter(node -> !ended.containsKey(node) && isGone(node, now))
                .findFirst()
                .orElse(null);
    }

    /** Whether a part can't run any more: its node was silent for its lease, and half as long again for good measure. */
    private boolean isGone(String node, long now) {
        return !node.equals(nodeId) && now - heardOf(node) > placement.leaseMs() + placement.leaseMs() / 2;
    }

    boolean allEnded() {
        return placement.nodeIds().stream().allMatch(ended::containsKey);
    }

    /**
     * Whether nothing of it runs on any other node, now or ever.
     *
     * @param readySaid whether this node has said READY
     */
    boolean isOverElsewhere(boolean readySaid, long now) {
        if (!placement.isGang()) {
            return true;
        }
        return switch (decision) {
            case NO -> true;
            // Without this node's READY it never starts anywhere; with it, the log still has to say.
            case OPEN -> !readySaid;
            case GO -> placement.nodeIds().stream().allMatch(node -> ended.containsKey(node) || isGone(node, now));
        };
    }
}
