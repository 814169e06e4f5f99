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
import static io.millrace.scheduler.domain.PoolScript.waits;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.scheduler.domain.Attempt.EndKind;
import io.millrace.scheduler.domain.Attempt.StopCause;
import io.millrace.scheduler.domain.Job.EndState;
import io.millrace.scheduler.domain.Node.Health;
import io.millrace.scheduler.domain.PoolEvent.RequeueCause;
import io.millrace.scheduler.domain.SchedulingPolicy.Rule;
import org.junit.jupiter.api.Test;

/** Attempts and nodes of which too little is heard. */
class PoolDeciderLivenessTest {

    private final PoolScript script = PoolScript.under(Rule.FIFO_STRICT);

    @Test
    void shouldSuspectANodeAlthoughAnotherAttemptIsHeardOfFromItAndPlaceThereWhenThatIsOver() {
        script.at(0).node("n1", 8).submit("a", gpus(4)).submit("b", gpus(4)).tick();
        script.started("a", 1).started("b", 1);
        assertThat(script.ticksUntil(300)).isEmpty();
        script.heartbeat("b", 1);
        assertThat(script.ticksUntil(330))
                .containsExactly(
                        requeued("a", 1, RequeueCause.LEASE_EXPIRED, 0, 330, 4),
                        waits("a", INSUFFICIENT_GPUS, NODE_DOWN));
        assertThat(script.heartbeat("b", 1).ticksUntil(640)).isEmpty();
        script.heartbeat("b", 1);
        assertThat(script.pool().node("n1").suspectUntil()).isEqualTo(START + 930_000);
        assertThat(Timers.next(script.pool())).contains(START + 930_000);
        assertThat(script.ticksUntil(920)).isEmpty();
        assertThat(Timers.next(script.pool())).contains(START + 930_000);
        assertThat(script.tick(930)).containsExactly(waits("a"), script.placed("a", 2, share("n1", 0, 1, 2, 3)));
    }

    @Test
    void shouldAskAgainForAStopThatNothingCameOf() {
        drainUnder(100_000);
        assertThat(Timers.next(script.pool())).contains(START + 140_000);
        assertThat(script.ticksUntil(130)).isEmpty();
        assertThat(script.tick(140)).containsExactly(stop("a", 1, StopCause.NODE_DRAINED));
        assertThat(Timers.next(script.pool())).contains(START + 270_000);
        script.heartbeat("a", 1);
        assertThat(script.ticksUntil(270)).containsExactly(stop("a", 1, StopCause.NODE_DRAINED));
    }

    @Test
    void shouldAskAgainByTimeThatWasWatchedOnly() {
        drainUnder(100_000);
        assertThat(script.tick(5000)).isEmpty();
        assertThat(script.ticksUntil(5100)).isEmpty();
        assertThat(script.tick(5110)).containsExactly(stop("a", 1, StopCause.NODE_DRAINED));
    }

    @Test
    void shouldAskAtOnceWhenAJobThatWasToMoveIsCancelled() {
        drainUnder(100_000);
        script.at(20).cancel("a");
        assertThat(script.tick()).containsExactly(stop("a", 1, StopCause.CANCELLED));
        assertThat(script.ticksUntil(140)).isEmpty();
        assertThat(script.tick(150)).containsExactly(stop("a", 1, StopCause.CANCELLED));
        script.at(155).ended("a", 1, EndKind.STOPPED_BY_SCHEDULER);
        assertThat(script.tick()).containsExactly(ran("a", 1, EndState.STOPPED, 0, 155, 8, "as told"));
    }

    @Test
    void shouldAskAtOnceWhenAJobThatWasToMoveReachesItsLimit() {
        drainUnder(50);
        assertThat(Timers.next(script.pool())).contains(START + 50_000);
        assertThat(script.ticksUntil(40)).isEmpty();
        assertThat(script.tick(50)).containsExactly(stop("a", 1, StopCause.LIMIT_REACHED));
        assertThat(Timers.next(script.pool())).contains(START + 180_000);
        script.at(55).cancel("a");
        assertThat(script.tick()).isEmpty();
        script.at(60).ended("a", 1, EndKind.STOPPED_BY_SCHEDULER);
        assertThat(script.tick()).containsExactly(ran("a", 1, EndState.TIMED_OUT, 0, 60, 8, "as told"));
    }

    /** A job of the whole node, started at 0 and asked to move at 10. */
    private void drainUnder(long limitSeconds) {
        script.at(0).node("n1", 8).submit("a", limited(8, limitSeconds)).tick();
        script.started("a", 1).at(10).node("n1", Health.DRAINED);
        assertThat(script.tick()).containsExactly(stop("a", 1, StopCause.NODE_DRAINED));
    }

    @Test
    void shouldTakeAHeartbeatForTheStartThatNobodyHeardOf() {
        script.at(0).node("n1", 8).submit("a", limited(8, 50)).tick();
        script.at(5).heartbeat("a", 1);
        assertThat(Timers.next(script.pool())).contains(START + 55_000);
        assertThat(script.tick(54)).isEmpty();
        assertThat(script.tick(55)).containsExactly(stop("a", 1, StopCause.LIMIT_REACHED));
        script.at(60).ended("a", 1, EndKind.STOPPED_BY_SCHEDULER);
        assertThat(script.tick()).containsExactly(ran("a", 1, EndState.TIMED_OUT, 5, 60, 8, "as told"));
    }

    @Test
    void shouldBelieveTheStartThatIsReadAfterAHeartbeat() {
        script.at(0).node("n1", 8).submit("a", gpus(8)).tick();
        script.at(5).heartbeat("a", 1).at(3).started("a", 1).at(20).ended("a", 1, EndKind.COMPLETED);
        assertThat(script.tick()).containsExactly(ran("a", 1, EndState.COMPLETED, 3, 20, 8, "as told"));
    }
}
