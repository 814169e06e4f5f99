package io.millrace.scheduler.domain;

import io.millrace.scheduler.codec.PolicyDocument;
import io.millrace.scheduler.domain.Attempt.EndKind;
import io.millrace.scheduler.domain.Node.Health;
import io.millrace.scheduler.domain.PoolEvent.JobPlaced;
import io.millrace.testkit.SeededRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Users and node agents at random. Agents start in time, stop what they are told to within the grace and tell so before
 * the next tick; unless the world is a troubled one, in which nodes go, agents disobey and policies change.
 */
final class AgentWorld {

    private static final class Work {
        private final JobPlaced placed;
        private final long startAt;
        private final @Nullable Long endAt;
        private boolean started;
        private @Nullable Long stopAt;
        private boolean silent;

        Work(JobPlaced placed, long startAt, @Nullable Long endAt) {
            this.placed = placed;
            this.startAt = startAt;
            this.endAt = endAt;
        }
    }

    private static final long SILENT_AFTER_MS = 120_000;

    private final SeededRandom random;
    private final boolean troubled;
    private final boolean watched;
    private final boolean preempting;
    private final Map<String, Long> mute = new TreeMap<>();
    private final boolean endless;
    private final boolean alike;
    private final int load;
    private final Map<String, Work> working = new TreeMap<>();
    private final List<String> nodes = new ArrayList<>();
    private final Map<String, Integer> sizes = new TreeMap<>();
    private final Map<String, String> types = new TreeMap<>();
    private @Nullable Integer perUser;
    private @Nullable Integer perTeam;
    private long now = PoolScript.START;
    private int events;
    private int jobs;

    AgentWorld(SeededRandom random, boolean troubled) {
        this.random = random;
        this.troubled = troubled;
        watched = random.onceIn(2);
        preempting = random.onceIn(2);
        endless = random.onceIn(4);
        boolean quotas = random.onceIn(2);
        // A remainder on a whole node holds as much on every node only where nodes are alike.
        alike = quotas || random.onceIn(2);
        load = 2 + random.nextInt(6);
        perUser = quotas ? (Integer) (8 + random.nextInt(24)) : null;
        perTeam = quotas && random.onceIn(2) ? (Integer) (8 + random.nextInt(40)) : null;
    }

    /** The nodes, and who belongs to the organisation. */
    List<PoolInput> begin() {
        List<PoolInput> inputs = new ArrayList<>();
        int count = 2 + random.nextInt(5);
        for (int i = 1; i <= count; i++) {
            String node = "n" + i;
            nodes.add(node);
            sizes.put(node, alike ? 8 : random.pick(8, 8, 4, 2));
            types.put(node, random.pick("V100", "V100", "A100"));
            inputs.add(up(node));
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            inputs.add(member());
        }
        return inputs;
    }

    private PoolInput up(String node) {
        return new PoolInput.NodeUp(
                now,
                "event " + events++,
                node,
                sizes.getOrDefault(node, 8),
                type(node),
                null,
                watched ? (Long) SILENT_AFTER_MS : null);
    }

    private String type(String node) {
        return types.getOrDefault(node, "V100");
    }

    private PoolInput member() {
        return random.onceIn(2)
                ? new PoolInput.MemberDefined(
                        now,
                        new Member.Team(
                                random.pick("research", "vision", "idle"),
                                random.nextInt(4),
                                random.onceIn(2) ? null : (Integer) random.nextInt(300),
                                new TreeSet<>(Arrays.asList(JobType.values()).subList(0, random.nextInt(5))),
                                random.onceIn(2)))
                : new PoolInput.MemberDefined(
                        now, new Member.User(random.pick("ann", "ben"), random.nextInt(3), random.nextInt(20)));
    }

    PoolInput.PolicyAdopted policy() {
        int promises = random.pick(1, 1, 2, 3, 20);
        StringBuilder text = new StringBuilder("policy: millrace\nqueues:\n  batch: {start_sla: 10m}\n")
                .append("  short: {start_sla: 2m, bonus: " + random.nextInt(40))
                .append(preempting ? ", preemptible: by-priority, preempt_after: 3m}\n" : "}\n")
                .append(preempting ? "  sweeps: {preemptible: true}\n" : "  sweeps: {}\n")
                .append(preempting ? "preemption: {after: 5m, grace: 60s, min_runtime: 1m, max_preemptions: 2}\n" : "")
                .append("backfill: {kind: conservative, promises: " + promises + "}\n")
                .append("gpu_weights: {A100: 2.5}\n");
        if (perUser != null) {
            text.append("per_user: {max_gpus: " + perUser + "}\n");
        }
        if (perTeam != null) {
            text.append("per_team: {max_gpus: " + perTeam + "}\n");
        }
        text.append("priority:\n  formula: " + random.pick("sum", "sum", "quotient") + "\n  fair_share: {rule: "
                        + random.pick("usage-ratio", "fair-tree") + "}\n  shortness: {max: "
                        + random.pick(0, 50, 500) + ", half_at: 10m}\n")
                .append("leases: {start_within: 60s, lease: 5m, margin: 30s, grace: 100s, tick_interval: 10s, ")
                .append("suspect_for: 10m, remember_ended_for: 24h}\n");
        String document = text.toString();
        return new PoolInput.PolicyAdopted(
                now, PolicyDocument.parse(document), document, PolicyDocument.sha256(document));
    }

    /** What happens until the next tick, in order. Time goes on by up to a tick's interval. */
    List<PoolInput> next() {
        now += 1 + random.nextLong(PoolScript.TICK_S * 1000);
        List<PoolInput> inputs = new ArrayList<>();
        for (int i = random.nextInt(load); i > 0; i--) {
            if (random.onceIn(4)) {
                inputs.add(submission());
            }
        }
        if (random.onceIn(20)) {
            inputs.add(new PoolInput.CancelRequested(now, "job-" + random.nextInt(jobs + 1)));
        }
        if (random.onceIn(40)) {
            inputs.add(new PoolInput.PriorityOverridden(now, "job-" + random.nextInt(jobs + 1), "user:ada", "because"));
        }
        if (random.onceIn(60)) {
            inputs.add(new PoolInput.PreemptionOrdered(now, "job-" + random.nextInt(jobs + 1), "user:ada", "because"));
        }
        if (random.onceIn(10)) {
            String job = "job-" + Math.max(0, jobs - random.nextInt(20));
            inputs.add(new PoolInput.CheckpointSaved(now, job, new Job.Checkpoint(1, now, "path", now)));
        }
        if (random.onceIn(60)) {
            inputs.add(member());
        }
        if (troubled) {
            trouble(inputs);
        }
        if (watched) {
            for (String node : nodes) {
                if (troubled && random.onceIn(300)) {
                    mute.put(node, now + random.nextLong(3 * SILENT_AFTER_MS));
                }
                if (mute.getOrDefault(node, 0L) <= now) {
                    inputs.add(new PoolInput.NodeHeard(now, node));
                }
            }
        }
        List.copyOf(working.values()).forEach(work -> work(work, inputs));
        return inputs;
    }

    long now() {
        return now;
    }

    private PoolInput submission() {
        Integer perNode = random.onceIn(4) ? random.pick(1, 2, 4) : null;
        int gpus = perNode == null ? random.pick(1, 1, 2, 4, 8, 8, 9, 12, 16, 24, 32) : perNode * random.pick(1, 2, 3);
        Long limit = endless && random.onceIn(5)
                ? null
                : (Long) (1 + (random.onceIn(2) ? random.nextLong(120_000) : random.nextLong(3_600_000)));
        return new PoolInput.JobSubmitted(
                now - random.nextInt(2_000),
                "event " + events++,
                "job-" + jobs++,
                new JobRequest(
                        random.pick("batch", "sweeps", "short"),
                        random.pick("research", "vision"),
                        random.pick("ann", "ben", "cem", "dan"),
                        gpus,
                        random.onceIn(4) ? random.pick("V100", "A100") : null,
                        perNode,
                        random.onceIn(3) && limit != null ? (Long) 600_000L : limit,
                        null,
                        random.pick(Arrays.asList(JobType.values())),
                        random.onceIn(6) ? (Long) (now + random.nextLong(200_000_000)) : null,
                        null,
                        after()),
                random.onceIn(4) ? RandomInputs.work(random) : null);
    }

    /** Of jobs from a while ago; some that were never accepted. */
    private List<Dependency> after() {
        List<Dependency> after = new ArrayList<>();
        for (int i = random.onceIn(6) ? 1 + random.nextInt(2) : 0; i > 0 && jobs > 1; i--) {
            after.add(new Dependency(
                    "job-" + Math.max(0, jobs - 2 - random.nextInt(20)),
                    random.pick(Arrays.asList(Dependency.Condition.values()))));
        }
        return after;
    }

    private void trouble(List<PoolInput> inputs) {
        if (random.onceIn(60)) {
            String node = random.pick(nodes);
            Health health = random.pick(Health.DOWN, Health.DRAINED, Health.INTERRUPTED);
            inputs.add(new PoolInput.NodeHealthChanged(now, "event " + events++, node, health));
            if (health == Health.DOWN) {
                working.values()
                        .removeIf(work -> work.placed.shares().stream()
                                .allMatch(share -> share.nodeId().equals(node)));
            }
        }
        if (random.onceIn(30)) {
            String node = random.pick(nodes);
            inputs.add(up(node));
            working.values()
                    .removeIf(work -> work.placed.shares().stream()
                            .allMatch(share -> share.nodeId().equals(node)));
        }
        if (random.onceIn(150)) {
            perUser = random.onceIn(2) || !alike ? null : (Integer) (4 + random.nextInt(30));
            inputs.add(policy());
        }
        if (random.onceIn(100)) {
            now += random.nextLong(900_000);
        }
    }

    private void work(Work work, List<PoolInput> inputs) {
        String job = work.placed.jobId();
        int attempt = work.placed.attempt();
        if (work.silent) {
            return;
        }
        if (!work.started && work.startAt <= now) {
            work.started = true;
            inputs.add(new PoolInput.AttemptStarted(work.startAt, job, attempt));
        } else if (work.started) {
            inputs.add(new PoolInput.HeartbeatSeen(now, job, attempt));
        }
        Long endAt = work.stopAt;
        EndKind kind = EndKind.STOPPED_BY_SCHEDULER;
        if (work.endAt != null && (endAt == null || work.endAt < endAt)) {
            endAt = work.endAt;
            kind = random.pick(EndKind.COMPLETED, EndKind.FAILED);
        }
        if (endAt != null && endAt <= now) {
            working.remove(job);
            inputs.add(new PoolInput.AttemptEnded(endAt, job, attempt, kind, "as told"));
        }
    }

    /** What agents do of it. */
    void decided(PoolEvent event) {
        if (event instanceof JobPlaced placed) {
            boolean late = troubled && random.onceIn(20);
            long startAt = placed.at() + random.nextLong(PoolScript.START_WITHIN_S * (late ? 2000 : 1000) + 1);
            Long limit = placed.limitMs();
            Long endAt = limit == null
                    ? (Long) (startAt + random.nextLong(3_600_000))
                    : random.onceIn(3) ? null : (Long) (startAt + random.nextLong(limit));
            Work work = new Work(placed, startAt, endAt);
            work.silent = troubled && random.onceIn(30);
            working.put(placed.jobId(), work);
        } else if (event instanceof PoolEvent.StopRequested stop) {
            stop(stop.jobId(), stop.attempt(), stop.graceMs());
        } else if (event instanceof PoolEvent.PreemptionRequested stop) {
            stop(stop.jobId(), stop.attempt(), stop.graceMs());
        }
    }

    private void stop(String jobId, int attempt, long graceMs) {
        Work work = working.get(jobId);
        if (work != null && work.placed.attempt() == attempt && work.stopAt == null) {
            boolean deaf = troubled && random.onceIn(6);
            work.stopAt = now + random.nextLong(graceMs * (deaf ? 8 : 1) + 1);
        }
    }
}
