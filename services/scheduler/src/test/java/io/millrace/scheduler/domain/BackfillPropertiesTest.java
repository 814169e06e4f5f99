package io.millrace.scheduler.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.scheduler.domain.Job.Phase;
import io.millrace.scheduler.domain.PoolEvent.JobPlaced;
import io.millrace.scheduler.domain.PoolEvent.StartSlaMissed;
import io.millrace.scheduler.domain.PoolInput.Tick;
import io.millrace.testkit.SeededRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What backfill with promises must keep in any history, and that its shortcuts decide as the plainest way does. */
class BackfillPropertiesTest {

    private static final int TICKS = 300;

    private static final Set<String> BELOW_HEAD = Set.of("BELOW_QUEUE_HEAD");

    /** Histories of a fresh seed each. */
    private static final int HISTORIES = Integer.getInteger("millrace.histories", 12);

    private final Set<String> started = new HashSet<>();
    private final Set<String> missed = new HashSet<>();
    private final Map<String, JobPlaced> running = new HashMap<>();
    private final Map<String, Double> usage = new HashMap<>();
    private final List<double[]> ran = new ArrayList<>();
    private final List<String> ranBy = new ArrayList<>();
    private final NaivePreemption gaveWay = new NaivePreemption();

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldHoldInFreshHistories(boolean troubled) {
        for (int history = 0; history < HISTORIES; history++) {
            new BackfillPropertiesTest().withItsSeed(SeededRandom.of("BackfillPropertiesTest"), troubled);
        }
    }

    /** Else the properties would say nothing. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldMeetPromisesAndPreemptions(boolean troubled) {
        int made = 0;
        int kept = 0;
        int revised = 0;
        int preempted = 0;
        for (long seed = 1; seed <= 12; seed++) {
            BackfillPropertiesTest one = new BackfillPropertiesTest();
            PromiseLedger ledger = one.withItsSeed(SeededRandom.of("BackfillPropertiesTest", seed), troubled);
            preempted += one.gaveWay.made();
            made += ledger.made();
            kept += ledger.kept();
            revised += ledger.revised();
        }
        assertThat(made).isPositive();
        assertThat(kept).isPositive();
        assertThat(preempted).isPositive();
        if (troubled) {
            assertThat(revised).isPositive();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1,false",
        "2,true",
        "7794186773227130467,false",
        "4433774810058334738,true",
        "9143944100533478477,false",
        "7628481212749368811,true",
        "101582937401582896,false",
        "-7558313841403322489,false",
        "152890426981385991,true",
        "3339581001145829451,false",
        "9211240561223288927,true"
    })
    void shouldHoldInKeptHistories(long seed, boolean troubled) {
        withItsSeed(SeededRandom.of("BackfillPropertiesTest", seed), troubled);
    }

    private PromiseLedger withItsSeed(SeededRandom random, boolean troubled) {
        try {
            return run(random, troubled);
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(
                    "seed " + random.seed() + "," + troubled + ": keep it in shouldHoldInKeptHistories. "
                            + e.getMessage(),
                    e);
        }
    }

    private PromiseLedger run(SeededRandom random, boolean troubled) {
        AgentWorld world = new AgentWorld(random, troubled);
        PoolAuditor auditor = new PoolAuditor();
        PromiseLedger ledger = new PromiseLedger(PoolScript.LIVENESS);
        TrackedPool live = new TrackedPool();
        TrackedPool restored = new TrackedPool();
        Pool mirror = new Pool();
        List<PoolInput> inputs = new ArrayList<>(world.begin());
        inputs.add(world.policy());
        for (int tick = 0; tick < TICKS; tick++) {
            inputs.addAll(world.next());
            inputs.add(new Tick(world.now(), 0, 0));
            if (random.onceIn(25)) {
                restored = live.restored();
            }
            for (PoolInput input : inputs) {
                auditor.told(input);
                ledger.told(input);
                List<PoolEvent> decided = live.take(input, event -> auditor.decided(event, live.pool()));
                assertThat(restored.take(input)).as("restored, tick %s", tick).isEqualTo(decided);
                for (PoolEvent event : decided) {
                    ledger.decided(event);
                    world.decided(event);
                    note(event);
                    if (event instanceof PoolEvent.PromiseRevised revised
                            && !troubled
                            && revised.cause() != Promise.RevisionCause.PREEMPTION) {
                        throw new AssertionError("nothing went wrong, yet " + event);
                    }
                }
                compare(mirror, input, decided);
            }
            auditor.check(live.pool());
            if (!troubled) {
                assertThat(ledger.promises().values())
                        .as("none is late at %s", world.now())
                        .allMatch(startBy -> startBy >= world.now());
            }
            inputs.clear();
        }
        assertThat(restored.hash()).isEqualTo(live.hash());
        checkUsage(live.pool());
        return ledger;
    }

    private void note(PoolEvent event) {
        switch (event) {
            case JobPlaced placed -> {
                started.add(placed.jobId());
                running.put(placed.jobId(), placed);
            }
            case StartSlaMissed late -> assertThat(missed.add(late.jobId())).isTrue();
            case PoolEvent.JobEnded ended -> over(ended.jobId(), ended.startedAt(), ended.endedAt());
            case PoolEvent.JobRequeued requeued -> over(requeued.jobId(), requeued.startedAt(), requeued.endedAt());
            default -> {}
        }
    }

    private void over(String jobId, @Nullable Long startedAt, long endedAt) {
        JobPlaced placed = running.remove(jobId);
        if (placed != null && startedAt != null) {
            used(placed, startedAt, endedAt);
        }
    }

    private void used(JobPlaced placed, long from, long to) {
        int gpus = placed.shares().stream().mapToInt(NodeShare::gpus).sum();
        ran.add(new double[] {gpus * placed.weight() / 1000.0, from, to});
        ranBy.add(placed.request().team() + "/" + placed.request().user());
    }

    /** Decides the cycle again in the plainest way. */
    private void compare(Pool mirror, PoolInput input, List<PoolEvent> decided) {
        mirror.evolve(input);
        int placing = 0;
        int looking = decided.size();
        for (int i = 0; i < looking; i++) {
            if (decided.get(i) instanceof PoolEvent.LookPlanned) {
                looking = i;
            } else if (isBeforePlacing(decided.get(i))) {
                placing = i + 1;
            }
        }
        placing = Math.min(placing, looking);
        decided.subList(0, placing).forEach(mirror::evolve);
        boolean cycle = !decided.isEmpty() && decided.getLast() instanceof PoolEvent.CycleClosed;
        NaiveBackfill naive = cycle ? new NaiveBackfill(mirror) : null;
        List<String> expected = naive == null ? List.of() : naive.decide();
        List<PoolEvent> rest = decided.subList(placing, decided.size());
        List<PoolEvent> placed = decided.subList(placing, looking);
        Priorities priorities = mirror.policy() instanceof PoolEntity.PolicyEntity inForce
                ? new Priorities(mirror, inForce.policy(), mirror.header().now())
                : null;
        placed.forEach(mirror::evolve);
        if (naive != null) {
            assertThat(Told.promises(placed))
                    .as("cycle at %s", mirror.header().now())
                    .isEqualTo(expected);
            if (looking < decided.size()) {
                assertThat(Told.plans(mirror)).isEqualTo(naive.plans());
            }
        }
        if (priorities != null) {
            gaveWay.check(mirror, priorities, decided.subList(looking, decided.size()));
        }
        decided.subList(looking, decided.size()).forEach(mirror::evolve);
        if (naive != null) {
            if (looking == decided.size()) {
                assertThat(Told.plans(mirror)).isEqualTo(naive.plans());
            }
            checkReasons(mirror, rest.size(), somebodyGaveWay(mirror));
            checkQuotas(mirror, rest);
            checkStartSlas(mirror);
        }
    }

    private static boolean isBeforePlacing(PoolEvent event) {
        return switch (event) {
            case PoolEvent.TimeReached reached -> true;
            case PoolEvent.JobEnded ended -> true;
            case PoolEvent.JobRequeued requeued -> true;
            case PoolEvent.StopRequested stop -> true;
            case PoolEvent.JobQueued queued -> true;
            case PoolEvent.JobRejected rejected -> true;
            case StartSlaMissed late -> true;
            case PoolEvent.NodeSilenced silenced -> true;
            case PoolEvent.NodeReturned returned -> true;
            case PoolEvent.DependenciesMet met -> true;
            case PoolEvent.PreemptionRequested again -> true; // those that are new come last
            case PoolEvent.LookPlanned planned -> false;
            case JobPlaced placed -> false;
            case PoolEvent.StartPromised promised -> false;
            case PoolEvent.PromiseRevised revised -> false;
            case PoolEvent.StartPlanned planned -> false;
            case PoolEvent.ReasonsChanged changed -> false;
            case PoolEvent.CycleClosed closed -> false;
        };
    }

    /** Then a cycle comes at once, and who finds room only since then starts in that. */
    private static boolean somebodyGaveWay(Pool pool) {
        return pool.header().lookAt() instanceof Long at && at == pool.header().now() + 1;
    }

    private static void checkReasons(Pool pool, int decided, boolean goesOn) {
        NaiveReasons naive = new NaiveReasons(pool);
        List<Job> waiting = pool.jobs().stream()
                .filter(job -> job.phase() instanceof Phase.Waiting)
                .toList();
        SchedulingPolicy policy = Objects.requireNonNull(pool.policy()).policy();
        Map<Lanes.Lane, Job> first = new HashMap<>();
        for (Job job : waiting) {
            if (job.promise() == null) {
                first.merge(
                        Lanes.Lane.of(job, policy),
                        job,
                        (one, other) -> Job.BY_SUBMISSION.compare(one, other) < 0 ? one : other);
            }
        }
        boolean held = waiting.stream()
                .anyMatch(job -> job.promise() instanceof Promise promise && promise.plannedAt() == null);
        for (Job job : waiting) {
            Set<String> reasons = new TreeSet<>();
            job.reasons()
                    .forEach(reason -> reasons.add(
                            reason == PendingReason.RESERVED_FOR ? reason + ":" + job.reservedFor() : reason.name()));
            boolean behind = job.promise() == null && first.get(Lanes.Lane.of(job, policy)) != job;
            if (behind || (first.size() + decided > Backfilling.EXPLAINED && reasons.equals(BELOW_HEAD))) {
                assertThat(reasons).as("%s", job).isEqualTo(BELOW_HEAD);
            } else {
                Set<String> expected = named(naive.of(job), held);
                if (held && job.promise() != null) {
                    // Which of those that are held comes first is no part of the state, so neither is whom one waits
                    // for, nor whether they left one room.
                    reasons.removeIf(reason -> reason.startsWith("RESERVED_FOR"));
                    expected.remove("RESERVED_FOR");
                }
                assertThat(named(reasons, held)).as("%s", job).isEqualTo(expected);
                // A promised job may find room only because one promised a later start moved in the same cycle.
                assertThat(reasons.isEmpty() && job.promise() == null && !goesOn)
                        .as("%s waits for nothing", job)
                        .isFalse();
            }
        }
    }

    /** Whose room it is, is told where all have an instant: what is held behind others may change places with them. */
    private static Set<String> named(Set<String> reasons, boolean held) {
        return held
                ? reasons.stream()
                        .map(reason -> reason.replaceFirst(":.*", ""))
                        .collect(Collectors.toCollection(TreeSet::new))
                : reasons;
    }

    /** What is held and what is kept never exceed a quota, unless a policy took some away. */
    private static void checkQuotas(Pool pool, List<PoolEvent> decided) {
        SchedulingPolicy policy = Objects.requireNonNull(pool.policy()).policy();
        Map<String, Integer> ofUsers = new HashMap<>();
        Map<String, Integer> ofTeams = new HashMap<>();
        for (Job job : pool.jobs()) {
            int gpus = job.active() instanceof Attempt attempt
                    ? attempt.gpus()
                    : job.promise() instanceof Promise promise
                            ? promise.plan().stream()
                                    .mapToInt(Promise.NodeGpus::gpus)
                                    .sum()
                            : 0;
            ofUsers.merge(job.request().user(), gpus, Integer::sum);
            ofTeams.merge(job.request().team(), gpus, Integer::sum);
        }
        for (PoolEvent event : decided) {
            if (event instanceof JobPlaced placed) {
                if (policy.maxGpusPerUser() instanceof Integer most) {
                    assertThat(ofUsers.get(placed.request().user()))
                            .as("%s", placed)
                            .isLessThanOrEqualTo(most);
                }
                if (policy.maxGpusPerTeam() instanceof Integer most) {
                    assertThat(ofTeams.get(placed.request().team()))
                            .as("%s", placed)
                            .isLessThanOrEqualTo(most);
                }
            }
        }
    }

    /** Who has waited longer for the first start than the queue promises has been told of. */
    private void checkStartSlas(Pool pool) {
        SchedulingPolicy policy = Objects.requireNonNull(pool.policy()).policy();
        for (Job job : pool.jobs()) {
            Long dueAt = policy.startDueAt(job);
            if (job.phase() instanceof Phase.Waiting && !started.contains(job.id()) && dueAt != null) {
                assertThat(missed.contains(job.id()))
                        .as(
                                "%s, due %s, told at %s",
                                job.id(), dueAt, pool.header().now())
                        .isEqualTo(dueAt < pool.header().now());
            }
        }
    }

    /** Accounts hold what all attempts used, each decayed by itself. */
    private void checkUsage(Pool pool) {
        long now = pool.header().now();
        for (Job job : pool.jobs()) {
            if (job.active() instanceof Attempt attempt && attempt.countedFrom() instanceof Long from) {
                used(Objects.requireNonNull(running.get(job.id())), from, now);
            }
        }
        double halfLife = UsageAccount.HALF_LIFE_MS;
        for (int i = 0; i < ran.size(); i++) {
            double[] one = ran.get(i);
            double seconds = one[0]
                    * halfLife
                    / 1000
                    / Math.log(2)
                    * (Math.pow(2, (one[2] - now) / halfLife) - Math.pow(2, (one[1] - now) / halfLife));
            usage.merge(ranBy.get(i), seconds, Double::sum);
        }
        double sum = 0;
        for (UserAccount account : pool.accounts()) {
            double expected = usage.getOrDefault(account.team() + "/" + account.user(), 0.0);
            assertThat(account.usage().decayedGpuSeconds(now)).isCloseTo(expected, within(1e-3 + 1e-6 * expected));
            sum += expected;
        }
        assertThat(sum).isCloseTo(usage.values().stream().mapToDouble(d -> d).sum(), within(1e-3 + 1e-6 * sum));
    }
}
