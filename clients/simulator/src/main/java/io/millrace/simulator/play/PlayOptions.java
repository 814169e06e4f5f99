package io.millrace.simulator.play;

import io.millrace.simulator.trace.Cluster;
import io.millrace.simulator.trace.StatedLimits;
import io.millrace.simulator.trace.TraceJob;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is played. Equal options make equal records in equal order. Refused where there is nothing to play, or where the
 * cluster lacks a partition or a node that is named.
 *
 * @param playId begins every event id, so two plays on one log need two ids
 * @param jobs in the order of the trace file
 * @param statedLimitsMs limits that users state, ascending: each job states the first above its duration
 * @param script what happens to nodes, in any order
 * @param patience how long to wait for one cycle before giving up, by the wall clock
 */
public record PlayOptions(
        String playId,
        List<TraceJob> jobs,
        Cluster cluster,
        List<Long> statedLimitsMs,
        List<NodeChange> script,
        Duration patience) {

    public static final Duration PATIENCE = Duration.ofMinutes(2);

    public PlayOptions {
        jobs = List.copyOf(jobs);
        statedLimitsMs = List.copyOf(statedLimitsMs);
        script = List.copyOf(script);
        if (jobs.isEmpty()) {
            throw new PlayException("There are no jobs to play: choose other days or another trace.");
        }
        jobs.forEach(job -> cluster.partitionFor(job.team()));
        Set<String> nodes = new HashSet<>();
        cluster.partitions().forEach(partition -> nodes.addAll(partition.nodeIds()));
        for (NodeChange change : script) {
            if (!nodes.contains(change.nodeId())) {
                throw new PlayException(
                        "The script names node " + change.nodeId() + ", which the cluster does not have.");
            }
        }
    }

    /** The limit a job of this length states; null for none. */
    @Nullable
    Long statedLimitMs(long durationMs) {
        return new StatedLimits(statedLimitsMs).of(durationMs);
    }
}
