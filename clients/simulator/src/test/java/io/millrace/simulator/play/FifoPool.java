package io.millrace.simulator.play;

import io.millrace.events.attempt.Heartbeat;
import io.millrace.events.attempt.JobCompleted;
import io.millrace.events.attempt.JobFailed;
import io.millrace.events.attempt.JobStarted;
import io.millrace.events.attempt.JobStopped;
import io.millrace.events.attempt.StopCause;
import io.millrace.events.decision.EndState;
import io.millrace.events.decision.JobEnded;
import io.millrace.events.decision.JobPlaced;
import io.millrace.events.decision.JobQueued;
import io.millrace.events.decision.JobRejected;
import io.millrace.events.decision.JobRequeued;
import io.millrace.events.decision.NodeShare;
import io.millrace.events.decision.RejectionCode;
import io.millrace.events.decision.RequeueCause;
import io.millrace.events.decision.StopRequestCause;
import io.millrace.events.decision.StopRequested;
import io.millrace.events.job.CheckpointSaved;
import io.millrace.events.job.JobSubmitted;
import io.millrace.events.node.NodeDown;
import io.millrace.events.node.NodeDrained;
import io.millrace.events.node.NodeUp;
import io.millrace.simulator.play.ScriptedScheduler.Decision;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A small pool: strict first in, first out; whole free nodes for big jobs, best fit for small ones; leases. */
final class FifoPool {
    private static final long LEASE_MS = 300_000;

    private static final class Job {
        final String id;
        final JobSubmitted request;
        int attempt;
        List<NodeShare> shares = List.of();

        @Nullable
        Long startedMs;

        long seenMs;

        Job(String id, JobSubmitted request) {
            this.id = id;
            this.request = request;
        }
    }

    private static final class Node {
        final boolean[] held;
        boolean takesWork = true;

        Node(int gpus) {
            held = new boolean[gpus];
        }

        int free() {
            int free = 0;
            for (boolean gpu : held) {
                free += gpu ? 0 : 1;
            }
            return takesWork ? free : -1;
        }
    }

    private final String name;
    private final TreeMap<String, Node> nodes = new TreeMap<>();
    private final List<Job> queue = new ArrayList<>();
    private final Map<String, Job> running = new TreeMap<>();
    private List<Decision> decisions = new ArrayList<>();
    private long cycle;

    FifoPool(String name) {
        this.name = name;
    }

    long cycle() {
        return cycle;
    }

    int pending() {
        return queue.size();
    }

    @Nullable
    Long nextTimerMs() {
        return running.values().stream()
                .map(job -> job.seenMs + LEASE_MS)
                .min(Long::compare)
                .orElse(null);
    }

    void fold(String key, long atMs, Object payload) {
        switch (payload) {
            case NodeUp up -> nodes.put(key, new Node(up.getGpus()));
            case NodeDrained drained -> withdraw(key, StopRequestCause.NODE_DRAINED);
            case NodeDown down -> {
                withdraw(key, StopRequestCause.NODE_LOST);
                for (Job job : List.copyOf(running.values())) {
                    if (job.shares.size() == 1
                            && job.shares.getFirst().getNodeId().equals(key)) {
                        requeue(job, RequeueCause.NODE_LOST, atMs);
                    }
                }
            }
            case JobSubmitted submitted -> submit(key, submitted, atMs);
            case CheckpointSaved saved -> {}
            case JobStarted started -> {
                Job job = runs(key);
                job.startedMs = atMs;
                job.seenMs = atMs;
            }
            case Heartbeat beat -> runs(key).seenMs = atMs;
            case JobCompleted completed -> end(key, EndState.COMPLETED, atMs);
            case JobFailed failed -> end(key, EndState.FAILED, atMs);
            case JobStopped stopped -> {
                if (stopped.getCause() == StopCause.USER) {
                    end(key, EndState.STOPPED, atMs);
                } else {
                    requeue(runs(key), RequeueCause.NODE_LOST, atMs);
                }
            }
            default -> throw new AssertionError(payload);
        }
    }

    List<Decision> decide(long nowMs) {
        cycle++;
        for (Job job : List.copyOf(running.values())) {
            if (job.seenMs + LEASE_MS <= nowMs) {
                job.shares.forEach(share -> node(share.getNodeId()).takesWork = false);
                requeue(job, RequeueCause.LEASE_EXPIRED, nowMs);
            }
        }
        for (Iterator<Job> waiting = queue.iterator(); waiting.hasNext(); ) {
            Job job = waiting.next();
            List<NodeShare> shares = fit(job.request.getGpus());
            if (shares == null) {
                break;
            }
            waiting.remove();
            place(job, shares, nowMs);
        }
        List<Decision> made = decisions;
        decisions = new ArrayList<>();
        return made;
    }

    private Job runs(String jobId) {
        return Objects.requireNonNull(running.get(jobId), jobId);
    }

    private Node node(String nodeId) {
        return Objects.requireNonNull(nodes.get(nodeId), nodeId);
    }

    private void submit(String jobId, JobSubmitted submitted, long atMs) {
        if (submitted.getGpus()
                > nodes.values().stream().mapToInt(node -> node.held.length).sum()) {
            decisions.add(new Decision(jobId, new JobRejected(RejectionCode.EXCEEDS_POOL, "too many", jobId)));
            return;
        }
        queue.add(new Job(jobId, submitted));
        decisions.add(new Decision(
                jobId,
                JobQueued.newBuilder()
                        .setQueue(submitted.getQueue())
                        .setTeam(submitted.getTeam())
                        .setUser(submitted.getUser())
                        .setGpus(submitted.getGpus())
                        .setSubmittedAt(Instant.ofEpochMilli(atMs))
                        .setSubmissionEventId(jobId)
                        .build()));
    }

    private void withdraw(String nodeId, StopRequestCause cause) {
        node(nodeId).takesWork = false;
        running.values().stream()
                .filter(job ->
                        job.shares.stream().anyMatch(share -> share.getNodeId().equals(nodeId)))
                .filter(job -> cause == StopRequestCause.NODE_DRAINED || job.shares.size() > 1)
                .forEach(job -> decisions.add(new Decision(job.id, new StopRequested(job.attempt, cause, 30_000L))));
    }

    private @Nullable List<NodeShare> fit(int gpus) {
        int perNode = nodes.firstEntry().getValue().held.length;
        if (gpus < perNode) {
            String best = null;
            for (String id : nodes.keySet()) {
                int free = node(id).free();
                if (free >= gpus && (best == null || free < node(best).free())) {
                    best = id;
                }
            }
            return best == null ? null : List.of(share(best, gpus));
        }
        List<NodeShare> shares = nodes.entrySet().stream()
                .filter(node -> node.getValue().free() == perNode)
                .limit((gpus + perNode - 1) / perNode)
                .map(node -> share(node.getKey(), perNode))
                .toList();
        return shares.size() * perNode < gpus ? null : shares;
    }

    private NodeShare share(String nodeId, int gpus) {
        boolean[] held = node(nodeId).held;
        List<Integer> free = new ArrayList<>();
        for (int index = 0; index < held.length && free.size() < gpus; index++) {
            if (!held[index]) {
                free.add(index);
            }
        }
        return new NodeShare(nodeId, free, null);
    }

    private void place(Job job, List<NodeShare> shares, long nowMs) {
        job.attempt++;
        job.shares = shares;
        job.startedMs = null;
        job.seenMs = nowMs;
        hold(job, true);
        running.put(job.id, job);
        decisions.add(new Decision(
                job.id,
                new JobPlaced(
                        job.attempt,
                        shares,
                        Instant.ofEpochMilli(nowMs + LEASE_MS),
                        LEASE_MS,
                        job.request.getTeam(),
                        job.request.getUser(),
                        "V100",
                        job.request.getLimitMs(),
                        1000,
                        null,
                        null,
                        null,
                        null)));
    }

    private void hold(Job job, boolean held) {
        for (NodeShare share : job.shares) {
            share.getGpus().forEach(index -> node(share.getNodeId()).held[index] = held);
        }
    }

    private void end(String jobId, EndState state, long atMs) {
        Job job = runs(jobId);
        running.remove(jobId);
        hold(job, false);
        decisions.add(new Decision(
                jobId,
                new JobEnded(state, job.attempt, started(job), Instant.ofEpochMilli(atMs), gpuMs(job, atMs), "")));
    }

    private void requeue(Job job, RequeueCause cause, long atMs) {
        running.remove(job.id);
        hold(job, false);
        queue.addFirst(job);
        decisions.add(new Decision(
                job.id,
                new JobRequeued(job.attempt, cause, started(job), Instant.ofEpochMilli(atMs), gpuMs(job, atMs))));
    }

    private static @Nullable Instant started(Job job) {
        return job.startedMs == null ? null : Instant.ofEpochMilli(job.startedMs);
    }

    private static long gpuMs(Job job, long atMs) {
        int gpus = job.shares.stream().mapToInt(share -> share.getGpus().size()).sum();
        return job.startedMs == null ? 0 : gpus * (atMs - job.startedMs);
    }

    @Override
    public String toString() {
        return "FifoPool " + name;
    }
}
