package io.millrace.scheduler.domain;

import static io.millrace.scheduler.domain.PendingReason.BELOW_QUEUE_HEAD;
import static io.millrace.scheduler.domain.PendingReason.FRAGMENTATION;
import static io.millrace.scheduler.domain.PendingReason.INSUFFICIENT_GPUS;
import static io.millrace.scheduler.domain.PendingReason.NODE_DOWN;
import static io.millrace.scheduler.domain.PendingReason.NO_MATCHING_GPU_TYPE;
import static io.millrace.scheduler.domain.PoolScript.estimated;
import static io.millrace.scheduler.domain.PoolScript.gpus;
import static io.millrace.scheduler.domain.PoolScript.limited;
import static io.millrace.scheduler.domain.PoolScript.perNode;
import static io.millrace.scheduler.domain.PoolScript.ran;
import static io.millrace.scheduler.domain.PoolScript.share;
import static io.millrace.scheduler.domain.PoolScript.typed;
import static io.millrace.scheduler.domain.PoolScript.waits;
import static io.millrace.scheduler.domain.PoolScript.whole;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.scheduler.domain.Attempt.EndKind;
import io.millrace.scheduler.domain.Job.EndState;
import io.millrace.scheduler.domain.Node.Health;
import io.millrace.scheduler.domain.SchedulingPolicy.Rule;
import org.junit.jupiter.api.Test;

class PoolDeciderPlacementTest {

    private final PoolScript strict = PoolScript.under(Rule.FIFO_STRICT);
    private final PoolScript skip = PoolScript.under(Rule.FIFO_SKIP);

    @Test
    void shouldQueueAndPlaceAtTheNextTick() {
        strict.at(0).node("n1", 8).submit("a", gpus(4));
        assertThat(strict.tick(1)).containsExactly(strict.queued("a"), strict.placed("a", 1, share("n1", 0, 1, 2, 3)));
    }

    @Test
    void shouldBlockBehindTheHeadUnderFifoStrict() {
        strict.at(0).node("n1", 8).submit("a", gpus(6));
        strict.at(1).submit("b", gpus(8));
        strict.at(2).submit("c", gpus(1));
        assertThat(strict.tick(3))
                .containsExactly(
                        strict.queued("a"),
                        strict.queued("b"),
                        strict.queued("c"),
                        strict.placed("a", 1, share("n1", 0, 1, 2, 3, 4, 5)),
                        waits("b", INSUFFICIENT_GPUS),
                        waits("c", BELOW_QUEUE_HEAD));
    }

    @Test
    void shouldPassTheHeadUnderFifoSkip() {
        skip.at(0).node("n1", 8).submit("a", gpus(6));
        skip.at(1).submit("b", gpus(8));
        skip.at(2).submit("c", gpus(1));
        assertThat(skip.tick(3))
                .containsExactly(
                        skip.queued("a"),
                        skip.queued("b"),
                        skip.queued("c"),
                        skip.placed("a", 1, share("n1", 0, 1, 2, 3, 4, 5)),
                        waits("b", INSUFFICIENT_GPUS),
                        skip.placed("c", 1, share("n1", 6)));
    }

    @Test
    void shouldPlaceTheShortestFirstAndThoseWithoutALengthLastUnderSjf() {
        PoolScript script = PoolScript.under(Rule.SJF_STRICT);
        script.at(0).node("n1", 1).submit("unknown", gpus(1));
        script.at(1).submit("limit 50", limited(1, 50));
        script.at(2).submit("estimate 60", estimated(1, 60));
        script.at(3).submit("estimate 40", estimated(1, 40));
        assertThat(script.tick(4))
                .containsExactly(
                        script.queued("unknown"),
                        script.queued("limit 50"),
                        script.queued("estimate 60"),
                        script.queued("estimate 40"),
                        script.placed("estimate 40", 1, share("n1", 0)),
                        waits("limit 50", INSUFFICIENT_GPUS),
                        waits("estimate 60", BELOW_QUEUE_HEAD),
                        waits("unknown", BELOW_QUEUE_HEAD));
    }

    @Test
    void shouldPassTheShortestUnderSjfSkip() {
        PoolScript script = PoolScript.under(Rule.SJF_SKIP);
        script.at(0).node("n1", 2).submit("long", estimated(1, 100));
        script.at(1).submit("short", estimated(2, 10));
        script.at(2).submit("shortest", estimated(1, 5));
        assertThat(script.tick(3))
                .containsExactly(
                        script.queued("long"),
                        script.queued("short"),
                        script.queued("shortest"),
                        script.placed("shortest", 1, share("n1", 0)),
                        waits("short", INSUFFICIENT_GPUS),
                        script.placed("long", 1, share("n1", 1)));
    }

    @Test
    void shouldOrderSubmissionsOfOneInstantByEventId() {
        strict.at(0).node("n1", 8).submit("first", "2", gpus(8)).submit("second", "1", gpus(8));
        assertThat(strict.tick(1))
                .containsExactly(
                        strict.queued("second"),
                        strict.queued("first"),
                        strict.placed("second", 1, whole("n1", 8)),
                        waits("first", INSUFFICIENT_GPUS));
    }

    @Test
    void shouldFreeWhatEndedBeforeItPlacesWhatCameAtTheSameInstant() {
        strict.at(0).node("n1", 8).submit("a", gpus(8)).tick(1);
        strict.started("a", 1);
        strict.at(5).submit("b", gpus(8)).ended("a", 1, EndKind.COMPLETED);
        assertThat(strict.tick())
                .containsExactly(
                        ran("a", 1, EndState.COMPLETED, 1, 5, 8, "as told"),
                        strict.queued("b"),
                        strict.placed("b", 1, whole("n1", 8)));
    }

    @Test
    void shouldTakeWholeNodesForAGangAndForItsRemainder() {
        strict.at(0)
                .node("n1", 8)
                .node("n2", 8)
                .node("n3", 8)
                .submit("a", gpus(1))
                .tick(0);
        strict.submit("b", gpus(12));
        assertThat(strict.tick(1))
                .containsExactly(strict.queued("b"), strict.placed("b", 1, whole("n2", 8), whole("n3", 8)));
        assertThat(strict.pool().gpusHeld()).isEqualTo(17);
    }

    @Test
    void shouldNotSplitAGangOverNodesThatAreNotWhollyFree() {
        strict.at(0).node("n1", 8).node("n2", 8).submit("a", gpus(1)).submit("b", gpus(9));
        assertThat(strict.tick(1))
                .containsExactly(
                        strict.queued("a"),
                        strict.queued("b"),
                        strict.placed("a", 1, share("n1", 0)),
                        waits("b", FRAGMENTATION));
    }

    @Test
    void shouldFillTheFullestNodeThatFitsAndAmongEqualsTheLowestId() {
        strict.at(0).node("n1", 8).node("n2", 8).node("n3", 8);
        strict.submit("a", "1", perNode(16, 8)).tick(0); // n1, n2
        strict.submit("b", "2", gpus(5)).tick(1); // n3
        strict.ended("a", 1, EndKind.COMPLETED);
        strict.submit("c", "3", gpus(3));
        assertThat(strict.tick(2)).contains(strict.placed("c", 1, share("n3", 5, 6, 7)));
        strict.submit("d", "4", gpus(1));
        assertThat(strict.tick(3)).containsExactly(strict.queued("d"), strict.placed("d", 1, share("n1", 0)));
    }

    @Test
    void shouldSpreadAsAskedWithGpusPerNode() {
        strict.at(0)
                .node("n1", 8)
                .node("n2", 8)
                .node("n3", 8)
                .submit("a", "1", gpus(2))
                .tick(0);
        strict.submit("b", "2", perNode(12, 4));
        assertThat(strict.tick(1))
                .containsExactly(
                        strict.queued("b"),
                        strict.placed(
                                "b", 1, share("n1", 2, 3, 4, 5), share("n2", 0, 1, 2, 3), share("n3", 0, 1, 2, 3)));
    }

    @Test
    void shouldTakeOnlyNodesOfTheTypeAskedFor() {
        strict.at(0).node("n1", 8, "V100").node("n2", 8, "A100").submit("a", typed(8, "A100"));
        assertThat(strict.tick(1)).containsExactly(strict.queued("a"), strict.placed("a", 1, whole("n2", 8)));
    }

    @Test
    void shouldPlaceOn64GpusOfOneNode() {
        strict.at(0).node("n1", 64).submit("a", gpus(63)).submit("b", gpus(1));
        assertThat(strict.tick(1))
                .containsExactly(
                        strict.queued("a"),
                        strict.queued("b"),
                        strict.placed("a", 1, whole("n1", 63)),
                        strict.placed("b", 1, share("n1", 63)));
    }

    @Test
    void shouldClearReasonsWhenTheJobIsPlaced() {
        strict.at(0).node("n1", 8).submit("a", gpus(8)).submit("b", gpus(8)).tick(1);
        strict.at(2).ended("a", 1, EndKind.COMPLETED);
        assertThat(strict.tick()).endsWith(waits("b"), strict.placed("b", 1, whole("n1", 8)));
    }

    @Test
    void shouldClearReasonsOfAJobThatIsCancelled() {
        strict.at(0).node("n1", 8).submit("a", gpus(8)).submit("b", gpus(8)).tick(1);
        strict.cancel("b");
        assertThat(strict.tick(2))
                .containsExactly(
                        waits("b"),
                        new PoolEvent.JobEnded(
                                "b",
                                0,
                                EndState.CANCELLED,
                                null,
                                PoolScript.START + 2000,
                                0,
                                "cancelled while it waited"));
    }

    @Test
    void shouldSayThatNoNodeHasTheTypeWhileThePoolIsEmpty() {
        skip.at(0).submit("a", typed(1, "A100")).submit("b", gpus(1));
        assertThat(skip.tick(1))
                .containsExactly(
                        skip.queued("a"),
                        skip.queued("b"),
                        waits("a", NO_MATCHING_GPU_TYPE),
                        waits("b", INSUFFICIENT_GPUS));
    }

    @Test
    void shouldSayThatANodeIsDownWhenTheJobFitsOnlyWithIt() {
        skip.at(0).node("n1", 8).node("n2", 8).submit("a", gpus(16)).node("n2", Health.DOWN);
        assertThat(skip.tick(1)).containsExactly(skip.queued("a"), waits("a", INSUFFICIENT_GPUS, NODE_DOWN));
        skip.at(2).node("n2", 8);
        assertThat(skip.tick()).containsExactly(waits("a"), skip.placed("a", 1, whole("n1", 8), whole("n2", 8)));
    }

    @Test
    void shouldTellReasonsOnlyWhenTheyChange() {
        strict.at(0)
                .node("n1", 8)
                .submit("a", gpus(8))
                .submit("b", gpus(8))
                .submit("c", gpus(8))
                .tick(1);
        strict.heartbeat("nobody", 1);
        assertThat(strict.tick(2)).hasOnlyElementsOfType(PoolEvent.StopRequested.class);
    }

    @Test
    void shouldSortTheQueueAnewUnderAChangedPolicy() {
        strict.at(0).node("n1", 8).submit("a", gpus(8)).tick(0);
        strict.at(1).submit("long", estimated(8, 100));
        strict.at(2).submit("short", estimated(8, 10)).tick();
        strict.at(3).adopt(PoolScript.policy(Rule.SJF_STRICT)).ended("a", 1, EndKind.COMPLETED);
        assertThat(strict.tick()).endsWith(waits("short"), strict.placed("short", 1, whole("n1", 8)));
    }

    @Test
    void shouldPassTheHeadOnceThePolicySaysSo() {
        strict.at(0)
                .node("n1", 8)
                .submit("a", "1", gpus(4))
                .submit("b", "2", gpus(8))
                .submit("c", "3", gpus(4));
        strict.tick(1);
        strict.at(2).adopt(PoolScript.policy(Rule.FIFO_SKIP));
        assertThat(strict.tick()).containsExactly(waits("c"), strict.placed("c", 1, share("n1", 4, 5, 6, 7)));
        strict.at(3).adopt(PoolScript.policy(Rule.FIFO_STRICT)).submit("d", "4", gpus(8));
        assertThat(strict.tick()).containsExactly(strict.queued("d"), waits("d", BELOW_QUEUE_HEAD));
    }

    @Test
    void shouldNotLetAJobQueuedBeforeAnyNodeBlockWhenNoNodesCouldRunIt() {
        strict.at(0).submit("a", gpus(16)).submit("b", gpus(4));
        assertThat(strict.tick())
                .containsExactly(
                        strict.queued("a"),
                        strict.queued("b"),
                        waits("a", INSUFFICIENT_GPUS),
                        waits("b", BELOW_QUEUE_HEAD));
        strict.at(1).node("n1", 8);
        assertThat(strict.tick()).endsWith(waits("b"), strict.placed("b", 1, share("n1", 0, 1, 2, 3)));
        strict.at(2).submit("c", gpus(4));
        assertThat(strict.tick()).containsExactly(strict.queued("c"), strict.placed("c", 1, share("n1", 4, 5, 6, 7)));
        strict.at(3).node("n2", 8).submit("d", gpus(4));
        assertThat(strict.tick()).endsWith(waits("d", BELOW_QUEUE_HEAD));
    }

    @Test
    void shouldNotSplitAJobForOneNodeBecauseThatNodeIsDrained() {
        strict.at(0)
                .node("n1", 4)
                .node("n2", 4)
                .node("n3", 8)
                .node("n3", Health.DRAINED)
                .submit("a", gpus(5));
        assertThat(strict.tick()).containsExactly(strict.queued("a"), waits("a", FRAGMENTATION, NODE_DOWN));
        strict.at(10).node("n3", 8);
        assertThat(strict.tick()).containsExactly(waits("a"), strict.placed("a", 1, share("n3", 0, 1, 2, 3, 4)));
    }
}
