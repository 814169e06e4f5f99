package io.millrace.scheduler.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.events.decision.JobPlaced;
import io.millrace.events.decision.PriorityTerms;
import io.millrace.events.decision.PromiseRevised;
import io.millrace.events.decision.RevisionCause;
import io.millrace.events.decision.StartPromised;
import io.millrace.events.job.JobSubmitted;
import io.millrace.events.job.JobType;
import io.millrace.events.node.NodeDown;
import io.millrace.events.node.NodeUp;
import io.millrace.events.org.TeamDefined;
import io.millrace.events.org.UserDefined;
import io.millrace.events.reason.PendingReason;
import io.millrace.events.reason.PendingReasonsChanged;
import io.millrace.events.signal.Severity;
import io.millrace.events.signal.SignalEvent;
import io.millrace.events.signal.SignalRaised;
import io.millrace.streams.Topics;
import io.millrace.testkit.TopologyHarness.Bytes;
import io.millrace.testkit.TopologyHarness.Written;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the policy millrace tells to the outside. */
class MillracePolicyTest {

    private static final String POLICY = SchedulerStory.POLICY
            .replace("policy: fifo-strict", "policy: millrace")
            .replace("batch: {}", "batch: {start_sla: 5m, bonus: 3}")
            .concat("gpu_weights: {A100: 2.5}\n");

    /** From a limit of its own to the latest end: what agents may take to start and to stop. */
    private static final Duration SLACK = Duration.ofSeconds(60 + 100 + 30);

    private final SchedulerStory story = SchedulerStory.driven();

    @BeforeEach
    void begin() {
        story.policy(POLICY).node("n1", new NodeUp("default", 8, "A100", null, null));
    }

    @AfterEach
    void end() {
        story.close();
    }

    private static JobSubmitted claiming(Instant deadline) {
        return JobSubmitted.newBuilder(SchedulerStory.submission("default", "research", "ann", 4))
                .setJobType(JobType.PRODUCTION_MODEL)
                .setDeadline(deadline)
                .build();
    }

    /** The newest reasons of a job since last asked; null when it has none. */
    private @Nullable PendingReasonsChanged reasons(String jobId) {
        Bytes newest = story.harness().readBytes(Topics.PENDING_REASONS.name()).stream()
                .filter(written -> jobId.equals(written.key()))
                .toList()
                .getLast();
        return newest.value() == null
                ? null
                : (PendingReasonsChanged) story.harness()
                        .serde(Topics.PENDING_REASONS)
                        .decode(newest.value())
                        .getPayload();
    }

    @Test
    void shouldPublishWithAPlacementWhyItCameFirst() {
        JobSubmitted submitted = claiming(SchedulerStory.START.plus(Duration.ofHours(40)));
        story.org(
                        "team/research",
                        new TeamDefined(
                                "research",
                                1,
                                70,
                                List.of(io.millrace.events.org.JobType.PRODUCTION_MODEL),
                                true,
                                List.of("default"),
                                null))
                .org("user/ann", new UserDefined("ann", 1, 7, List.of("default"), null))
                .job("a", submitted)
                .override("a", "default", "user:ada", "the board waits for it")
                .play();
        JobPlaced placed = (JobPlaced) story.decisions().getLast();
        assertThat(placed.getUsageWeight()).isEqualTo(2500);
        assertThat(placed.getPriority())
                .isEqualTo(
                        new PriorityTerms(70_000L, 200_000L, 60_000L, 14_000L, 100_000L, 3_000L, 0L, 0L, 0L, 200_000L));
    }

    @Test
    void shouldBelieveNoUserWhatHisTeamMayNotClaim() {
        story.job("a", claiming(SchedulerStory.START)).play();
        JobPlaced placed = (JobPlaced) story.decisions().getLast();
        assertThat(placed.getPriority())
                .isEqualTo(new PriorityTerms(100_000L, 200_000L, 0L, 0L, 0L, 3_000L, 0L, 0L, 0L, 0L));
    }

    @Test
    void shouldPromiseAStartAndKeepTheRoomForIt() {
        story.submit("runs", 4, Duration.ofHours(1)).play();
        story.decisions();
        story.submit("gang", 8, Duration.ofHours(1)).play();
        Instant startBy = SchedulerStory.START.plus(Duration.ofHours(1)).plus(SLACK);
        assertThat(story.decisions()).endsWith(new StartPromised(startBy));
        story.submit("long", 4, Duration.ofHours(2)).play();
        assertThat(story.decisions()).noneMatch(JobPlaced.class::isInstance);
        assertThat(reasons("long")).isEqualTo(new PendingReasonsChanged(List.of(PendingReason.RESERVED_FOR), "gang"));
        story.submit("short", 4, Duration.ofMinutes(50)).play();
        assertThat(story.decisions()).last().isInstanceOf(JobPlaced.class);
    }

    @Test
    void shouldSayWhyAPromiseNoLongerHolds() {
        story.node("n2", 8).submit("runs", 16, Duration.ofHours(1)).play();
        story.submit("gang", 16, Duration.ofHours(1)).play();
        story.decisions();
        story.advance(Duration.ofMinutes(1)).node("n2", new NodeDown("gone")).play();
        Instant startBy = SchedulerStory.START.plus(Duration.ofHours(1)).plus(SLACK);
        assertThat(story.decisions()).contains(new PromiseRevised(startBy, null, RevisionCause.NODE_LOST));
    }

    @Test
    void shouldSignalOnceThatAJobWaitsLongerThanItsQueuePromises() {
        story.submit("runs", 8, Duration.ofHours(1)).play();
        story.submit("waits", 8, Duration.ofHours(1)).play();
        story.advance(Duration.ofMinutes(5)).heartbeat("runs", 1).play();
        assertThat(story.harness().read(Topics.ALERT_SIGNALS)).isEmpty();
        story.advance(Duration.ofMillis(1)).heartbeat("runs", 1).play();
        long cycle = Objects.requireNonNull(story.cycles().getLast()).getCycle();
        assertThat(story.harness().read(Topics.ALERT_SIGNALS))
                .containsExactly(new Written<>(
                        "StartSlaMissed/default/batch",
                        new SignalEvent(
                                String.format("default/%012d/StartSlaMissed/waits", cycle),
                                story.now(),
                                "service:scheduler",
                                new SignalRaised(
                                        "StartSlaMissed",
                                        Severity.P3,
                                        "job waits of team research has waited longer than the 300 s in which queue batch"
                                                + " of pool default is to start a job",
                                        Map.of(
                                                "pool", "default",
                                                "queue", "batch",
                                                "team", "research",
                                                "job_id", "waits")))));
        story.advance(Duration.ofMinutes(1)).heartbeat("runs", 1).play();
        assertThat(story.harness().read(Topics.ALERT_SIGNALS)).isEmpty();
    }
}
