package io.millrace.scheduler.domain;

import static io.millrace.scheduler.domain.PoolScript.START;
import static io.millrace.scheduler.domain.PoolScript.gpus;
import static io.millrace.scheduler.domain.PoolScript.share;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.scheduler.domain.Attempt.EndKind;
import io.millrace.scheduler.domain.Job.EndState;
import io.millrace.scheduler.domain.PoolEvent.CycleClosed;
import io.millrace.scheduler.domain.PoolEvent.JobEnded;
import io.millrace.scheduler.domain.PoolEvent.TimeReached;
import io.millrace.scheduler.domain.PoolInput.Tick;
import io.millrace.scheduler.domain.SchedulingPolicy.Rule;
import org.junit.jupiter.api.Test;

class PoolDeciderTickTest {

    private final PoolScript script = PoolScript.under(Rule.FIFO_STRICT);

    @Test
    void shouldWaitForAPolicyAndDecideWhenItComes() {
        SchedulingPolicy policy = PoolScript.policy(Rule.FIFO_STRICT);
        PoolScript bare = new PoolScript(policy, false);
        bare.at(0)
                .node("n1", 8)
                .submit("a", gpus(1))
                .tell(new Tick(START, 0, 0))
                .tell(new Tick(START + 1000, 0, 0));
        assertThat(bare.at(1).take(new PoolInput.PolicyAdopted(START + 1000, policy, "document", "sha")))
                .containsExactly(
                        new TimeReached(START + 1000),
                        bare.queued("a"),
                        bare.placed("a", 1, share("n1", 0)),
                        new CycleClosed(1, START + 1000, 0));
    }

    @Test
    void shouldWaitUntilAsManyInputsWereFoldedAsThePlaySent() {
        script.at(0).node("n1", 8).tell(new Tick(START, 1, 3)).submit("a", gpus(1));
        script.adopt(PoolScript.policy(Rule.FIFO_SKIP)); // not sent by the play: not counted
        assertThat(script.take(new PoolInput.CancelRequested(START, "nobody")))
                .containsExactly(
                        new TimeReached(START),
                        script.queued("a"),
                        script.placed("a", 1, share("n1", 0)),
                        new CycleClosed(1, START, 1));
    }

    @Test
    void shouldAnswerEveryAdvanceOfAPlayEvenWhenNothingIsDecided() {
        script.at(0).node("n1", 8);
        assertThat(script.take(new Tick(START, 1, 1)))
                .containsExactly(new TimeReached(START), new CycleClosed(1, START, 1));
        assertThat(script.take(new Tick(START, 2, 1)))
                .containsExactly(new TimeReached(START), new CycleClosed(2, START, 2));
    }

    @Test
    void shouldGiveNoCycleWhenNothingChangedAndNothingIsDue() {
        script.at(0).node("n1", 8).tick();
        assertThat(script.take(new Tick(START + 5000, 0, 0))).containsExactly(new TimeReached(START + 5000));
    }

    @Test
    void shouldNotGoBackInTime() {
        script.at(10).node("n1", 8).tick();
        script.at(5).submit("a", gpus(1)).tick();
        assertThat(script.pool().header().now()).isEqualTo(START + 10_000);
        assertThat(script.pool().job("a").active())
                .extracting(Attempt::placedAt)
                .isEqualTo(START + 10_000);
    }

    @Test
    void shouldTellWhenItsNextTimerIsDue() {
        assertThat(Timers.next(script.pool())).isEmpty();
        script.at(0).node("n1", 8).submit("a", PoolScript.limited(1, 100)).tick();
        assertThat(Timers.next(script.pool())).contains(START + 90_000L);
        script.started("a", 1);
        assertThat(Timers.next(script.pool())).contains(START + 100_000L);
        script.at(5).ended("a", 1, EndKind.COMPLETED);
        assertThat(Timers.next(script.pool())).isEmpty();
        assertThat(script.tick())
                .containsExactly(new JobEnded("a", 1, EndState.COMPLETED, START, START + 5000, 5000, "as told"));
    }

    @Test
    void shouldWakeForTheEndOfASuspicionOnlyWhenAJobWaits() {
        script.at(0).node("n1", 8).submit("a", gpus(1)).cancel("nobody").tick();
        script.cancel("a");
        script.ticksUntil(90);
        assertThat(script.pool().node("n1").suspectUntil()).isEqualTo(START + 690_000);
        assertThat(Timers.next(script.pool())).isEmpty();
        script.submit("b", gpus(1)).tick();
        assertThat(Timers.next(script.pool())).contains(START + 690_000L);
    }
}
