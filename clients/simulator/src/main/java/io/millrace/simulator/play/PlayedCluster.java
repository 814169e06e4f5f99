package io.millrace.simulator.play;

import io.millrace.events.attempt.Heartbeat;
import io.millrace.events.attempt.JobCompleted;
import io.millrace.events.attempt.JobFailed;
import io.millrace.events.attempt.JobStarted;
import io.millrace.events.attempt.JobStopped;
import io.millrace.events.attempt.StopCause;
import io.millrace.events.decision.JobPlaced;
import io.millrace.events.job.CheckpointSaved;
import io.millrace.events.node.NodeDown;
import io.millrace.events.node.NodeDrained;
import io.millrace.events.node.NodeUp;
import io.millrace.simulator.trace.Cluster;
import io.millrace.simulator.trace.Partition;
import io.millrace.simulator.trace.TraceJob;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The nodes and what runs on them: answers placements, keeps attempts alive and ends them as the trace says. */
final class PlayedCluster {
    private static final long HEARTBEAT_MS = Duration.ofSeconds(60).toMillis();
    private static final long CHECKPOINT_MS = Duration.ofMinutes(30).toMillis();
    private static final int FAILED_EXIT_CODE = 1;

    /** GPU type of nodes whose type is not known. */
    private static final String UNKNOWN_TYPE = "unknown";

    /** One node; a dead one does not answer. */
    private static final class Node {
        final String pool;
        final Partition partition;
        boolean alive = true;

        Node(Partition partition) {
            this.pool = partition.pool();
            this.partition = partition;
        }
    }

    private final Feed feed;
    private final Ledger ledger;
    private final Telemetry telemetry;
    private final Map<String, Node> nodes = new LinkedHashMap<>();
    private final Map<String, Map<String, Attempt>> runningByPool = new HashMap<>();
    private final Map<String, Long> savedMs = new HashMap<>();
    private final TreeSet<Attempt> ends;

    PlayedCluster(Cluster cluster, List<TraceJob> jobs, Feed feed, Ledger ledger) {
        this.feed = feed;
        this.ledger = ledger;
        this.telemetry = new Telemetry(feed);
        Map<String, Integer> fileOrder = new HashMap<>();
        for (TraceJob job : jobs) {
            fileOrder.put(job.jobId(), fileOrder.size());
        }
        this.ends = new TreeSet<>(Comparator.comparingLong(Attempt::endMs)
                .thenComparing(attempt -> fileOrder.get(attempt.job().jobId())));
        for (Partition partition : cluster.partitions()) {
            runningByPool.put(partition.pool(), new LinkedHashMap<>());
            partition.nodeIds().forEach(id -> nodes.put(id, new Node(partition)));
        }
    }

    /** Brings every node up; returns the pools they are in. */
    Collection<String> bringUp(long nowMs) {
        nodes.forEach((id, node) -> nodeUp(id, node, nowMs));
        return runningByPool.keySet();
    }

    /** Lets something happen to a node; returns the pools that were told. */
    Set<String> change(NodeChange change, long nowMs) {
        Node node = Objects.requireNonNull(nodes.get(change.nodeId()));
        switch (change.kind()) {
            case UP -> {
                breakAttempts(change.nodeId(), node, nowMs);
                node.alive = true;
                nodeUp(change.nodeId(), node, nowMs);
            }
            case DOWN -> {
                breakAttempts(change.nodeId(), node, nowMs);
                node.alive = false;
                feed.node(node.pool, change.nodeId(), nowMs, new NodeDown("scripted"));
            }
            case DRAIN -> feed.node(node.pool, change.nodeId(), nowMs, new NodeDrained("scripted"));
            case SILENT -> {
                breakAttempts(change.nodeId(), node, nowMs);
                node.alive = false;
                return Set.of();
            }
        }
        return Set.of(node.pool);
    }

    /** When the next attempt ends by itself; null when none does. */
    @Nullable
    Long nextEndMs() {
        return ends.isEmpty() ? null : ends.first().endMs();
    }

    /** Ends every attempt that is due; returns the pools that were told. */
    Set<String> endDue(long nowMs) {
        Set<String> told = new TreeSet<>();
        while (!ends.isEmpty() && ends.first().endMs() <= nowMs) {
            Attempt attempt = ends.first();
            saveCheckpoints(attempt, nowMs);
            feed.attempt(attempt, nowMs, tracedEnd(attempt));
            stop(attempt, nowMs);
            told.add(attempt.pool());
        }
        return told;
    }

    /** Sends what a pool's nodes and jobs tell of themselves: heartbeats, checkpoints, samples. */
    void report(String pool, long nowMs) {
        Collection<Attempt> running = running(pool).values();
        for (Attempt attempt : running) {
            if (attempt.broken()) {
                continue;
            }
            if (nowMs - attempt.lastHeartbeatMs() >= HEARTBEAT_MS) {
                feed.attempt(attempt, nowMs, new Heartbeat(attempt.number()));
                attempt.heartbeat(nowMs);
            }
            saveCheckpoints(attempt, nowMs);
        }
        telemetry.sample(running, nowMs, this::gpusOf);
    }

    /** Starts a placed attempt, if all its nodes answer; returns whether anything was sent. */
    boolean place(TraceJob job, String pool, JobPlaced placed, long nowMs) {
        Attempt attempt = new Attempt(job, pool, placed);
        for (String nodeId : attempt.nodeIds()) {
            Node node = nodes.get(nodeId);
            if (node == null || !node.alive) {
                return false;
            }
        }
        attempt.start(nowMs, savedMs.getOrDefault(job.jobId(), 0L));
        running(pool).put(job.jobId(), attempt);
        ends.add(attempt);
        ledger.started(job, nowMs);
        feed.attempt(attempt, nowMs, new JobStarted(attempt.number(), attempt.nodeIds()));
        return true;
    }

    /** Stops a running attempt for the scheduler, if any of its nodes answers; returns whether anything was sent. */
    boolean stopRequested(String pool, String jobId, int number, long nowMs) {
        Attempt attempt = running(pool).get(jobId);
        if (attempt == null
                || attempt.number() != number
                || attempt.nodeIds().stream().noneMatch(this::answers)) {
            return false;
        }
        if (!attempt.broken()) {
            saveCheckpoints(attempt, nowMs);
        }
        feed.attempt(attempt, nowMs, new JobStopped(number, StopCause.SCHEDULER, "requested", ""));
        stop(attempt, nowMs);
        return true;
    }

    /** The scheduler has ended an attempt; if it still ran, it is over by the scheduler's account. */
    void ended(String pool, String jobId, int number, long endMs) {
        Attempt attempt = running(pool).get(jobId);
        if (attempt != null && attempt.number() == number) {
            stop(attempt, endMs);
        }
    }

    int running() {
        return runningByPool.values().stream().mapToInt(Map::size).sum();
    }

    private Map<String, Attempt> running(String pool) {
        Map<String, Attempt> running = runningByPool.get(pool);
        if (running == null) {
            throw new PlayException("A decision names pool " + pool + ", which the cluster does not have.");
        }
        return running;
    }

    private void stop(Attempt attempt, long endMs) {
        ends.remove(attempt);
        running(attempt.pool()).remove(attempt.job().jobId());
        ledger.stopped(attempt, endMs);
    }

    private void breakAttempts(String nodeId, Node node, long nowMs) {
        for (Attempt attempt : new ArrayList<>(running(node.pool).values())) {
            if (!attempt.broken() && attempt.nodeIds().contains(nodeId)) {
                saveCheckpoints(attempt, nowMs);
                attempt.breakDown();
                ends.remove(attempt);
            }
        }
    }

    private void saveCheckpoints(Attempt attempt, long nowMs) {
        TraceJob job = attempt.job();
        long due = (nowMs - attempt.startMs()) / CHECKPOINT_MS;
        while (attempt.checkpoints() < due) {
            attempt.checkpoint();
            long takenMs = attempt.startMs() + attempt.checkpoints() * CHECKPOINT_MS;
            long saved = savedMs.merge(job.jobId(), CHECKPOINT_MS, Long::sum);
            long step = saved / 1000;
            String path = "checkpoints/" + job.jobId() + "/" + step;
            feed.job(
                    attempt.pool(),
                    job.jobId(),
                    job.user(),
                    takenMs,
                    nowMs,
                    new CheckpointSaved(attempt.number(), path, step));
        }
    }

    private void nodeUp(String id, Node node, long nowMs) {
        String type = node.partition.gpuType() == null ? UNKNOWN_TYPE : node.partition.gpuType();
        feed.node(node.pool, id, nowMs, new NodeUp(node.pool, node.partition.gpusPerNode(), type, null, null));
    }

    private boolean answers(String nodeId) {
        Node node = nodes.get(nodeId);
        return node != null && node.alive;
    }

    private int gpusOf(String nodeId) {
        Node node = nodes.get(nodeId);
        return node == null || !node.alive ? 0 : node.partition.gpusPerNode();
    }

    private static Object tracedEnd(Attempt attempt) {
        return switch (attempt.job().end()) {
            case COMPLETED -> new JobCompleted(attempt.number(), 0, "");
            case FAILED -> new JobFailed(attempt.number(), FAILED_EXIT_CODE, "as traced", "");
            case KILLED -> new JobStopped(attempt.number(), StopCause.USER, "as traced", "");
        };
    }
}
