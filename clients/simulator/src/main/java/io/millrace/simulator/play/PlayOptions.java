package io.millrace.simulator.play;

import io.millrace.simulator.trace.Cluster;
import io.millrace.simulator.trace.TraceJob;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is played. Equal options make equal records in equal order.
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
    }

    /** The limit a job of this length states; null for none. */
    @Nullable
    Long statedLimitMs(long durationMs) {
        for (long limit : statedLimitsMs) {
            if (limit > durationMs) {
                return limit;
            }
        }
        return null;
    }
}
