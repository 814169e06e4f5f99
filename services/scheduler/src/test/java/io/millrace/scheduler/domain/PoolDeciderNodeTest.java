package io.millrace.scheduler.domain;

import static io.millrace.scheduler.domain.PendingReason.INSUFFICIENT_GPUS;
import static io.millrace.scheduler.domain.PendingReason.NODE_DOWN;
import static io.millrace.scheduler.domain.PoolScript.START;
import static io.millrace.scheduler.domain.PoolScript.gpus;
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
import io.millrace.scheduler.domain.Node.Health;
import io.millrace.scheduler.domain.PoolEvent.RequeueCause;
import io.millrace.scheduler.domain.SchedulingPolicy.Rule;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PoolDeciderNodeTest {

    private final PoolScript script = PoolScript.under(Rule.FIFO_STRICT);

    @BeforeEach
    void placeAGang() {
        script.at(0)
                .node("n1", 8)
                .node("n2", 8)
                .node("n3", 8)
                .submit("a", gpus(16))
                .tick();
        script.started("a", 1);
    }

    @Test
    void shouldHoldAGangsGpusUntilTheOtherNodesConfirmItsEnd() {
        script.at(10).node("n2", Health.DOWN);
        assertThat(script.tick()).containsExactly(stop("a", 1, StopCause.NODE_LOST));
        assertThat(script.pool().gpusHeld()).isEqualTo(16);
        script.at(20).ended("a", 1, EndKind.STOPPED_BY_SCHEDULER);
        assertThat(script.tick())
                .containsExactly(
                        requeued("a", 1, RequeueCause.NODE_LOST, 0, 20, 16),
                        script.placed("a", 2, whole("n1", 8), whole("n3", 8)));
    }

    @Test
    void shouldRequeueAGangThatFailedOfALostNode() {
        script.at(10).node("n2", Health.DOWN).tick();
        script.at(11).ended("a", 1, EndKind.FAILED);
        assertThat(script.tick()).startsWith(requeued("a", 1, RequeueCause.NODE_LOST, 0, 11, 16));
    }

    @Test
    void shouldFreeAGangsGpusWhenItsOtherNodesFellSilent() {
        script.at(10).node("n2", Health.DOWN);
        assertThat(script.ticksUntil(330))
                .containsExactly(
                        stop("a", 1, StopCause.NODE_LOST),
                        stop("a", 1, StopCause.NODE_LOST), // again after grace and margin
                        stop("a", 1, StopCause.NODE_LOST),
                        requeued("a", 1, RequeueCause.LEASE_EXPIRED, 0, 330, 16),
                        waits("a", INSUFFICIENT_GPUS, NODE_DOWN));
        assertThat(script.pool().node("n1").suspectUntil()).isEqualTo(START + 930_000);
        assertThat(script.pool().node("n2").suspectUntil()).isZero();
    }

    @Test
    void shouldRequeueAtOnceWhenEveryNodeIsDown() {
        script.at(10).node("n1", Health.DOWN).node("n2", Health.DOWN);
        assertThat(script.tick())
                .containsExactly(
                        requeued("a", 1, RequeueCause.NODE_LOST, 0, 10, 16), waits("a", INSUFFICIENT_GPUS, NODE_DOWN));
        assertThat(script.pool().gpusHeld()).isZero();
    }

    @Test
    void shouldKnowThatNothingSurvivedOnANodeThatComesUpAgain() {
        script.at(10).node("n1", 8).node("n2", 8);
        assertThat(script.tick())
                .containsExactly(
                        requeued("a", 1, RequeueCause.NODE_LOST, 0, 10, 16),
                        script.placed("a", 2, whole("n1", 8), whole("n2", 8)));
    }

    @Test
    void shouldIgnoreARepeatedNodeEvent() {
        PoolInput.NodeUp again = new PoolInput.NodeUp(START + 10_000, "again", "n1", 8, "V100");
        script.at(10).tell(again);
        assertThat(script.tick()).containsExactly(stop("a", 1, StopCause.NODE_LOST));
        script.at(11).ended("a", 1, EndKind.STOPPED_BY_SCHEDULER).tick();
        script.at(12).tell(again);
        assertThat(script.tick()).isEmpty();
    }

    @Test
    void shouldIgnoreANodeEventOlderThanTheNewest() {
        script.at(10).node("n3", Health.DRAINED).tick();
        script.at(5).node("n3", Health.DOWN).node("nobody", Health.DOWN);
        assertThat(script.tick(11)).isEmpty();
        assertThat(script.pool().node("n3").health()).isEqualTo(Health.DRAINED);
    }

    @ParameterizedTest
    @CsvSource({"DRAINED,NODE_DRAINED,NODE_DRAINED", "INTERRUPTED,SPOT_INTERRUPTION,SPOT_INTERRUPTION"})
    void shouldMoveAJobOffANode(Health health, StopCause stop, RequeueCause cause) {
        script.at(10).node("n1", health);
        assertThat(script.tick()).containsExactly(stop("a", 1, stop));
        script.at(20).ended("a", 1, EndKind.STOPPED_BY_SCHEDULER);
        assertThat(script.tick())
                .containsExactly(
                        requeued("a", 1, cause, 0, 20, 16), script.placed("a", 2, whole("n2", 8), whole("n3", 8)));
    }

    @Test
    void shouldPlaceNothingOnADrainedNode() {
        script.at(10).node("n3", Health.DRAINED).submit("b", gpus(1));
        assertThat(script.tick()).containsExactly(script.queued("b"), waits("b", INSUFFICIENT_GPUS));
    }

    @Test
    void shouldKeepRunningWhatWasPlacedAfterTheNodeWasLost() {
        script.at(10).node("n1", Health.DOWN).node("n2", Health.DOWN).tick();
        script.at(20).node("n1", 8).tick();
        assertThat(script.pool().job("a").active()).isNotNull();
        script.tell(new PoolInput.NodeHealthChanged(START + 15_000, "late", "n1", Health.DOWN));
        assertThat(script.tick(21)).isEmpty();
    }

    @Test
    void shouldNotSuspectANodeThatIsKnownToBeLost() {
        script.at(10).node("n1", Health.DOWN).node("n2", Health.DOWN).tick();
        assertThat(script.pool().nodes()).extracting(Node::suspectUntil).containsOnly(0L);
    }

    @Test
    void shouldForgetNothingOfAnUnstartedGangThatLostANode() {
        script.at(1).ended("a", 1, EndKind.COMPLETED).submit("b", gpus(16)).tick();
        script.at(2).node("n1", Health.DOWN).node("n2", Health.DOWN);
        assertThat(script.tick())
                .containsExactly(
                        unstarted("b", 1, RequeueCause.NODE_LOST, 2), waits("b", INSUFFICIENT_GPUS, NODE_DOWN));
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"UP", "SILENT"})
    void shouldLearnNothingFromAnUpThatIsToldAgainOrLate(Health health) {
        PoolInput.NodeUp up = new PoolInput.NodeUp(START + 10_000, "up", "n3", 8, "V100");
        script.at(10).tell(up).tick();
        script.at(20).node("n3", health).tick();
        Node before = script.pool().node("n3");
        script.at(21).tell(up).tell(new PoolInput.NodeUp(START + 5000, "late", "n3", 4, "P100"));
        assertThat(script.pool().node("n3")).isEqualTo(before);
        assertThat(script.pool().header().changed()).isFalse();
        script.submit("b", gpus(1));
        assertThat(script.tick()).doesNotHaveAnyElementsOfTypes(PoolEvent.JobPlaced.class);
        script.at(30).tell(new PoolInput.NodeUp(START + 30_000, "up again", "n3", 8, "V100"));
        assertThat(script.tick()).contains(script.placed("b", 1, share("n3", 0)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldRequeueAGangWhoseFailureAndWhoseNodesLossAreToldTogether(boolean lossFirst) {
        script.at(10);
        if (lossFirst) {
            script.node("n2", Health.DOWN).ended("a", 1, EndKind.FAILED);
        } else {
            script.ended("a", 1, EndKind.FAILED).node("n2", Health.DOWN);
        }
        assertThat(script.tick(11))
                .containsExactly(
                        requeued("a", 1, RequeueCause.NODE_LOST, 0, 10, 16),
                        script.placed("a", 2, whole("n1", 8), whole("n3", 8)));
        assertThat(script.pool().node("n1").suspectUntil()).isZero();
    }

    @Test
    void shouldEndAGangThatFailedBeforeAnotherNodeWasLost() {
        script.at(10).ended("a", 1, EndKind.FAILED).node("n3", Health.DOWN);
        assertThat(script.tick(11)).containsExactly(ran("a", 1, EndState.FAILED, 0, 10, 16, "as told"));
    }
}
