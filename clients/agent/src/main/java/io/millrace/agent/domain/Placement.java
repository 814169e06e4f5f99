package io.millrace.agent.domain;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the scheduler decided: an attempt may start on these GPUs.
 *
 * @param shares in rank order of their nodes; the agent of the first one, the lead, speaks for the attempt
 * @param startBefore the attempt must not start later; ms since the epoch
 * @param leaseMs an agent that can't report for so long stops its part
 * @param limitMs longest the attempt may run; null for no limit
 * @param work what is to be run; null when the job was submitted without
 */
public record Placement(
        AttemptKey key,
        List<Share> shares,
        long startBefore,
        long leaseMs,
        @Nullable Long limitMs,
        @Nullable Work work,
        @Nullable Resume resume,
        @Nullable Member array) {

    /**
     * GPUs held on one node.
     *
     * @param gpus indices of the GPUs
     * @param address where other nodes reach this one; null when it has said none
     */
    public record Share(
            String nodeId, List<Integer> gpus, @Nullable String address) {
        public Share {
            gpus = List.copyOf(gpus);
        }
    }

    /**
     * @param command program and arguments, run without a shell
     * @param directory working directory; null for a folder of the attempt's own
     */
    public record Work(
            List<String> command,
            Map<String, String> environment,
            @Nullable String directory) {
        public Work {
            command = List.copyOf(command);
            environment = Map.copyOf(environment);
        }
    }

    /** The newest checkpoint of an earlier attempt. */
    public record Resume(int attempt, long step, String path) {}

    /** The job's place in its array. */
    public record Member(String arrayId, int index, int size) {}

    public Placement {
        shares = List.copyOf(shares);
        if (shares.isEmpty()) {
            throw new IllegalArgumentException(key + " is placed on no node");
        }
    }

    /** Rank of a node in the attempt, from 0; -1 when it is not one of it. */
    public int rank(String nodeId) {
        for (int rank = 0; rank < shares.size(); rank++) {
            if (shares.get(rank).nodeId().equals(nodeId)) {
                return rank;
            }
        }
        return -1;
    }

    /** The node whose agent speaks for the attempt. */
    public String lead() {
        return shares.getFirst().nodeId();
    }

    /** Whether several agents have to start it together. */
    public boolean isGang() {
        return shares.size() > 1;
    }

    public int gpus() {
        return shares.stream().mapToInt(share -> share.gpus().size()).sum();
    }

    public List<String> nodeIds() {
        return shares.stream().map(Share::nodeId).toList();
    }
}
