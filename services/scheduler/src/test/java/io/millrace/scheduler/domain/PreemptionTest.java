package io.millrace.scheduler.domain;

import static io.millrace.scheduler.domain.PoolScript.START;
import static io.millrace.scheduler.domain.PoolScript.requeued;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.scheduler.domain.Attempt.EndKind;
import io.millrace.scheduler.domain.Job.Checkpoint;
import io.millrace.scheduler.domain.PoolEvent.PreemptionCause;
import io.millrace.scheduler.domain.PoolEvent.PreemptionRequested;
import io.millrace.scheduler.domain.PoolEvent.PromiseRevised;
import io.millrace.scheduler.domain.PoolEvent.RequeueCause;
import io.millrace.scheduler.domain.Promise.RevisionCause;
import io.millrace.scheduler.domain.SchedulingPolicy.Preemptible;
import io.millrace.scheduler.domain.SchedulingPolicy.QueueLimits;
import io.millrace.scheduler.domain.SchedulingPolicy.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Two nodes of 8 GPUs. A team called "p70" has a base of 70 points and its jobs nothing else but age. Others give way
 * after half an hour, when they have run for 10 minutes.
 */
class PreemptionTest {

    private static final long HOUR_S = 3600;
    private static final long GRACE_MS = 60_000;
    private static final long GONE_S = GRACE_MS / 1000 + PoolScript.MARGIN_S;

    private PoolScript script = told(policy());

    private static PolicyDraft policy() {
        PriorityPolicy standard = PriorityPolicy.standard();
        return PolicyDraft.easy()
                .queue("batch", queue(Preemptible.BY_PRIORITY, null))
                .queue("sweeps", queue(Preemptible.FIRST, null))
                .queue("interactive", queue(Preemptible.NEVER, 300_000L))
                .preemption(new SchedulingPolicy.Preemption(1_800_000, GRACE_MS, 600_000, 3))
                .priority(new PriorityPolicy(
                        standard.formula(),
                        standard.rule(),
                        100,
                        0,
                        0,
                        100,
                        0,
                        PriorityPolicy.types(0, 0, 0, 0),
                        100,
                        standard.ageFullMs(),
                        0,
                        0,
                        1,
                        200,
                        0,
                        1));
    }

    private static QueueLimits queue(Preemptible preemptible, @Nullable Long after) {
        return new QueueLimits(null, null, null, 0, preemptible, after);
    }

    private static PoolScript told(PolicyDraft draft) {
        return told(draft.script());
    }

    private static PoolScript told(PoolScript script) {
        script.at(0).node("n1", 8).node("n2", 8);
        for (int points = 10; points <= 200; points += 10) {
            script.tell(new PoolInput.MemberDefined(
                    START, new Member.Team("p" + points, 1, points, new TreeSet<>(), true)));
        }
        return script;
    }

    private static JobRequest job(int points, String queue, int gpus, long limitS) {
        return job(points, queue, gpus, limitS, null);
    }

    private static JobRequest job(int points, String queue, int gpus, long limitS, @Nullable Long deadlineS) {
        return new JobRequest(
                queue,
                "p" + points,
                "ann",
                gpus,
                null,
                null,
                limitS * 1000,
                null,
                JobType.EXPERIMENTATION,
                deadlineS == null ? null : (Long) (START + deadlineS * 1000));
    }

    private static JobRequest batch(int points, int gpus) {
        return job(points, "batch", gpus, 10 * HOUR_S);
    }

    /** Ticks until the second; whoever is to run runs, and is alive. What was decided, but for reasons and plans. */
    private List<PoolEvent> until(long second) {
        List<PoolEvent> decided = new ArrayList<>();
        long from = Math.max(0, (script.pool().header().now() - START) / 1000);
        for (long at = from; at <= second; at += PoolScript.TICK_S) {
            script.at(at);
            for (String jobId : List.copyOf(script.pool().index().active())) {
                Attempt attempt =
                        Objects.requireNonNull(script.pool().job(jobId).active());
                script.heartbeat(jobId, attempt.number());
            }
            decided.addAll(script.tick());
        }
        decided.removeIf(event -> event instanceof PoolEvent.ReasonsChanged
                || event instanceof PoolEvent.StartPlanned
                || event instanceof PoolEvent.LookPlanned);
        return decided;
    }

    private static PreemptionRequested preempted(String jobId, String forJob, long lostGpuS) {
        return new PreemptionRequested(jobId, 1, PreemptionCause.HIGHER_PRIORITY, forJob, lostGpuS * 1000, GRACE_MS);
    }

    private Job job(String jobId) {
        return script.pool().job(jobId);
    }

    /** Two on each node. */
    private PoolScript full(int first, int second, int third, int fourth) {
        script.submit("a", batch(first, 4))
                .submit("b", batch(second, 4))
                .submit("c", batch(third, 4))
                .submit("d", batch(fourth, 4));
        until(0);
        return script;
    }

    @Test
    void shouldMakeTheLowestGiveWayToOneThatHasWaitedTooLong() {
        full(40, 30, 20, 50).at(0).submit("urgent", batch(100, 4));
        assertThat(until(1790)).noneMatch(PreemptionRequested.class::isInstance);
        assertThat(Timers.next(script.pool())).contains(START + 1_800_000);
        assertThat(until(1800)).containsExactly(preempted("c", "urgent", 4 * 1800));
        Promise promise = Objects.requireNonNull(job("urgent").promise());
        assertThat(promise.plannedAt()).isEqualTo(START + (1800 + GONE_S) * 1000);
        assertThat(promise.plan()).containsExactly(new Promise.NodeGpus("n2", 4));
        assertThat(until(1850)).isEmpty();
    }

    @Test
    void shouldKeepTheRoomForTheJobItWasMadeFor() {
        full(40, 30, 20, 50).at(0).submit("urgent", batch(100, 4));
        script.tell(new PoolInput.CheckpointSaved(START, "c", new Checkpoint(1, 5, "five", START)));
        until(1800);
        script.at(1810).submit("other", batch(200, 4)).at(1820).ended("c", 1, EndKind.STOPPED_BY_SCHEDULER);
        assertThat(Told.starts(script.tick(1820))).containsExactly("place urgent on n2×4", "promise other by 36130");
        Job victim = job("c");
        assertThat(victim.phase()).isEqualTo(new Job.Phase.Waiting(START + 1_820_000));
        assertThat(victim.since()).isEqualTo(START);
        assertThat(victim.checkpoint()).isEqualTo(new Checkpoint(1, 5, "five", START));
        assertThat(victim.preemptedFor()).containsExactly("urgent");
    }

    @Test
    void shouldRequeueAJobThatGaveWayHoweverItsEndIsTold() {
        full(40, 30, 20, 50).at(0).submit("urgent", batch(100, 4));
        until(1800);
        script.at(1820).ended("c", 1, EndKind.FAILED);
        assertThat(script.tick()).contains(requeued("c", 1, RequeueCause.PREEMPTED, 0, 1820, 4));
    }

    @Test
    void shouldAskAgainWhoDoesNotGiveWayAndKeepThePromise() {
        full(40, 30, 20, 50).at(0).submit("urgent", batch(100, 4));
        until(1800);
        assertThat(until(1940)).contains(preempted("c", "urgent", 4 * 1930)).allSatisfy(event -> {
            if (event instanceof PromiseRevised revised) {
                assertThat(revised.cause()).isEqualTo(RevisionCause.LIMIT_OVERRUN);
            }
        });
        assertThat(job("c").preemptedFor()).containsExactly("urgent");
    }

    @Test
    void shouldSpareWhoIsNotNeeded() {
        script.submit("small", batch(10, 4)).submit("whole", batch(20, 8)).submit("other", batch(30, 4));
        until(0);
        script.submit("gang", batch(100, 8));
        // The smallest comes first, and is of no use once the whole node is given.
        assertThat(until(1800))
                .filteredOn(PreemptionRequested.class::isInstance)
                .containsExactly(preempted("whole", "gang", 8 * 1800));
    }

    @Test
    void shouldTakeFromThoseThatLoseLeast() {
        full(30, 30, 30, 30).at(0).submit("urgent", batch(100, 4));
        until(1700);
        script.at(1700)
                .tell(new PoolInput.CheckpointSaved(START, "b", new Checkpoint(1, 5, "five", START + 1_500_000)));
        assertThat(until(1800)).containsExactly(preempted("b", "urgent", 4 * 300));
    }

    @Test
    void shouldTakeFromQueuesThatGiveWayFirst() {
        script.submit("a", batch(10, 8)).submit("b", job(90, "sweeps", 8, 10 * HOUR_S));
        until(0);
        script.submit("urgent", batch(100, 8));
        assertThat(until(1800)).endsWith(preempted("b", "urgent", 8 * 1800));
    }

    @Test
    void shouldCountTheQueuesOwnPatience() {
        full(40, 30, 20, 50).at(0).submit("shell", job(100, "interactive", 4, HOUR_S));
        assertThat(until(590)).noneMatch(PreemptionRequested.class::isInstance);
        // After 5 minutes it may, but nobody has run for 10.
        assertThat(until(660)).containsExactly(preempted("c", "shell", 4 * 600));
    }

    @Test
    void shouldLeaveThoseAloneThatMustNotGiveWay() {
        script.submit("shell", job(10, "interactive", 4, 10 * HOUR_S)) // never
                .submit("critical", job(10, "batch", 4, 10 * HOUR_S, 5 * HOUR_S))
                .submit("equal", batch(180, 4)); // with 95 points of its deadline the critical one is not the lowest
        until(0);
        script.at(1300).submit("young", batch(10, 4)).tick();
        script.at(1300).submit("urgent", batch(180, 4));
        assertThat(until(3090)).noneMatch(PreemptionRequested.class::isInstance);
        assertThat(until(3100)).containsExactly(preempted("young", "urgent", 4 * 1800));
    }

    @Test
    void shouldLeaveAJobAloneThatGaveWayOftenEnough() {
        script.submit("a", batch(10, 8)).submit("b", batch(190, 8));
        until(0);
        for (int i = 1; i <= 3; i++) {
            script.submit("urgent-" + i, job(100, "batch", 8, HOUR_S));
            long at = (script.pool().header().now() - START) / 1000;
            assertThat(until(at + 1800)).anyMatch(PreemptionRequested.class::isInstance);
            script.at(at + 1810).ended("a", i, EndKind.STOPPED_BY_SCHEDULER).tick();
            script.at(at + 1820).ended("urgent-" + i, 1, EndKind.COMPLETED).tick();
            assertThat(job("a").active()).isNotNull();
        }
        script.submit("urgent-4", job(100, "batch", 8, HOUR_S));
        assertThat(until((script.pool().header().now() - START) / 1000 + 7200))
                .noneMatch(PreemptionRequested.class::isInstance);
    }

    @Test
    void shouldNeverMakeAJobGiveWayToOneThatGaveWayToIt() {
        script.submit("a", batch(10, 8)).submit("b", job(190, "interactive", 8, 20 * HOUR_S));
        until(0);
        script.submit("urgent", batch(100, 8));
        until(1800);
        script.at(1810).ended("a", 1, EndKind.STOPPED_BY_SCHEDULER).tick();
        assertThat(job("urgent").active()).isNotNull();
        script.tell(new PoolInput.PriorityOverridden(START, "a", "user:ada", "because"));
        assertThat(until(10 * HOUR_S)).noneMatch(PreemptionRequested.class::isInstance);
        assertThat(job("a").reasons()).isNotEmpty();
    }

    @Test
    void shouldNotMakeAnybodyGiveWayToOneThatFindsRoomAsSoon() {
        script.submit("a", batch(10, 8)).submit("b", job(20, "batch", 8, 1780));
        until(0);
        script.submit("urgent", batch(100, 8));
        assertThat(until(1800)).noneMatch(PreemptionRequested.class::isInstance);
    }

    @Test
    void shouldPutACriticalJobBeforeWhatWasPromisedToOthers() {
        script.submit("a", job(190, "interactive", 8, HOUR_S)).submit("b", job(20, "sweeps", 8, 20 * HOUR_S));
        until(0);
        script.submit("gang", batch(150, 16));
        until(10);
        Long promised = Objects.requireNonNull(job("gang").promise()).startBy();
        script.at(10).submit("critical", job(100, "batch", 8, 30 * HOUR_S, 20 * HOUR_S));
        List<PoolEvent> decided = until(1820);
        assertThat(decided).contains(preempted("b", "critical", 8 * 1810));
        assertThat(decided)
                .filteredOn(PromiseRevised.class::isInstance)
                .singleElement()
                .satisfies(event -> {
                    PromiseRevised revised = (PromiseRevised) Objects.requireNonNull(event);
                    assertThat(revised.jobId()).isEqualTo("gang");
                    assertThat(revised.promised()).isEqualTo(promised);
                    assertThat(revised.cause()).isEqualTo(RevisionCause.PREEMPTION);
                });
    }

    @Test
    void shouldLeavePromisesAloneForAJobThatIsNotCritical() {
        script.submit("a", job(190, "interactive", 8, HOUR_S)).submit("b", job(20, "sweeps", 8, 20 * HOUR_S));
        until(0);
        script.submit("gang", batch(40, 16));
        until(10);
        script.at(10).submit("long", job(100, "batch", 8, 30 * HOUR_S));
        assertThat(until(1820)).noneMatch(PromiseRevised.class::isInstance);
    }

    @ParameterizedTest
    @EnumSource(Rule.class)
    void shouldPreemptByItselfUnderOnePolicyOnly(Rule rule) {
        script = told(PoolScript.under(policy().made(rule)));
        full(40, 30, 20, 50).at(0).submit("urgent", batch(100, 4));
        assertThat(until(1800).stream().anyMatch(PreemptionRequested.class::isInstance))
                .isEqualTo(rule == Rule.MILLRACE);
    }

    @ParameterizedTest
    @EnumSource(Rule.class)
    void shouldStopAndRequeueAJobWhenAManagerAsks(Rule rule) {
        script = PoolScript.under(rule).at(0).node("n1", 8).submit("a", PoolScript.gpus(8));
        script.tell(ordered("a")).submit("b", PoolScript.gpus(8)).tick(); // it does not run yet: nothing to do
        script.started("a", 1).at(10).tell(ordered("a")).tell(ordered("b")).tell(ordered("nobody"));
        assertThat(script.tick())
                .startsWith(new PreemptionRequested("a", 1, PreemptionCause.MANAGER, null, 80_000, PoolScript.GRACE_MS))
                .filteredOn(PreemptionRequested.class::isInstance)
                .hasSize(1);
        script.at(20).tell(ordered("a"));
        assertThat(script.tick()).isEmpty();
        script.at(30).ended("a", 1, EndKind.STOPPED_BY_SCHEDULER);
        assertThat(script.tick()).startsWith(requeued("a", 1, RequeueCause.PREEMPTED, 0, 30, 8));
        assertThat(job("a").preemptedFor()).isEmpty();
    }

    @Test
    void shouldTakeAJobAtItsWordThatEndedWhenAManagerAsked() {
        script.submit("a", batch(10, 8));
        until(0);
        script.at(10).tell(ordered("a")).ended("a", 1, EndKind.FAILED);
        assertThat(Told.of(script.tick())).contains("end a: FAILED");
    }

    private static PoolInput.PreemptionOrdered ordered(String jobId) {
        return new PoolInput.PreemptionOrdered(START, jobId, "user:ada", "a demonstration");
    }
}
