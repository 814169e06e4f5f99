package io.millrace.scheduler.domain;

import static io.millrace.scheduler.domain.PendingReason.BELOW_QUEUE_HEAD;
import static io.millrace.scheduler.domain.PendingReason.DEPENDENCY;
import static io.millrace.scheduler.domain.PoolScript.START;
import static io.millrace.scheduler.domain.PoolScript.gpus;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.scheduler.domain.Attempt.EndKind;
import io.millrace.scheduler.domain.Blocker.Awaited;
import io.millrace.scheduler.domain.Blocker.Progress;
import io.millrace.scheduler.domain.Dependency.Condition;
import io.millrace.scheduler.domain.Job.EndState;
import io.millrace.scheduler.domain.PoolEvent.DependenciesMet;
import io.millrace.scheduler.domain.PoolEvent.JobEnded;
import io.millrace.scheduler.domain.PoolEvent.RejectionCode;
import io.millrace.scheduler.domain.SchedulingPolicy.Rule;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DependenciesTest {

    private PoolScript script = PoolScript.under(Rule.MILLRACE).at(0).node("n1", 8);

    private static JobRequest after(int gpus, Dependency... after) {
        return new JobRequest(
                "batch",
                "research",
                "ann",
                gpus,
                null,
                null,
                null,
                null,
                JobType.EXPERIMENTATION,
                null,
                null,
                List.of(after));
    }

    private static Dependency completed(String jobId) {
        return new Dependency(jobId, Condition.COMPLETED);
    }

    private static Dependency ended(String jobId) {
        return new Dependency(jobId, Condition.ENDED);
    }

    private static JobEnded cancelled(String jobId, long second, String other, EndState state) {
        return new JobEnded(
                jobId,
                0,
                EndState.CANCELLED,
                null,
                START + second * 1000,
                0,
                "it was to run after " + other + " had completed, and that ended " + state);
    }

    private static PoolEvent unknown(String jobId, String other) {
        return new PoolEvent.JobRejected(
                jobId,
                "submission of " + jobId,
                RejectionCode.UNKNOWN_DEPENDENCY,
                "this pool knows no job " + other + " to run after: it was refused, ended too long ago, or was never"
                        + " submitted to this pool; submit it first, or submit this job without it");
    }

    private Job job(String jobId) {
        return script.pool().job(jobId);
    }

    @Test
    void shouldStartAJobWhenWhatItWaitsForHasCompleted() {
        script.submit("a", gpus(8)).submit("b", after(4, completed("a")));
        assertThat(Told.of(script.tick()))
                .containsExactly("queue a", "queue b", "b waits for DEPENDENCY", "place a on n1×8");
        assertThat(script.pool().waitingCount()).isOne();
        script.started("a", 1).at(100).ended("a", 1, EndKind.COMPLETED);
        assertThat(Told.of(script.tick(101)))
                .containsExactly(
                        "end a: COMPLETED", "let b wait for room since 100", "b waits for ", "place b on n1×4");
    }

    @Test
    void shouldCountAgeFromWhenTheLastOneEnded() {
        script.submit("a", gpus(4)).submit("b", gpus(4)).submit("c", after(8, completed("a"), ended("b")));
        script.tick();
        script.started("a", 1)
                .started("b", 1)
                .at(1000)
                .ended("a", 1, EndKind.COMPLETED)
                .submit("d", gpus(8));
        assertThat(script.tick()).doesNotHaveAnyElementsOfTypes(DependenciesMet.class);
        assertThat(age("c", 5000)).isZero();
        script.at(2000).ended("b", 1, EndKind.FAILED);
        assertThat(script.tick(2010)).contains(new DependenciesMet("c", START + 2_000_000));
        assertThat(job("c").submittedAt()).isEqualTo(START);
        assertThat(age("c", 5000)).isPositive().isLessThan(age("d", 5000));
        // Its place is behind those that waited when it began to.
        assertThat(Job.BY_SUBMISSION.compare(job("c"), job("d"))).isPositive();
    }

    private long age(String jobId, long second) {
        SchedulingPolicy policy = Objects.requireNonNull(script.pool().policy()).policy();
        return new Priorities(script.pool(), policy, START + second * 1000)
                .of(job(jobId))
                .age();
    }

    @ParameterizedTest
    @EnumSource(EndKind.class)
    void shouldCancelAJobThatCanNotRunAsAsked(EndKind kind) {
        script.submit("a", gpus(8)).submit("b", after(4, completed("a"))).submit("c", after(4, ended("a")));
        script.tick();
        script.started("a", 1).cancel("a").ended("a", 1, kind).tick();
        EndState state = ((Job.Phase.Ended) job("a").phase()).state();
        if (state == EndState.COMPLETED) {
            assertThat(job("b").active()).isNotNull();
        } else {
            assertThat(job("b").phase()).isEqualTo(new Job.Phase.Ended(EndState.CANCELLED, START));
        }
        assertThat(job("c").active()).isNotNull();
    }

    @Test
    void shouldCancelAllThatWaitForOneThatIsCancelled() {
        script.submit("a", gpus(8))
                .submit("z", after(1, completed("a")))
                .submit("c", after(1, completed("z")))
                .submit("d", after(1, completed("c"), completed("z")))
                .tick();
        script.started("a", 1).at(10).ended("a", 1, EndKind.FAILED);
        assertThat(script.tick().stream().filter(JobEnded.class::isInstance).skip(1))
                .containsExactly(
                        cancelled("z", 10, "a", EndState.FAILED),
                        cancelled("c", 10, "z", EndState.CANCELLED),
                        cancelled("d", 10, "c", EndState.CANCELLED));
        assertThat(script.pool().waitingCount()).isZero();
    }

    @Test
    void shouldTakeBackAJobThatWaitsForOthers() {
        script.submit("a", gpus(8)).submit("b", after(4, completed("a"))).tick();
        script.at(1).cancel("b");
        assertThat(Told.of(script.tick())).containsExactly("b waits for ", "end b: CANCELLED");
    }

    @Test
    void shouldTakeAJobAfterOthersThatHaveEnded() {
        script.submit("a", gpus(8)).tick();
        script.started("a", 1).at(10).ended("a", 1, EndKind.COMPLETED).tick();
        script.at(60).submit("b", after(4, completed("a")));
        assertThat(Told.of(script.tick()))
                .containsExactly("queue b", "let b wait for room since 60", "place b on n1×4");
        script.submit("c", gpus(4)).at(61).cancel("c").tick();
        script.submit("d", after(4, completed("c")));
        assertThat(script.tick()).containsExactly(script.queued("d"), cancelled("d", 61, "c", EndState.CANCELLED));
    }

    @ParameterizedTest
    @EnumSource(Rule.class)
    void shouldNotHoldUpOthersNorHoldAnything(Rule rule) {
        script = PoolScript.under(rule).at(0).node("n1", 8).submit("a", gpus(4)).submit("b", after(8, ended("a")));
        script.at(1).submit("c", gpus(4)).at(2).submit("d", gpus(1));
        script.tick();
        assertThat(job("a").active()).isNotNull();
        assertThat(job("c").active()).isNotNull();
        assertThat(job("b").reasons()).containsExactly(DEPENDENCY);
        assertThat(job("b").promise()).isNull();
        assertThat(job("d").reasons()).doesNotContain(DEPENDENCY, BELOW_QUEUE_HEAD);
        assertThat(QueueOrder.at(script.pool(), START + 5000).places())
                .extracting(place -> place.job().id())
                .containsExactly("d", "b");
    }

    @Test
    void shouldAnswerSubmissionsThatOvertookWhatTheyWaitFor() {
        script.submit("c", after(1, ended("b")))
                .submit("b", after(1, ended("a")))
                .at(1)
                .submit("a", gpus(1));
        assertThat(Told.of(script.tick()).stream().filter(told -> told.startsWith("queue")))
                .containsExactly("queue a", "queue b", "queue c");
    }

    @Test
    void shouldWaitAMomentForWhatIsNotKnownYet() {
        script.submit("b", after(1, ended("a")));
        assertThat(script.tick()).isEmpty();
        assertThat(Timers.next(script.pool())).contains(START + 10_000);
        script.at(9).submit("a", gpus(1));
        assertThat(Told.of(script.tick())).contains("queue a", "queue b");
        script.submit("d", after(1, ended("c"))).tick();
        assertThat(script.tick(18)).isEmpty();
        assertThat(script.tick(19)).containsExactly(unknown("d", "c"));
        assertThat(Timers.next(script.pool())).isNotEqualTo(Optional.of(START + 19_000));
    }

    @Test
    void shouldRefuseACircle() {
        script.submit("a", after(1, ended("b")))
                .submit("b", after(1, ended("c")))
                .submit("c", after(1, ended("a")));
        assertThat(script.tick()).isEmpty();
        assertThat(script.tick(10)).containsExactly(unknown("a", "b"), unknown("b", "c"), unknown("c", "a"));
    }

    @Test
    void shouldRefuseAJobThatWaitsForItselfOrForTooMany() {
        script.submit("a", after(1, ended("a")));
        assertThat(script.tick())
                .containsExactly(script.rejected(
                        "a", RejectionCode.UNKNOWN_DEPENDENCY, "a job can't run after itself; submit it without that"));
        script.submit(
                "b",
                after(
                        1,
                        IntStream.range(0, 1001)
                                .mapToObj(i -> ended("job-" + i))
                                .toArray(Dependency[]::new)));
        assertThat(script.tick())
                .containsExactly(script.rejected(
                        "b",
                        RejectionCode.UNKNOWN_DEPENDENCY,
                        "a job may run after 1000 others at most, not after 1001; let a job in between wait for some"
                                + " of them"));
    }

    @Test
    void shouldRememberEndedJobsAsLongAsOthersWaitForThem() {
        script.submit("a", gpus(4)).submit("b", gpus(4)).submit("c", after(4, completed("a"), completed("b")));
        script.tick();
        script.started("a", 1)
                .started("b", 1)
                .at(10)
                .ended("a", 1, EndKind.COMPLETED)
                .tick();
        long later = 10 + 2 * PoolScript.RETAIN_S;
        script.at(later - 10).heartbeat("b", 1).submit("x", gpus(1)).tick();
        script.heartbeat("b", 1).at(later).ended("b", 1, EndKind.COMPLETED);
        assertThat(Told.of(script.tick())).contains("place c on n1×4");
        script.submit("y", gpus(1)).tick();
        assertThat(script.pool().jobOrNull("a")).isNull();
    }

    @Test
    void shouldCountAJobThatWaitsForOthersAmongThoseOfItsUser() {
        script = PoolScript.under(PoolScript.quotas(Rule.MILLRACE, null, 2, null))
                .at(0)
                .node("n1", 1);
        script.submit("a", gpus(1)).tick();
        script.submit("b", after(1, ended("a")))
                .submit("c", after(1, ended("a")))
                .submit("d", gpus(1));
        assertThat(Told.of(script.tick())).contains("queue b", "queue c", "reject d: EXCEEDS_QUEUED_JOBS");
    }

    @Test
    void shouldTellWhatIsWaitedFor() {
        script.submit("a", gpus(8))
                .submit("b", gpus(8))
                .submit("c", after(1, ended("a")))
                .tick();
        script.at(1)
                .submit("d", after(1, ended("a"), completed("b"), completed("c")))
                .tick();
        assertThat(Blocker.of(script.pool(), job("d")))
                .containsExactly(
                        new Blocker(DEPENDENCY, "a", null, null, new Awaited(Condition.ENDED, Progress.RUNS)),
                        new Blocker(DEPENDENCY, "b", null, null, new Awaited(Condition.COMPLETED, Progress.WAITS)),
                        new Blocker(DEPENDENCY, "c", null, null, new Awaited(Condition.COMPLETED, Progress.DEPENDS)));
        assertThat(Forecast.of(script.pool(), job("d"), List.of(), START + 2000).unknown())
                .isEqualTo(Forecast.Unknown.DEPENDENCY);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldMissTheSlaOfTheQueueOnlyAfterItCouldStart(boolean dependent) {
        PolicyDraft draft = PolicyDraft.easy().queue("batch", new SchedulingPolicy.QueueLimits(null, null, 60_000L, 0));
        script = draft.script().at(0).node("n1", 8);
        script.submit("a", gpus(8))
                .submit("b", dependent ? after(8, ended("a")) : gpus(8))
                .tick();
        script.started("a", 1).submit("c", gpus(8)).tick();
        List<String> told = Told.of(script.tick(61));
        assertThat(told).contains("miss c due 60");
        assertThat(told.contains("miss b due 60")).isEqualTo(!dependent);
    }
}
