package io.millrace.scheduler.domain;

import static io.millrace.scheduler.domain.PendingReason.BELOW_QUEUE_HEAD;
import static io.millrace.scheduler.domain.PendingReason.INSUFFICIENT_GPUS;
import static io.millrace.scheduler.domain.PendingReason.QUOTA_TEAM;
import static io.millrace.scheduler.domain.PendingReason.QUOTA_USER;
import static io.millrace.scheduler.domain.PoolScript.gpus;
import static io.millrace.scheduler.domain.PoolScript.limited;
import static io.millrace.scheduler.domain.PoolScript.of;
import static io.millrace.scheduler.domain.PoolScript.perNode;
import static io.millrace.scheduler.domain.PoolScript.queue;
import static io.millrace.scheduler.domain.PoolScript.quotas;
import static io.millrace.scheduler.domain.PoolScript.ran;
import static io.millrace.scheduler.domain.PoolScript.share;
import static io.millrace.scheduler.domain.PoolScript.typed;
import static io.millrace.scheduler.domain.PoolScript.waits;
import static io.millrace.scheduler.domain.PoolScript.whole;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.scheduler.domain.Attempt.EndKind;
import io.millrace.scheduler.domain.Job.EndState;
import io.millrace.scheduler.domain.Node.Health;
import io.millrace.scheduler.domain.PoolEvent.JobEnded;
import io.millrace.scheduler.domain.PoolEvent.JobRejected;
import io.millrace.scheduler.domain.PoolEvent.RejectionCode;
import io.millrace.scheduler.domain.SchedulingPolicy.Rule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PoolDeciderSubmissionTest {

    private final PoolScript script = PoolScript.under(Rule.FIFO_STRICT);

    private void shouldReject(PoolScript told, JobRequest request, RejectionCode code, String message) {
        told.at(0).node("n1", 8).node("n2", 8).submit("a", request);
        assertThat(told.tick(1)).containsExactly(told.rejected("a", code, message));
        assertThat(told.pool().jobs()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void shouldRejectAJobForNoGpus(int gpus) {
        shouldReject(
                script,
                gpus(gpus),
                RejectionCode.INVALID_GPUS,
                "a job needs at least 1 GPU, this one asks for " + gpus);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -2, 3})
    void shouldRejectGpusThatDontDivideIntoNodes(int perNode) {
        shouldReject(
                script,
                perNode(8, perNode),
                RejectionCode.INVALID_GPUS,
                "gpus must be a multiple of gpus_per_node, 8 is none of " + perNode);
    }

    @ParameterizedTest
    @ValueSource(ints = {17, Integer.MAX_VALUE})
    void shouldRejectMoreThanThePoolHas(int gpus) {
        shouldReject(
                script,
                gpus(gpus),
                RejectionCode.EXCEEDS_POOL,
                "no " + gpus + " GPUs in this pool even when all its nodes are free");
    }

    @Test
    void shouldRejectATypeThePoolDoesNotHave() {
        shouldReject(
                script,
                typed(1, "H100"),
                RejectionCode.EXCEEDS_POOL,
                "no 1 GPUs of type H100 in this pool even when all its nodes are free");
    }

    @Test
    void shouldRejectMoreOnANodeThanAnyHas() {
        shouldReject(
                script,
                perNode(9, 9),
                RejectionCode.EXCEEDS_POOL,
                "no 9 GPUs, 9 a node, in this pool even when all its nodes are free");
    }

    @Test
    void shouldNotRejectWhatOnlyWaitsForANodeThatIsDown() {
        script.at(0).node("n1", 8).node("n2", 8).node("n2", Health.DOWN).submit("a", gpus(16));
        assertThat(script.tick(1))
                .containsExactly(script.queued("a"), waits("a", INSUFFICIENT_GPUS, PendingReason.NODE_DOWN));
    }

    @Test
    void shouldRejectAnUnknownQueue() {
        shouldReject(
                PoolScript.under(queue("research", null, null)),
                gpus(1),
                RejectionCode.UNKNOWN_QUEUE,
                "there is no queue batch; queues are research");
    }

    @Test
    void shouldRejectMoreGpusThanTheQueueTakes() {
        shouldReject(
                PoolScript.under(queue("batch", 4, null)),
                gpus(5),
                RejectionCode.EXCEEDS_QUEUE_LIMIT,
                "queue batch takes jobs of at most 4 GPUs, this one asks for 5");
    }

    @Test
    void shouldRejectALongerLimitThanTheQueueTakes() {
        shouldReject(
                PoolScript.under(queue("batch", null, 60_000L)),
                limited(1, 61),
                RejectionCode.EXCEEDS_QUEUE_LIMIT,
                "queue batch takes jobs of at most 60 s, this one asks for 61 s");
    }

    @Test
    void shouldGiveAJobItsQueuesLimitWhenItStatesNone() {
        PoolScript told = PoolScript.under(queue("batch", 4, 60_000L));
        told.at(0).node("n1", 8).submit("a", "1", gpus(4)).submit("b", "2", limited(4, 60));
        assertThat(told.tick(1))
                .containsExactly(
                        told.queued("a"),
                        told.queued("b"),
                        told.placed("a", 1, share("n1", 0, 1, 2, 3)),
                        told.placed("b", 1, share("n1", 4, 5, 6, 7)));
        assertThat(told.queued("a").limitMs()).isEqualTo(60_000L);
    }

    @Test
    void shouldRejectMoreGpusThanAUserMayHold() {
        shouldReject(
                PoolScript.under(quotas(Rule.FIFO_STRICT, 4, null, null)),
                gpus(5),
                RejectionCode.EXCEEDS_QUOTA,
                "a user may hold 4 GPUs at once and a team any number of, this job would hold 5");
    }

    @Test
    void shouldRejectMoreGpusThanATeamMayHold() {
        shouldReject(
                PoolScript.under(quotas(Rule.FIFO_STRICT, null, null, 4)),
                gpus(5),
                RejectionCode.EXCEEDS_QUOTA,
                "a user may hold any number of GPUs at once and a team 4, this job would hold 5");
    }

    @Test
    void shouldRejectMoreWaitingJobsThanAUserMayHave() {
        PoolScript told = PoolScript.under(quotas(Rule.FIFO_STRICT, null, 2, null));
        told.at(0).node("n1", 8);
        told.submit("a", "1", of("research", "ann", 8)).tick();
        told.submit("b", "2", of("research", "ann", 8)).submit("c", "3", of("research", "ann", 8));
        told.submit("d", "submission of d", of("research", "ann", 8)).submit("e", "5", of("research", "ben", 8));
        assertThat(told.tick(1))
                .containsExactly(
                        told.queued("b"),
                        told.queued("c"),
                        told.queued("e"),
                        told.rejected(
                                "d",
                                RejectionCode.EXCEEDS_QUEUED_JOBS,
                                "user ann has 2 jobs waiting, which is the limit; submit again when some have started"),
                        waits("b", INSUFFICIENT_GPUS),
                        waits("c", BELOW_QUEUE_HEAD),
                        waits("e", BELOW_QUEUE_HEAD));
    }

    @Test
    void shouldLetNobodyBlockTheQueueWithAQuotaOfHisOwn() {
        PoolScript told = PoolScript.under(quotas(Rule.FIFO_STRICT, 4, null, 8));
        told.at(0).node("n1", 8).node("n2", 8);
        told.submit("a", "1", of("research", "ann", 4)).submit("b", "2", of("research", "ann", 1));
        told.submit("c", "3", of("research", "ben", 4)).submit("d", "4", of("research", "cem", 1));
        told.submit("e", "5", of("vision", "dan", 4));
        assertThat(told.tick(1))
                .containsExactly(
                        told.queued("a"),
                        told.queued("b"),
                        told.queued("c"),
                        told.queued("d"),
                        told.queued("e"),
                        told.placed("a", 1, share("n1", 0, 1, 2, 3)),
                        waits("b", QUOTA_USER),
                        told.placed("c", 1, share("n1", 4, 5, 6, 7)),
                        waits("d", QUOTA_TEAM),
                        told.placed("e", 1, share("n2", 0, 1, 2, 3)));
    }

    @Test
    void shouldTellEveryReasonOfAJobHeldByQuotas() {
        PoolScript told = PoolScript.under(quotas(Rule.FIFO_STRICT, 8, null, 8));
        told.at(0).node("n1", 8).submit("a", "1", gpus(8)).submit("b", "2", gpus(1));
        assertThat(told.tick(1))
                .containsExactly(
                        told.queued("a"),
                        told.queued("b"),
                        told.placed("a", 1, whole("n1", 8)),
                        waits("b", QUOTA_USER, QUOTA_TEAM, INSUFFICIENT_GPUS));
    }

    @Test
    void shouldPlaceWhatAQuotaHeldOnceItIsFreeAgain() {
        PoolScript told = PoolScript.under(quotas(Rule.FIFO_STRICT, 4, null, null));
        told.at(0)
                .node("n1", 8)
                .submit("a", "1", gpus(4))
                .submit("b", "2", gpus(4))
                .tick();
        told.at(5).ended("a", 1, EndKind.COMPLETED);
        assertThat(told.tick())
                .containsExactly(
                        new JobEnded("a", 1, EndState.COMPLETED, null, PoolScript.START + 5000, 0, "as told"),
                        waits("b"),
                        told.placed("b", 1, share("n1", 0, 1, 2, 3)));
    }

    @Test
    void shouldIgnoreARepeatedSubmission() {
        script.at(0).node("n1", 8).submit("a", gpus(4)).tick(1);
        script.at(2).submit("a", gpus(4));
        assertThat(script.tick()).isEmpty();
        script.at(3).ended("a", 1, EndKind.COMPLETED).tick();
        script.at(4).submit("a", gpus(4));
        assertThat(script.tick()).isEmpty();
    }

    @Test
    void shouldRejectASecondJobUnderATakenId() {
        script.at(0)
                .node("n1", 8)
                .submit("a", gpus(4))
                .submit("a", "second", gpus(2))
                .submit("a", "third", gpus(2));
        assertThat(script.tick(1))
                .containsExactly(
                        script.queued("a"),
                        duplicate("second"),
                        duplicate("third"),
                        script.placed("a", 1, share("n1", 0, 1, 2, 3)));
        script.at(2)
                .ended("a", 1, EndKind.COMPLETED)
                .submit("a", "fourth", gpus(2))
                .submit("a", "fourth", gpus(2));
        assertThat(script.tick())
                .containsExactly(
                        new JobEnded("a", 1, EndState.COMPLETED, null, PoolScript.START + 2000, 0, "as told"),
                        duplicate("fourth"));
        assertThat(script.tick(3)).isEmpty();
    }

    private static JobRejected duplicate(String submission) {
        return new JobRejected(
                "a", submission, RejectionCode.DUPLICATE_JOB, "job id a is taken; submit under a new id");
    }

    @Test
    void shouldTakeTheIdOfARejectedJobAgain() {
        script.at(0).node("n1", 8).submit("a", gpus(0)).tick();
        script.at(1).submit("a", "corrected", gpus(0)).tick();
        script.at(2).submit("b", gpus(1));
        assertThat(script.tick()).containsExactly(script.queued("b"), script.placed("b", 1, share("n1", 0)));
    }

    @Test
    void shouldCancelAJobBeforeItIsPlaced() {
        script.at(0).node("n1", 8).submit("a", gpus(4)).cancel("a").cancel("a").cancel("nobody");
        assertThat(script.tick(1))
                .containsExactly(
                        script.queued("a"),
                        new JobEnded(
                                "a",
                                0,
                                EndState.CANCELLED,
                                null,
                                PoolScript.START + 1000,
                                0,
                                "cancelled while it waited"));
    }

    @Test
    void shouldForgetEndedJobsAfterAWhile() {
        script.at(0).node("n1", 8).submit("a", gpus(4)).tick();
        script.started("a", 1).at(10).ended("a", 1, EndKind.COMPLETED);
        assertThat(script.tick()).containsExactly(ran("a", 1, EndState.COMPLETED, 0, 10, 4, "as told"));
        script.at(10 + PoolScript.RETAIN_S).submit("b", gpus(0)).tick();
        assertThat(script.pool().jobs()).extracting(Job::id).containsExactly("a");
        script.at(11 + PoolScript.RETAIN_S).submit("b", gpus(0)).tick();
        assertThat(script.pool().jobs()).isEmpty();
    }
}
