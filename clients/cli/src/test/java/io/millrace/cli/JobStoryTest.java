package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.events.attempt.AttemptEvent;
import io.millrace.events.attempt.JobFailed;
import io.millrace.events.decision.EndState;
import io.millrace.events.decision.JobDecision;
import io.millrace.events.decision.JobEnded;
import io.millrace.events.decision.JobPlaced;
import io.millrace.events.decision.JobQueued;
import io.millrace.events.decision.JobRejected;
import io.millrace.events.decision.JobRequeued;
import io.millrace.events.decision.NodeShare;
import io.millrace.events.decision.PreemptionCause;
import io.millrace.events.decision.PreemptionRequested;
import io.millrace.events.decision.RejectionCode;
import io.millrace.events.decision.RequeueCause;
import io.millrace.events.decision.ResumePoint;
import io.millrace.events.log.LogAppended;
import io.millrace.events.log.LogEvent;
import io.millrace.events.log.LogTruncated;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobStoryTest {

    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    private final List<String> news = new ArrayList<>();
    private final StringBuilder shown = new StringBuilder();

    private JobStory story(@Nullable Integer rank, String... jobs) {
        return new JobStory(List.of(jobs), rank, news::add, shown::append);
    }

    private static void decide(JobStory story, String job, Object... decisions) {
        for (Object decision : decisions) {
            story.decided(job, new JobDecision("d", NOW, "service:scheduler", "default", 1L, decision));
        }
    }

    private static JobQueued queued() {
        return JobQueued.newBuilder()
                .setSubmittedAt(NOW)
                .setSubmissionEventId("s")
                .setQueue("batch")
                .setTeam("vision")
                .setUser("ada")
                .setGpus(1)
                .build();
    }

    private static JobPlaced placed(int attempt, @Nullable ResumePoint resume, String... nodes) {
        return JobPlaced.newBuilder()
                .setAttempt(attempt)
                .setNodes(Arrays.stream(nodes)
                        .map(node -> new NodeShare(node, List.of(0), null))
                        .toList())
                .setStartBefore(NOW)
                .setLeaseMs(1000)
                .setTeam("vision")
                .setUser("ada")
                .setGpuType("V100")
                .setResume(resume)
                .build();
    }

    private static JobEnded ended(EndState state, int attempt, String message) {
        return new JobEnded(state, attempt, NOW, NOW, 0L, message);
    }

    private static void log(JobStory story, String job, int attempt, int rank, long offset, String text) {
        story.logged(job, new LogEvent("l", NOW, "agent:n", new LogAppended(attempt, "n", rank, offset, text)));
    }

    @Test
    void shouldTellALifeWithAPreemption() {
        JobStory story = story(null, "train");
        decide(story, "train", queued(), placed(1, null, "n-0"));
        log(story, "train", 1, 0, 0, "epoch 1\n");
        decide(
                story,
                "train",
                new PreemptionRequested(1, PreemptionCause.HIGHER_PRIORITY, "urgent", 5L, 100L),
                new JobRequeued(1, RequeueCause.PREEMPTED, NOW, NOW, 5L));
        assertThat(story.isOver()).isFalse();
        decide(story, "train", placed(2, new ResumePoint(1, 10L, "c/10"), "n-1"));
        log(story, "train", 2, 0, 0, "epoch 2\n");
        decide(story, "train", ended(EndState.COMPLETED, 2, ""));
        assertThat(story.isOver()).isTrue();
        story.tellEnds(news::add);
        assertThat(news)
                .containsExactly(
                        "train waits in queue batch",
                        "train starts, attempt 1 on n-0",
                        "train has to make room for urgent",
                        "train waits again, attempt 1 is over: PREEMPTED",
                        "train starts, attempt 2 on n-1, from step 10",
                        "train COMPLETED");
        assertThat(shown).hasToString("epoch 1\nepoch 2\n");
        assertThat(story.exitCode()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"COMPLETED,0", "FAILED,3", "TIMED_OUT,124", "STOPPED,130", "CANCELLED,130", "UNKNOWN,1"})
    void shouldEndAsTheJobDid(EndState state, int exitCode) {
        JobStory story = story(null, "train");
        story.attempted("train", new AttemptEvent("a", NOW, "agent:n", new JobFailed(1, 7, "", "")));
        story.attempted("train", new AttemptEvent("a", NOW, "agent:n", new JobFailed(2, 3, "", "")));
        decide(story, "train", queued(), ended(state, 2, ""));
        assertThat(story.exitCode()).isEqualTo(exitCode);
    }

    @Test
    void shouldSayWhyAJobFailed() {
        JobStory story = story(null, "train");
        decide(story, "train", queued(), ended(EndState.FAILED, 1, "no such file"));
        story.tellEnds(news::add);
        assertThat(news).last().isEqualTo("train FAILED, exit code 1: no such file");
        assertThat(story.exitCode()).isEqualTo(1);
    }

    @Test
    void shouldEndWithARefusalButNotWithThatOfAnothersSubmission() {
        JobRejected taken = new JobRejected(RejectionCode.DUPLICATE_JOB, "job id train is taken", "other");
        JobStory refused = story(null, "train");
        decide(refused, "train", taken);
        assertThat(refused.isOver()).isTrue();
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(news).containsExactly("train is refused: job id train is taken");
        JobStory kept = story(null, "train");
        decide(kept, "train", queued(), taken);
        assertThat(kept.isOver()).isFalse();
    }

    @Test
    void shouldSayWhichJobAndWhichRankWrote() {
        JobStory story = story(null, "s-0", "s-1");
        decide(story, "s-0", placed(1, null, "n-0", "n-1"));
        decide(story, "s-1", placed(1, null, "n-2"));
        log(story, "s-0", 1, 1, 0, "a\n");
        log(story, "s-1", 1, 0, 0, "b\n");
        assertThat(shown).hasToString("s-0[1] a\ns-1 b\n");
        assertThat(story.isAbout("s-1")).isTrue();
        assertThat(story.isAbout("s-2")).isFalse();
    }

    @Test
    void shouldTellOfOneRankOnly() {
        JobStory story = story(1, "train");
        decide(story, "train", placed(1, null, "n-0", "n-1"));
        log(story, "train", 1, 0, 0, "a\n");
        log(story, "train", 1, 1, 0, "b\n");
        story.logged("train", new LogEvent("l", NOW, "agent:n", new LogTruncated(1, "n-1", 1, 2L)));
        story.logged("train", new LogEvent("l", NOW, "agent:n", new LogTruncated(1, "n-0", 0, 2L)));
        assertThat(shown).hasToString("b\n");
        assertThat(news).last().isEqualTo("train wrote more than is kept; the rest lies on n-1");
    }

    @Test
    void shouldTakeTheFirstExitCodeThatIsNotZero() {
        JobStory story = story(null, "s-0", "s-1", "s-2");
        for (String job : List.of("s-0", "s-1", "s-2")) {
            decide(story, job, queued(), ended(job.equals("s-0") ? EndState.COMPLETED : EndState.FAILED, 1, ""));
        }
        story.attempted("s-1", new AttemptEvent("a", NOW, "agent:n", new JobFailed(1, 9, "", "")));
        assertThat(story.exitCode()).isEqualTo(9);
    }
}
