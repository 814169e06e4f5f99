package io.millrace.scheduler.domain;

import io.millrace.scheduler.codec.PolicyDocument;
import io.millrace.scheduler.domain.Attempt.EndKind;
import io.millrace.scheduler.domain.Node.Health;
import io.millrace.scheduler.domain.SchedulingPolicy.Rule;
import io.millrace.testkit.SeededRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/** Inputs of every kind, likely and unlikely ones, in a time that goes on and now and then jumps. */
final class RandomInputs {

    private static final List<String> NODES = List.of("n1", "n2", "n3", "n4", "n5", "n6");

    private final SeededRandom random;
    private final PoolAuditor auditor;
    private final List<PoolInput> past = new ArrayList<>();
    private long now = 1_000_000;
    private int events;
    private int jobs;

    RandomInputs(SeededRandom random, PoolAuditor auditor) {
        this.random = random;
        this.auditor = auditor;
    }

    long tickAt() {
        long step = switch (random.nextInt(40)) {
            case 0 -> 10 * 3_600_000L;
            case 1 -> 600_000L;
            case 2 -> -1_000L;
            case 3, 4 -> 0L;
            default -> random.nextLong(15_000);
        };
        now += step;
        return now;
    }

    PoolInput.PolicyAdopted policy(Rule rule) {
        StringBuilder text = new StringBuilder(
                        "policy: " + rule.ruleName() + "\nqueues:\n  batch: {start_sla: 1h}\n  short:\n")
                .append("    max_gpus_per_job: 4\n    max_duration: 10m\n    start_sla: 2m\n    bonus: 5\n");
        if (random.onceIn(2)) {
            text.append("    preemptible: " + random.pick("true", "false") + "\n    preempt_after: 20s\n")
                    .append("  sweeps: {preemptible: by-priority}\n")
                    .append("preemption: {after: 1m, grace: 30s, min_runtime: 20s, max_preemptions: 2}\n");
        }
        if (random.onceIn(3)) {
            text.append("per_user:\n  max_gpus: " + (8 + random.nextInt(20)) + "\n  max_queued_jobs: "
                    + (3 + random.nextInt(10)) + "\n");
        }
        if (random.onceIn(3)) {
            text.append("per_team:\n  max_gpus: " + (8 + random.nextInt(30)) + "\n");
        }
        if (random.onceIn(2)) {
            text.append("backfill: {kind: conservative, promises: " + (1 + random.nextInt(10)) + "}\n");
        }
        if (random.onceIn(2)) {
            text.append("gpu_weights: {V100: 1.5, A100: " + random.nextInt(5) + "." + random.nextInt(10) + "}\n");
        }
        if (random.onceIn(2)) {
            text.append("priority:\n  formula: " + random.pick("sum", "sum", "quotient") + "\n  fair_share: {rule: "
                    + random.pick("usage-ratio", "fair-tree") + "}\n  shortness: {max: " + random.nextInt(200)
                    + "}\n");
        }
        text.append("leases:\n  start_within: 60s\n  lease: 5m\n  margin: 30s\n  grace: 100s\n")
                .append("  tick_interval: " + (5 + random.nextInt(30)) + "s\n")
                .append("  suspect_for: " + random.nextInt(10) + "m\n  remember_ended_for: 20m\n");
        String document = text.toString();
        return new PoolInput.PolicyAdopted(
                now, PolicyDocument.parse(document), document, PolicyDocument.sha256(document));
    }

    /** What an organisation and its managers say. */
    PoolInput ofManagers() {
        return switch (random.nextInt(4)) {
            case 0 ->
                new PoolInput.MemberDefined(
                        at(),
                        new Member.Team(
                                random.pick("research", "vision", "idle"),
                                random.nextInt(4),
                                random.onceIn(2) ? null : (Integer) random.nextInt(300),
                                new TreeSet<>(Arrays.stream(JobType.values())
                                        .filter(type -> random.onceIn(2))
                                        .toList()),
                                random.onceIn(2)));
            case 1 ->
                new PoolInput.MemberDefined(
                        at(), new Member.User(random.pick("ann", "ben", "eve"), random.nextInt(3), random.nextInt(20)));
            case 2 -> new PoolInput.PreemptionOrdered(at(), anyJob(), "user:ada", "because");
            default -> new PoolInput.PriorityOverridden(at(), anyJob(), "user:ada", "because");
        };
    }

    /** Anything that is sent from outside. */
    PoolInput next() {
        if (!past.isEmpty() && random.onceIn(25)) {
            return past.get(Math.max(0, past.size() - 1 - random.nextInt(40)));
        }
        PoolInput input = switch (random.nextInt(20)) {
            case 0, 1, 2, 3 -> submission();
            case 4 -> new PoolInput.CancelRequested(at(), anyJob());
            case 5 ->
                new PoolInput.CheckpointSaved(
                        at(), anyJob(), new Job.Checkpoint(random.nextInt(4), random.nextInt(100), "path", now));
            case 6 -> new PoolInput.ProgressReported(at(), anyJob());
            case 7, 8, 9 -> {
                String job = activeJob();
                yield new PoolInput.AttemptStarted(at(), job, attempt(job));
            }
            case 10, 11, 12, 13 -> {
                String job = activeJob();
                yield new PoolInput.HeartbeatSeen(at(), job, attempt(job));
            }
            case 14, 15, 16 -> {
                String job = activeJob();
                yield new PoolInput.AttemptEnded(
                        at(), job, attempt(job), random.pick(List.of(EndKind.values())), "as told");
            }
            case 17 -> nodeUp();
            case 18 -> random.onceIn(3) ? nodeUp() : new PoolInput.NodeHeard(at(), random.pick(NODES));
            default ->
                new PoolInput.NodeHealthChanged(
                        at(),
                        "event " + events++,
                        random.pick(NODES),
                        random.pick(Health.DOWN, Health.DRAINED, Health.INTERRUPTED));
        };
        past.add(input);
        return input;
    }

    PoolInput.NodeUp nodeUp() {
        return new PoolInput.NodeUp(
                at(),
                "event " + events++,
                random.pick(NODES),
                random.pick(8, 8, 8, 4, 1, 64),
                random.pick("V100", "V100", "A100"),
                random.onceIn(2) ? "host-" + random.nextInt(10) : null,
                random.onceIn(2) ? (Long) (1 + random.nextLong(120_000)) : null);
    }

    private PoolInput submission() {
        boolean known = jobs > 0 && (auditor.waitingJobs().size() > 40 || random.onceIn(12));
        String job = known ? anyJob() : "job-" + jobs++;
        return new PoolInput.JobSubmitted(
                at(),
                "event " + events++,
                job,
                new JobRequest(
                        random.pick("batch", "batch", "sweeps", "short", "nowhere"),
                        random.pick("research", "vision"),
                        random.pick("ann", "ben", "cem", "dan"),
                        random.pick(1, 1, 2, 4, 8, 8, 12, 16, 24, 0, -1, 1000),
                        random.onceIn(2) ? null : random.pick("V100", "A100", "H100"),
                        random.onceIn(2) ? null : random.pick(1, 4, 8, 0, 3),
                        random.onceIn(3) ? (Long) random.nextLong(1_200_000) : null,
                        random.onceIn(2) ? (Long) random.nextLong(3_600_000) : null,
                        random.pick(List.of(JobType.values())),
                        random.onceIn(3) ? (Long) (now + random.nextLong(400_000_000)) : null,
                        random.onceIn(8) ? array(job) : null,
                        after()),
                random.onceIn(2) ? work(random) : null);
    }

    private List<Dependency> after() {
        List<Dependency> after = new ArrayList<>();
        for (int i = random.onceIn(4) ? 1 + random.nextInt(3) : 0; i > 0; i--) {
            String other = random.onceIn(4) ? "job-" + (jobs + random.nextInt(3) - 1) : anyJob();
            after.add(new Dependency(other, random.pick(List.of(Dependency.Condition.values()))));
        }
        return after;
    }

    private ArrayMembership array(String job) {
        int dash = job.lastIndexOf('-');
        return new ArrayMembership(
                job.substring(0, dash), Integer.parseInt(job.substring(dash + 1)), random.nextInt(10) * 100);
    }

    /** Mostly work that can be run. */
    static Work work(SeededRandom random) {
        TreeMap<String, String> environment = new TreeMap<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            environment.put(random.onceIn(30) ? "A=B" : "NAME_" + i, "value " + random.nextInt(100));
        }
        return new Work(
                random.onceIn(30) ? List.of() : List.of("train", "--seed", String.valueOf(random.nextInt(100))),
                environment,
                random.onceIn(3) ? "/data" : null);
    }

    /** Around now: agents' clocks differ. */
    private long at() {
        return random.onceIn(3) ? now + random.nextLong(8_000) - 4_000 : now;
    }

    private String anyJob() {
        return random.onceIn(3) ? activeJob() : "job-" + Math.max(0, jobs - 1 - random.nextInt(60));
    }

    private String activeJob() {
        List<String> active = auditor.activeJobs().stream().sorted().toList();
        return active.isEmpty() || random.onceIn(20) ? "job-" + random.nextInt(jobs + 1) : random.pick(active);
    }

    private int attempt(String job) {
        int current = auditor.attemptOf(job);
        return random.onceIn(12) ? Math.max(1, current + random.pick(-1, 1)) : Math.max(1, current);
    }
}
