package io.millrace.simulator.play;

import io.millrace.events.decision.EndState;
import io.millrace.events.decision.NodeShare;
import io.millrace.simulator.trace.TraceJob;
import io.millrace.simulator.trace.TracedEnd;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The play's own books: who holds which GPU, what was played and how the jobs fared. */
final class Ledger {
    private static final long MINUTE_MS = 60_000;

    private record Gpu(String nodeId, int index) {}

    private record Holder(String jobId, int attempt) {}

    private final Map<Gpu, Holder> holders = new HashMap<>();
    private final Map<Holder, List<NodeShare>> held = new HashMap<>();
    private final Set<String> started = new HashSet<>();
    private int submitted;
    private int ended;
    private int inTracedState;
    private int rejected;
    private long doubleAssignments;
    private long gpuMsPlayed;
    private int waitsOverMinute;
    private long waitedMs;
    private long jctMs;

    void submitted() {
        submitted++;
    }

    void placed(String jobId, int attempt, List<NodeShare> shares) {
        Holder holder = new Holder(jobId, attempt);
        for (NodeShare share : shares) {
            for (int index : share.getGpus()) {
                Holder other = holders.put(new Gpu(share.getNodeId(), index), holder);
                if (other != null && !other.equals(holder)) {
                    doubleAssignments++;
                }
            }
        }
        held.put(holder, shares);
    }

    /** The scheduler regards the attempt's GPUs as free from here on. */
    void freed(String jobId, int attempt) {
        Holder holder = new Holder(jobId, attempt);
        for (NodeShare share : held.getOrDefault(holder, List.of())) {
            for (int index : share.getGpus()) {
                holders.remove(new Gpu(share.getNodeId(), index), holder);
            }
        }
        held.remove(holder);
    }

    void started(TraceJob job, long nowMs) {
        if (started.add(job.jobId())) {
            long waited = nowMs - job.submitMs();
            waitedMs += waited;
            waitsOverMinute += waited > MINUTE_MS ? 1 : 0;
        }
    }

    void stopped(Attempt attempt, long endMs) {
        gpuMsPlayed += attempt.gpus() * (endMs - attempt.startMs());
    }

    void ended(TraceJob job, EndState state, long endMs) {
        ended++;
        jctMs += endMs - job.submitMs();
        inTracedState += state == tracedState(job.end()) ? 1 : 0;
    }

    void rejected() {
        rejected++;
    }

    int submittedJobs() {
        return submitted;
    }

    /** Jobs of which nothing more will come. */
    int over() {
        return ended + rejected;
    }

    PlaySummary summary(long cycles, long decisions, long instants, long fromMs, long toMs) {
        return new PlaySummary(
                submitted,
                ended,
                inTracedState,
                rejected,
                doubleAssignments,
                gpuMsPlayed,
                cycles,
                decisions,
                instants,
                waitsOverMinute,
                started.isEmpty() ? 0 : waitedMs / 1000.0 / started.size(),
                ended == 0 ? 0 : jctMs / 1000.0 / ended,
                fromMs,
                toMs);
    }

    private static EndState tracedState(TracedEnd end) {
        return switch (end) {
            case COMPLETED -> EndState.COMPLETED;
            case FAILED -> EndState.FAILED;
            case KILLED -> EndState.STOPPED;
        };
    }
}
