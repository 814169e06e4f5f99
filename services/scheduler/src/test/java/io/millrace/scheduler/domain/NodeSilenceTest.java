package io.millrace.scheduler.domain;

import static io.millrace.scheduler.domain.PendingReason.INSUFFICIENT_GPUS;
import static io.millrace.scheduler.domain.PendingReason.NODE_DOWN;
import static io.millrace.scheduler.domain.PoolScript.START;
import static io.millrace.scheduler.domain.PoolScript.gpus;
import static io.millrace.scheduler.domain.PoolScript.requeued;
import static io.millrace.scheduler.domain.PoolScript.stop;
import static io.millrace.scheduler.domain.PoolScript.waits;
import static io.millrace.scheduler.domain.PoolScript.whole;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.scheduler.domain.Attempt.EndKind;
import io.millrace.scheduler.domain.Attempt.StopCause;
import io.millrace.scheduler.domain.Node.Health;
import io.millrace.scheduler.domain.PoolEvent.NodeReturned;
import io.millrace.scheduler.domain.PoolEvent.NodeSilenced;
import io.millrace.scheduler.domain.PoolEvent.RequeueCause;
import io.millrace.scheduler.domain.SchedulingPolicy.Rule;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Nodes that may be silent for 48 s: with a quarter of that and the margin they are given up after 90 s. */
class NodeSilenceTest {

    private final PoolScript script = PoolScript.under(Rule.FIFO_STRICT).at(0);

    private PoolScript up(long second, String id) {
        return script.at(second)
                .tell(new PoolInput.NodeUp(
                        START + second * 1000, "up " + id + " " + second, id, 8, "V100", null, 48_000L));
    }

    private PoolScript heard(long second, String id) {
        return script.at(second).tell(new PoolInput.NodeHeard(START + second * 1000, id));
    }

    private Health health(String id) {
        return script.pool().node(id).health();
    }

    @Test
    void shouldGiveUpANodeOfWhichNothingIsHeard() {
        up(0, "n1").tick();
        assertThat(script.ticksUntil(80)).isEmpty();
        assertThat(script.pool().isWatching()).isTrue();
        assertThat(Timers.next(script.pool())).contains(START + 90_000);
        assertThat(script.tick(90)).containsExactly(new NodeSilenced("n1"));
        assertThat(script.pool().isWatching()).isFalse();
        script.submit("a", gpus(1));
        assertThat(script.tick(91)).containsExactly(script.queued("a"), waits("a", INSUFFICIENT_GPUS, NODE_DOWN));
    }

    @Test
    void shouldKeepANodeThatIsHeardOf() {
        up(0, "n1").tick();
        for (long second = 10; second < 1000; second += 10) {
            heard(second, "n1");
            assertThat(script.tick()).isEmpty();
        }
        assertThat(script.ticksUntil(1065)).isEmpty();
        assertThat(script.ticksUntil(1090)).containsExactly(new NodeSilenced("n1"));
    }

    @Test
    void shouldNotGiveUpNodesThatNeedNotBeHeardOf() {
        script.node("n1", 8);
        heard(1, "n1").tick();
        assertThat(script.pool().isWatching()).isFalse();
        assertThat(script.ticksUntil(1000)).isEmpty();
        up(1000, "n1").node("n1", 8).tick();
        assertThat(script.ticksUntil(2000)).isEmpty();
    }

    @Test
    void shouldCountObservedTime() {
        up(0, "n1").tick();
        // Nobody looked for an hour: two intervals of 10 s count.
        assertThat(script.tick(3600)).isEmpty();
        assertThat(script.ticksUntil(3660)).isEmpty();
        assertThat(script.ticksUntil(3670)).containsExactly(new NodeSilenced("n1"));
    }

    @Test
    void shouldNotMakeACycleOfAHeartbeatNorStoreEachOfThem() {
        TrackedPool pool = new TrackedPool();
        SchedulingPolicy policy = PoolScript.policy(Rule.FIFO_STRICT);
        pool.pool().evolve(new PoolInput.PolicyAdopted(START, policy, "", ""));
        pool.pool().evolve(new PoolInput.NodeUp(START, "up", "n1", 8, "V100", null, 48_000L));
        pool.pool().evolve(new PoolEvent.TimeReached(START));
        pool.pool().evolve(new PoolEvent.CycleClosed(1, START, 0));
        List<Integer> stored = new ArrayList<>();
        for (long second = 5; second <= 60; second += 5) {
            pool.pool().evolve(new PoolEvent.TimeReached(START + second * 1000));
            pool.pool().takeChanges();
            pool.pool().evolve(new PoolInput.NodeHeard(START + second * 1000, "n1"));
            assertThat(pool.pool().header().changed()).isFalse();
            var changes = pool.pool().takeChanges().keySet();
            assertThat(changes).isSubsetOf("header", "heard/n1");
            if (changes.contains("heard/n1")) {
                stored.add((int) second);
            }
        }
        assertThat(stored).containsExactly(15, 30, 45, 60);
    }

    @Test
    void shouldAskTheOtherNodesOfAGangToStop() {
        up(0, "n1");
        up(0, "n2").submit("a", gpus(16)).tick();
        script.started("a", 1);
        for (long second = 10; second <= 80; second += 10) {
            heard(second, "n1").heartbeat("a", 1);
            assertThat(script.tick()).isEmpty();
        }
        heard(90, "n1").heartbeat("a", 1);
        assertThat(script.tick()).containsExactly(new NodeSilenced("n2"), stop("a", 1, StopCause.NODE_LOST));
        // Whoever is silent may still run: its GPUs are free when the gang's end is confirmed.
        assertThat(script.pool().gpusHeld()).isEqualTo(16);
        script.at(100).ended("a", 1, EndKind.STOPPED_BY_NODE_LOSS);
        assertThat(script.tick())
                .containsExactly(
                        requeued("a", 1, RequeueCause.NODE_LOST, 0, 100, 16), waits("a", INSUFFICIENT_GPUS, NODE_DOWN));
    }

    @Test
    void shouldFreeWhatASilentNodeRanWhenItsLeaseIsOver() {
        up(0, "n1").submit("a", gpus(8)).tick();
        script.started("a", 1);
        assertThat(script.ticksUntil(90)).containsExactly(new NodeSilenced("n1"), stop("a", 1, StopCause.NODE_LOST));
        assertThat(script.ticksUntil(320)).containsExactly(stop("a", 1, StopCause.NODE_LOST)); // after grace and margin
        assertThat(script.tick(330))
                .containsExactly(
                        requeued("a", 1, RequeueCause.LEASE_EXPIRED, 0, 330, 8),
                        waits("a", INSUFFICIENT_GPUS, NODE_DOWN));
    }

    @Test
    void shouldTakeANodeAtOnceThatSaysThatNothingRunsThere() {
        up(0, "n1").submit("a", gpus(8)).tick();
        script.started("a", 1).ticksUntil(90);
        up(95, "n1");
        assertThat(script.tick())
                .containsExactly(
                        requeued("a", 1, RequeueCause.NODE_LOST, 0, 95, 8), script.placed("a", 2, whole("n1", 8)));
        assertThat(script.ticksUntil(175)).isEmpty();
    }

    @Test
    void shouldTrustANodeAgainSomeTimeAfterItWasHeardOfAndHeldNothing() {
        up(0, "n1").submit("a", gpus(8)).tick();
        script.started("a", 1).ticksUntil(90);
        heard(95, "n1").tick();
        assertThat(health("n1")).isEqualTo(Health.SILENT);
        script.at(100).ended("a", 1, EndKind.STOPPED_BY_SCHEDULER);
        assertThat(script.tick())
                .containsExactly(
                        requeued("a", 1, RequeueCause.NODE_LOST, 0, 100, 8),
                        new NodeReturned("n1"),
                        waits("a", INSUFFICIENT_GPUS, NODE_DOWN));
        assertThat(script.tick(101)).isEmpty();
        assertThat(health("n1")).isEqualTo(Health.UP);
        for (long second = 110; second < 700; second += 10) {
            heard(second, "n1");
            assertThat(script.tick()).isEmpty();
        }
        heard(700, "n1");
        assertThat(script.tick()).contains(script.placed("a", 2, whole("n1", 8)));
    }

    @ParameterizedTest
    @EnumSource(names = {"DOWN", "DRAINED", "INTERRUPTED"})
    void shouldLeaveANodeAsItIsThatIsNotUp(Health health) {
        up(0, "n1").at(1).node("n1", health).tick();
        assertThat(script.ticksUntil(200)).isEmpty();
        heard(210, "n1").tick();
        assertThat(health("n1")).isEqualTo(health);
    }

    @Test
    void shouldKeepWhatRunsOnANodeWhoseAgentCameBackInTime() {
        up(0, "n1").submit("a", gpus(8)).tick();
        script.started("a", 1).ticksUntil(80);
        heard(85, "n1").heartbeat("a", 1);
        assertThat(script.ticksUntil(160)).isEmpty();
        assertThat(script.pool().job("a").active()).isNotNull();
        assertThat(script.pool().gpusHeld()).isEqualTo(8);
    }
}
