package io.millrace.scheduler.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.events.attempt.ShareAborted;
import io.millrace.events.attempt.ShareEnded;
import io.millrace.events.attempt.ShareHeartbeat;
import io.millrace.events.attempt.ShareReady;
import io.millrace.events.decision.JobPlaced;
import io.millrace.events.decision.JobRejected;
import io.millrace.events.decision.JobRequeued;
import io.millrace.events.decision.PreemptionCause;
import io.millrace.events.decision.PreemptionRequested;
import io.millrace.events.decision.RejectionCode;
import io.millrace.events.decision.RequeueCause;
import io.millrace.events.decision.ResumePoint;
import io.millrace.events.job.ArrayMembership;
import io.millrace.events.job.CheckpointSaved;
import io.millrace.events.job.Dependency;
import io.millrace.events.job.DependencyCondition;
import io.millrace.events.job.JobSubmitted;
import io.millrace.events.job.Work;
import io.millrace.events.node.NodeUp;
import io.millrace.events.policy.PreemptionOrdered;
import io.millrace.events.reason.PendingReasonsChanged;
import io.millrace.streams.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What real jobs need beside GPUs, as records. */
class WorkEventsTest {

    private final SchedulerStory story = SchedulerStory.driven().policy(SchedulerStory.POLICY);

    @AfterEach
    void close() {
        story.close();
    }

    private static JobSubmitted member() {
        return JobSubmitted.newBuilder(SchedulerStory.submission("default", "research", "ann", 2))
                .setWork(new Work(List.of("train", "--fast"), Map.of("B", "2", "A", "1"), "/data"))
                .setArray(new ArrayMembership("sweep", 4, 9))
                .build();
    }

    private List<JobPlaced> placements() {
        return story.decisions().stream()
                .filter(JobPlaced.class::isInstance)
                .map(JobPlaced.class::cast)
                .toList();
    }

    @Test
    void shouldPublishWithAPlacementWhatItsAgentsNeed() {
        story.node("n1", new NodeUp("default", 2, "V100", "gpu-1.example", null))
                .job("sweep-4", member())
                .play();
        assertThat(placements()).singleElement().satisfies(placed -> {
            assertThat(placed.getWork())
                    .isEqualTo(new io.millrace.events.decision.Work(
                            List.of("train", "--fast"), Map.of("A", "1", "B", "2"), "/data"));
            assertThat(placed.getArray()).isEqualTo(new io.millrace.events.decision.ArrayMembership("sweep", 4, 9));
            assertThat(placed.getResume()).isNull();
            assertThat(placed.getNodes())
                    .singleElement()
                    .satisfies(share -> assertThat(share.getAddress()).isEqualTo("gpu-1.example"));
        });
        story.started("sweep-4", 1)
                .job("sweep-4", new CheckpointSaved(1, "checkpoints/7", 7L))
                .stopped("sweep-4", 1)
                .play();
        assertThat(placements())
                .singleElement()
                .extracting(JobPlaced::getResume)
                .isEqualTo(new ResumePoint(1, 7L, "checkpoints/7"));
    }

    @Test
    void shouldLeaveAgentsToThemselvesWhereTheySettleAGang() {
        story.node("n1", 4).submit("a", 4).play();
        story.harness().read(Topics.POOL_INPUTS);
        long sent = 2;
        story.attempt("a", new ShareReady(1, "n1"))
                .attempt("a", new ShareAborted(1, "n1", "no room"))
                .attempt("a", new ShareHeartbeat(1, "n1"))
                .attempt("nobody", new ShareEnded(1, "n1", 0, ""))
                .play(Map.of("default", sent));
        assertThat(story.harness().read(Topics.POOL_INPUTS)).hasSize(1); // the tick
        assertThat(story.harness().readBytes(Topics.ATTEMPT_EVENTS.deadLetterTopic()))
                .isEmpty();
    }

    @Test
    void shouldRunAJobAfterAnotherAndTellWhatItWaitsFor() {
        JobSubmitted after = JobSubmitted.newBuilder(SchedulerStory.submission("default", "research", "ann", 4))
                .setAfter(List.of(
                        new Dependency("a", DependencyCondition.UNKNOWN),
                        new Dependency("a", DependencyCondition.ENDED)))
                .build();
        story.node("n1", 4).job("b", after).submit("a", 4).play();
        assertThat(story.harness().read(Topics.PENDING_REASONS))
                .extracting(written -> written.key() + " "
                        + ((PendingReasonsChanged) written.value().getPayload()).getReasons())
                .containsExactly("b [DEPENDENCY]");
        story.decisions();
        story.started("a", 1).completed("a", 1).play();
        assertThat(story.decisions())
                .extracting(decision -> decision.getClass().getSimpleName())
                .containsExactly("JobEnded", "JobPlaced");
        story.job(
                        "c",
                        JobSubmitted.newBuilder(after)
                                .setAfter(List.of(new Dependency("nobody", DependencyCondition.ENDED)))
                                .build())
                .play()
                .advance(Duration.ofSeconds(10))
                .play();
        assertThat(story.decisions())
                .singleElement()
                .isInstanceOfSatisfying(
                        JobRejected.class,
                        rejected -> assertThat(rejected.getCode()).isEqualTo(RejectionCode.UNKNOWN_DEPENDENCY));
    }

    @Test
    void shouldStopAndRequeueAJobThatAManagerWantsOutOfTheWay() {
        story.node("n1", 4).submit("a", 4).play().started("a", 1).play();
        story.decisions();
        story.manager("a", new PreemptionOrdered("a", "default", "user:ada", "token", "a demonstration"))
                .manager("a", new PreemptionOrdered("a", "default", "user:ada", "token", " "))
                .play();
        assertThat(story.decisions())
                .containsExactly(new PreemptionRequested(1, PreemptionCause.MANAGER, null, 0L, 100_000L));
        assertThat(story.harness().readBytes(Topics.POLICY_EVENTS.deadLetterTopic()))
                .hasSize(1);
        story.stopped("a", 1).play();
        assertThat(story.decisions())
                .first()
                .isInstanceOfSatisfying(
                        JobRequeued.class,
                        requeued -> assertThat(requeued.getCause()).isEqualTo(RequeueCause.PREEMPTED));
    }
}
