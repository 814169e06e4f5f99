package io.millrace.scheduler.domain;

import static io.millrace.scheduler.domain.PendingReason.INSUFFICIENT_GPUS;
import static io.millrace.scheduler.domain.PendingReason.NODE_DOWN;
import static io.millrace.scheduler.domain.PoolScript.START;
import static io.millrace.scheduler.domain.PoolScript.gpus;
import static io.millrace.scheduler.domain.PoolScript.limited;
import static io.millrace.scheduler.domain.PoolScript.ran;
import static io.millrace.scheduler.domain.PoolScript.requeued;
import static io.millrace.scheduler.domain.PoolScript.share;
import static io.millrace.scheduler.domain.PoolScript.stop;
import static io.millrace.scheduler.domain.PoolScript.unstarted;
import static io.millrace.scheduler.domain.PoolScript.waits;
import static io.millrace.scheduler.domain.PoolScript.whole;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.scheduler.domain.Attempt.EndKind;
import io.millrace.scheduler.domain.Attempt.StopCause;
import io.millrace.scheduler.domain.Job.EndState;
import io.millrace.scheduler.domain.PoolEvent.JobEnded;
import io.millrace.scheduler.domain.PoolEvent.RequeueCause;
import io.millrace.scheduler.domain.SchedulingPolicy.Rule;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PoolDeciderAttemptTest {

    private final PoolScript script = PoolScript.under(Rule.FIFO_STRICT);

    @BeforeEach
    void placeAJob() {
        script.at(0).node("n1", 8).submit("a", limited(8, 100_000)).tick();
    }

    @ParameterizedTest
    @CsvSource({"COMPLETED,COMPLETED", "FAILED,FAILED", "STOPPED_BY_USER,STOPPED"})
    void shouldEndAJobAsItsAgentSays(EndKind kind, EndState state) {
        script.at(5).started("a", 1).at(20).ended("a", 1, kind);
        assertThat(script.tick(21)).containsExactly(ran("a", 1, state, 5, 20, 8, "as told"));
        assertThat(script.pool().gpusHeld()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "STOPPED_BY_SCHEDULER,STOPPED_BY_AGENT",
        "STOPPED,STOPPED_BY_AGENT",
        "STOPPED_BY_LEASE,LEASE_EXPIRED",
        "STOPPED_BY_NODE_LOSS,NODE_LOST"
    })
    void shouldRequeueAJobThatDidNotEndOfItself(EndKind kind, RequeueCause cause) {
        script.at(5).started("a", 1).at(20).ended("a", 1, kind);
        assertThat(script.tick(21))
                .containsExactly(requeued("a", 1, cause, 5, 20, 8), script.placed("a", 2, whole("n1", 8)));
    }

    @Test
    void shouldStopAndEndARunningJobThatIsCancelled() {
        script.at(5).started("a", 1).at(10).cancel("a");
        assertThat(script.tick()).containsExactly(stop("a", 1, StopCause.CANCELLED));
        assertThat(script.tick(11)).isEmpty();
        assertThat(script.pool().gpusHeld()).isEqualTo(8);
        script.at(20).ended("a", 1, EndKind.STOPPED_BY_SCHEDULER);
        assertThat(script.tick()).containsExactly(ran("a", 1, EndState.STOPPED, 5, 20, 8, "as told"));
    }

    @Test
    void shouldCompleteAJobThatEndedBeforeItsCancellationReachedIt() {
        script.at(5).started("a", 1).at(10).cancel("a").tick();
        script.at(12).ended("a", 1, EndKind.COMPLETED);
        assertThat(script.tick()).containsExactly(ran("a", 1, EndState.COMPLETED, 5, 12, 8, "as told"));
    }

    @Test
    void shouldCallACancelledJobStoppedWhenItFailsOfIt() {
        script.at(5).started("a", 1).at(10).cancel("a").tick();
        script.at(12).ended("a", 1, EndKind.FAILED);
        assertThat(script.tick()).containsExactly(ran("a", 1, EndState.STOPPED, 5, 12, 8, "as told"));
    }

    @Test
    void shouldNotRequeueACancelledJobThatFellSilent() {
        script.at(5).started("a", 1).at(10).cancel("a");
        assertThat(script.ticksUntil(400))
                .containsExactly(
                        stop("a", 1, StopCause.CANCELLED),
                        stop("a", 1, StopCause.CANCELLED), // again after grace and margin
                        stop("a", 1, StopCause.CANCELLED),
                        ran("a", 1, EndState.STOPPED, 5, 330, 8, "cancelled"));
    }

    @Test
    void shouldStopAJobAtItsLimitAndCallItTimedOut() {
        script.at(5).started("a", 1);
        assertThat(script.tick(100_004)).isEmpty();
        assertThat(script.tick(100_005)).containsExactly(stop("a", 1, StopCause.LIMIT_REACHED));
        script.at(100_020).ended("a", 1, EndKind.STOPPED_BY_SCHEDULER);
        assertThat(script.tick()).containsExactly(ran("a", 1, EndState.TIMED_OUT, 5, 100_020, 8, "as told"));
    }

    @Test
    void shouldStopAStaleAttemptThatIsHeardOfAndNothingElse() {
        script.at(5).started("a", 1).at(20).ended("a", 1, EndKind.STOPPED).tick();
        script.at(21).started("a", 2).tick();
        script.at(22).heartbeat("a", 1).started("a", 1).heartbeat("a", 7).heartbeat("nobody", 1);
        assertThat(script.tick())
                .containsExactly(
                        stop("a", 1, StopCause.STALE_ATTEMPT),
                        stop("a", 7, StopCause.STALE_ATTEMPT),
                        stop("nobody", 1, StopCause.STALE_ATTEMPT));
        assertThat(script.tick(23)).isEmpty();
        script.at(24).ended("a", 2, EndKind.COMPLETED);
        assertThat(script.tick()).containsExactly(ran("a", 2, EndState.COMPLETED, 21, 24, 8, "as told"));
    }

    @Test
    void shouldIgnoreAStaleEnd() {
        script.at(5).started("a", 1).at(20).ended("a", 1, EndKind.STOPPED).tick();
        script.at(21).started("a", 2).tick();
        script.at(22)
                .ended("a", 1, EndKind.COMPLETED)
                .ended("a", 3, EndKind.FAILED)
                .ended("nobody", 1, EndKind.FAILED);
        assertThat(script.tick()).isEmpty();
        assertThat(script.pool().gpusHeld()).isEqualTo(8);
    }

    @Test
    void shouldIgnoreASecondEnd() {
        script.at(5).started("a", 1).at(20).ended("a", 1, EndKind.COMPLETED).ended("a", 1, EndKind.FAILED);
        assertThat(script.tick()).containsExactly(ran("a", 1, EndState.COMPLETED, 5, 20, 8, "as told"));
        script.at(22).ended("a", 1, EndKind.FAILED);
        assertThat(script.tick()).isEmpty();
    }

    @Test
    void shouldCountAStartThatIsReadAfterTheEnd() {
        script.at(20).ended("a", 1, EndKind.COMPLETED).at(5).started("a", 1);
        assertThat(script.tick(21)).containsExactly(ran("a", 1, EndState.COMPLETED, 5, 20, 8, "as told"));
    }

    @Test
    void shouldEndAJobOfWhichNoStartWasHeard() {
        script.at(20).ended("a", 1, EndKind.COMPLETED);
        assertThat(script.tick())
                .containsExactly(new JobEnded("a", 1, EndState.COMPLETED, null, START + 20_000, 0, "as told"));
    }

    @Test
    void shouldNotBelieveThatAnAttemptBeganBeforeItsPlacement() {
        script.tell(new PoolInput.AttemptStarted(START - 50_000, "a", 1)).at(10).ended("a", 1, EndKind.COMPLETED);
        assertThat(script.tick()).containsExactly(ran("a", 1, EndState.COMPLETED, 0, 10, 8, "as told"));
    }

    @Test
    void shouldRequeueAnAttemptThatDoesNotStartInTime() {
        assertThat(script.ticksUntil(80)).isEmpty();
        assertThat(script.ticksUntil(90))
                .containsExactly(
                        unstarted("a", 1, RequeueCause.NOT_STARTED, 90), waits("a", INSUFFICIENT_GPUS, NODE_DOWN));
        assertThat(script.pool().gpusHeld()).isZero();
    }

    @Test
    void shouldRequeueAnAttemptThatFellSilentAfterLeaseAndMargin() {
        script.at(5).started("a", 1).at(20);
        script.tick();
        script.heartbeat("a", 1);
        assertThat(script.ticksUntil(20 + 320)).isEmpty();
        assertThat(script.ticksUntil(20 + 330))
                .containsExactly(
                        requeued("a", 1, RequeueCause.LEASE_EXPIRED, 5, 350, 8),
                        waits("a", INSUFFICIENT_GPUS, NODE_DOWN));
    }

    @Test
    void shouldCountAGapInTheTicksAsTwoIntervalsOnly() {
        script.at(5).started("a", 1).tick(10);
        assertThat(script.tick(36_000)).isEmpty();
        assertThat(script.pool().header().observed()).isEqualTo(10_000 + 20_000);
        // 330 s from the last sign of life in observed time, which was at 0: the tick at 10 observed 10 s.
        assertThat(script.ticksUntil(36_000 + 290)).isEmpty();
        assertThat(script.ticksUntil(36_000 + 300))
                .containsExactly(
                        requeued("a", 1, RequeueCause.LEASE_EXPIRED, 5, 36_300, 8),
                        waits("a", INSUFFICIENT_GPUS, NODE_DOWN));
    }

    @Test
    void shouldPlaceNothingOnASuspectNodeUntilItsTimeIsOver() {
        script.ticksUntil(90);
        assertThat(script.ticksUntil(90 + PoolScript.SUSPECT_S - 10)).isEmpty();
        assertThat(script.ticksUntil(90 + PoolScript.SUSPECT_S))
                .containsExactly(waits("a"), script.placed("a", 2, whole("n1", 8)));
    }

    @Test
    void shouldPlaceOnASuspectNodeOnceItSaysItIsUp() {
        script.ticksUntil(90);
        script.at(95).node("n1", 8);
        assertThat(script.tick()).containsExactly(waits("a"), script.placed("a", 2, whole("n1", 8)));
    }

    @Test
    void shouldKeepTheAgeOfARequeuedJob() {
        script.at(1).submit("b", gpus(8)).tick();
        script.at(5).started("a", 1).at(20).ended("a", 1, EndKind.STOPPED);
        assertThat(script.tick())
                .containsExactly(
                        requeued("a", 1, RequeueCause.STOPPED_BY_AGENT, 5, 20, 8),
                        script.placed("a", 2, whole("n1", 8)));
        assertThat(script.pool().job("b").reasons()).containsExactly(INSUFFICIENT_GPUS);
    }

    @Test
    void shouldSayNothingOfProgressAndCheckpointsAndRememberTheNewest() {
        script.tell(new PoolInput.ProgressReported(START, "a"));
        script.tell(new PoolInput.CheckpointSaved(START, "a", new Job.Checkpoint(1, 10, "ten", START)));
        script.tell(new PoolInput.CheckpointSaved(START, "a", new Job.Checkpoint(1, 5, "five", START)));
        script.tell(
                new PoolInput.CheckpointSaved(START, "a", new Job.Checkpoint(2, 50, "of an attempt to come", START)));
        script.tell(new PoolInput.CheckpointSaved(START, "nobody", new Job.Checkpoint(1, 50, "fifty", START)));
        assertThat(script.tick(1)).isEmpty();
        assertThat(script.pool().job("a").checkpoint()).isEqualTo(new Job.Checkpoint(1, 10, "ten", START));
    }

    @Test
    void shouldPlaceASmallJobBesideTheOthersShare() {
        script.at(5)
                .ended("a", 1, EndKind.COMPLETED)
                .submit("b", gpus(2))
                .submit("c", gpus(2))
                .tick();
        script.at(6).ended("b", 1, EndKind.COMPLETED).submit("d", gpus(3)).tick();
        assertThat(script.pool().job("d").active())
                .extracting(Attempt::shares)
                .isEqualTo(List.of(share("n1", 0, 1, 4)));
    }
}
