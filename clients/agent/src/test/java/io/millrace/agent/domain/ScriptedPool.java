package io.millrace.agent.domain;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Places jobs wherever there is room for them, and again until they end. */
final class ScriptedPool {

    private static final int GPUS_PER_NODE = 4;
    private static final long MARGIN = 400;
    private static final long START_WITHIN = 600;
    private static final long GRACE = 200;

    /** One job as the pool sees it. */
    static final class PoolJob {
        final String id;
        final int nodes;
        final int gpus;
        int attempts;

        @Nullable
        Placement placed;

        long heardAt;

        @Nullable
        Report end;

        PoolJob(String id, int nodes, int gpus) {
            this.id = id;
            this.nodes = nodes;
            this.gpus = gpus;
        }
    }

    private final List<String> nodes;
    final Map<String, PoolJob> jobs = new LinkedHashMap<>();
    final List<Input> decisions = new ArrayList<>();

    ScriptedPool(List<String> nodes) {
        this.nodes = List.copyOf(nodes);
    }

    void submit(String id, int nodes, int gpus) {
        jobs.put(id, new PoolJob(id, nodes, gpus));
    }

    void tick(long now) {
        for (PoolJob job : jobs.values()) {
            Placement placed = job.placed;
            if (placed != null && now - job.heardAt > START_WITHIN + World.LEASE + MARGIN) {
                release(job);
            }
        }
        for (PoolJob job : jobs.values()) {
            if (job.placed == null && job.end == null) {
                place(job, now);
            }
        }
    }

    void stop(PoolJob job) {
        if (job.placed != null) {
            decisions.add(new Input.StopAsked(job.placed.key(), Cause.Kind.SCHEDULER, "preempted", GRACE));
        }
    }

    private void release(PoolJob job) {
        Placement placed = job.placed;
        if (placed != null) {
            decisions.add(new Input.Closed(placed.key()));
            job.placed = null;
        }
    }

    private void place(PoolJob job, long now) {
        Map<String, Set<Integer>> free = new TreeMap<>();
        nodes.forEach(node -> {
            Set<Integer> all = new HashSet<>();
            for (int gpu = 0; gpu < GPUS_PER_NODE; gpu++) {
                all.add(gpu);
            }
            free.put(node, all);
        });
        for (PoolJob other : jobs.values()) {
            if (other.placed != null) {
                other.placed
                        .shares()
                        .forEach(share ->
                                Objects.requireNonNull(free.get(share.nodeId())).removeAll(share.gpus()));
            }
        }
        List<Placement.Share> shares = new ArrayList<>();
        free.forEach((node, gpus) -> {
            if (shares.size() < job.nodes && gpus.size() >= job.gpus) {
                shares.add(new Placement.Share(
                        node, gpus.stream().sorted().limit(job.gpus).toList(), null));
            }
        });
        if (shares.size() == job.nodes) {
            job.attempts++;
            job.placed = new Placement(
                    new AttemptKey(job.id, job.attempts),
                    shares,
                    now + START_WITHIN,
                    World.LEASE,
                    null,
                    new Placement.Work(List.of("train"), Map.of(), null),
                    null,
                    null);
            job.heardAt = now;
            decisions.add(new Input.Placed(job.placed));
        }
    }

    /** What the pool makes of an agent's word. */
    void on(Report report, boolean runs, long now) {
        PoolJob job = Objects.requireNonNull(jobs.get(report.key().jobId()));
        Placement placed = job.placed;
        if (placed == null || !placed.key().equals(report.key())) {
            return;
        }
        switch (report.kind()) {
            case STARTED -> job.heardAt = now;
            case COMPLETED, FAILED, STOPPED -> {
                if (runs) {
                    throw new AssertionError(report + " while it runs");
                }
                if (report.kind() != Report.Kind.STOPPED) {
                    job.end = report;
                }
                release(job);
            }
            case READY, ABORTED, ENDED -> {}
        }
    }

    /** A sign of life. */
    void heard(AttemptKey attempt, long now) {
        PoolJob job = Objects.requireNonNull(jobs.get(attempt.jobId()));
        if (job.placed != null && job.placed.key().equals(attempt)) {
            job.heardAt = now;
        }
    }
}
