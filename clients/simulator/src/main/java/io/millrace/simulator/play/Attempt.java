package io.millrace.simulator.play;

import io.millrace.events.decision.JobPlaced;
import io.millrace.events.decision.NodeShare;
import io.millrace.simulator.trace.TraceJob;
import java.util.List;

/** One attempt to run a job, as the cluster sees it. */
final class Attempt {
    private static final long NOT_STARTED = -1;

    private final TraceJob job;
    private final String pool;
    private final int number;
    private final List<NodeShare> shares;
    private final int gpus;
    private long startMs = NOT_STARTED;
    private long endMs;
    private long lastHeartbeatMs;
    private long checkpoints;
    private boolean broken;

    Attempt(TraceJob job, String pool, JobPlaced placed) {
        this.job = job;
        this.pool = pool;
        this.number = placed.getAttempt();
        this.shares = placed.getNodes();
        this.gpus = shares.stream().mapToInt(share -> share.getGpus().size()).sum();
    }

    /** @param savedMs how much of the job's work earlier attempts have saved */
    void start(long nowMs, long savedMs) {
        startMs = nowMs;
        endMs = nowMs + Math.max(0, job.durationMs() - savedMs);
        lastHeartbeatMs = nowMs;
    }

    TraceJob job() {
        return job;
    }

    String pool() {
        return pool;
    }

    int number() {
        return number;
    }

    List<NodeShare> shares() {
        return shares;
    }

    List<String> nodeIds() {
        return shares.stream().map(NodeShare::getNodeId).toList();
    }

    String firstNode() {
        return shares.getFirst().getNodeId();
    }

    int gpus() {
        return gpus;
    }

    boolean started() {
        return startMs != NOT_STARTED;
    }

    long startMs() {
        return startMs;
    }

    /** When it ends by itself. */
    long endMs() {
        return endMs;
    }

    long lastHeartbeatMs() {
        return lastHeartbeatMs;
    }

    void heartbeat(long nowMs) {
        lastHeartbeatMs = nowMs;
    }

    long checkpoints() {
        return checkpoints;
    }

    void checkpoint() {
        checkpoints++;
    }

    /** A node of it is gone: the gang hangs, and nobody reports for it. */
    void breakDown() {
        broken = true;
    }

    boolean broken() {
        return broken;
    }
}
