package io.millrace.scheduler.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.events.attempt.AttemptEvent;
import io.millrace.events.attempt.Heartbeat;
import io.millrace.events.attempt.JobStarted;
import io.millrace.events.decision.EndState;
import io.millrace.events.decision.JobDecision;
import io.millrace.events.decision.JobEnded;
import io.millrace.events.decision.JobPlaced;
import io.millrace.events.decision.JobQueued;
import io.millrace.events.decision.JobRejected;
import io.millrace.events.decision.JobRequeued;
import io.millrace.events.decision.JobType;
import io.millrace.events.decision.NodeShare;
import io.millrace.events.decision.PreemptionCause;
import io.millrace.events.decision.PreemptionRequested;
import io.millrace.events.decision.RejectionCode;
import io.millrace.events.decision.RequeueCause;
import io.millrace.events.decision.StopRequestCause;
import io.millrace.events.decision.StopRequested;
import io.millrace.events.job.ArrayMembership;
import io.millrace.events.job.CheckpointSaved;
import io.millrace.events.job.Dependency;
import io.millrace.events.job.DependencyCondition;
import io.millrace.events.job.JobCancelRequested;
import io.millrace.events.job.JobEvent;
import io.millrace.events.job.JobSubmitted;
import io.millrace.events.job.Work;
import io.millrace.testkit.SeededRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class JobViewTest {

    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

    private final JobView view = new JobView("a");

    private static Instant at(long second) {
        return START.plusSeconds(second);
    }

    private static JobEvent submitted() {
        return new JobEvent(
                "submission",
                START,
                "user:ann",
                new JobSubmitted(
                        "default",
                        "batch",
                        "research",
                        "ann",
                        8,
                        "V100",
                        null,
                        null,
                        null,
                        Map.of(),
                        io.millrace.events.job.JobType.EXPERIMENTATION,
                        null,
                        null,
                        List.of(),
                        null));
    }

    private static AttemptEvent started(int attempt, long second) {
        return new AttemptEvent(
                "started " + attempt, at(second), "agent:n1", new JobStarted(attempt, List.of("n" + attempt)));
    }

    private static JobDecision decided(long second, Object payload) {
        return new JobDecision("decision", at(second), "service:scheduler", "default", second, payload);
    }

    private static JobDecision queued() {
        return decided(
                1,
                new JobQueued(
                        at(1),
                        "submission",
                        "batch",
                        "research",
                        "ann",
                        8,
                        "V100",
                        null,
                        null,
                        null,
                        JobType.EXPERIMENTATION,
                        null));
    }

    private static JobDecision placed(int attempt, long second) {
        return decided(
                second,
                new JobPlaced(
                        attempt,
                        List.of(new NodeShare("n" + attempt, List.of(0, 1, 2, 3, 4, 5, 6, 7), null)),
                        at(second + 60),
                        300_000L,
                        "research",
                        "ann",
                        "V100",
                        null,
                        1000,
                        null,
                        null,
                        null,
                        null));
    }

    private static JobDecision requeued(int attempt, @Nullable Instant startedAt, long second) {
        return decided(second, new JobRequeued(attempt, RequeueCause.NODE_LOST, startedAt, at(second), 0L));
    }

    private static JobDecision stop(int attempt, StopRequestCause cause, long second) {
        return decided(second, new StopRequested(attempt, cause, 100_000L));
    }

    private static JobDecision ended(EndState state, int attempt, @Nullable Instant startedAt, long second) {
        return decided(second, new JobEnded(state, attempt, startedAt, at(second), 0L, ""));
    }

    /** The job at second 100. */
    private JobRow row() {
        return view.row(at(100));
    }

    private static JobRow expected(
            String state,
            Instant submittedAt,
            int attempt,
            @Nullable Instant startedAt,
            @Nullable Instant endedAt,
            double wait,
            List<String> nodes,
            List<String> reasons) {
        return new JobRow(
                "a",
                "default",
                state,
                "batch",
                "research",
                "ann",
                8,
                "V100",
                submittedAt,
                attempt,
                startedAt,
                endedAt,
                wait,
                nodes,
                reasons,
                "submission",
                null,
                null,
                List.of(),
                List.of(),
                0,
                null);
    }

    @Test
    void shouldTellOfEveryStateOfALife() {
        view.apply(submitted());
        assertThat(row()).isEqualTo(expected("SUBMITTED", at(0), 0, null, null, 100, List.of(), List.of()));
        view.apply(queued());
        view.apply(List.of("INSUFFICIENT_GPUS"), null);
        assertThat(row())
                .isEqualTo(expected("WAITING", at(1), 0, null, null, 99, List.of(), List.of("INSUFFICIENT_GPUS")));
        view.apply(placed(1, 10));
        assertThat(row()).isEqualTo(expected("PLACED", at(1), 1, null, null, 99, List.of("n1"), List.of()));
        view.apply(started(1, 12));
        assertThat(row()).isEqualTo(expected("RUNNING", at(1), 1, at(12), null, 11, List.of("n1"), List.of()));
        view.apply(requeued(1, at(12), 20));
        assertThat(row())
                .isEqualTo(expected("WAITING", at(1), 0, null, null, 11, List.of(), List.of("INSUFFICIENT_GPUS")));
        view.apply(List.of(), null);
        view.apply(placed(2, 30));
        assertThat(row()).isEqualTo(expected("PLACED", at(1), 2, null, null, 11, List.of("n2"), List.of()));
        view.apply(started(2, 31));
        view.apply(stop(1, StopRequestCause.STALE_ATTEMPT, 32));
        assertThat(row().state()).isEqualTo("RUNNING");
        view.apply(stop(2, StopRequestCause.NODE_DRAINED, 40));
        assertThat(row()).isEqualTo(expected("STOPPING", at(1), 2, at(31), null, 11, List.of("n2"), List.of()));
        assertThat(view.isOver()).isFalse();
        view.apply(ended(EndState.COMPLETED, 2, at(31), 50));
        assertThat(row()).isEqualTo(expected("COMPLETED", at(1), 2, at(31), at(50), 11, List.of(), List.of()));
        assertThat(view.isOver()).isTrue();
        assertThat(view.steps())
                .extracting(JobView.Step::detail)
                .containsExactly(
                        "queue batch, 8 GPUs",
                        "attempt 1 on n1",
                        "attempt 1 is over: NODE_LOST",
                        "attempt 2 on n2",
                        "attempt 1: STALE_ATTEMPT",
                        "attempt 2: NODE_DRAINED",
                        "COMPLETED");
    }

    @Test
    void shouldTellWhatIsRunAndAfterWhatAndWhatBecameOfIt() {
        JobSubmitted asked = JobSubmitted.newBuilder((JobSubmitted) submitted().getPayload())
                .setWork(new Work(List.of("train", "--fast"), Map.of("TOKEN", "not shown"), "/data"))
                .setArray(new ArrayMembership("sweep", 2, 5))
                .setAfter(List.of(
                        new Dependency("x", DependencyCondition.UNKNOWN),
                        new Dependency("y", DependencyCondition.ENDED)))
                .build();
        view.apply(new JobEvent("submission", START, "user:ann", asked));
        view.apply(queued());
        view.apply(placed(1, 10));
        view.apply(new JobEvent("second", at(20), "agent:n1", new CheckpointSaved(1, "b", 20L)));
        view.apply(new JobEvent("first", at(15), "agent:n1", new CheckpointSaved(1, "a", 10L)));
        for (int i = 0; i < 2; i++) {
            view.apply(decided(
                    30 + i, new PreemptionRequested(1, PreemptionCause.HIGHER_PRIORITY, "urgent", 8_000L, 100_000L)));
        }
        JobRow row = row();
        assertThat(row.state()).isEqualTo("STOPPING");
        assertThat(row.command()).containsExactly("train", "--fast");
        assertThat(row.after()).containsExactly(new JobRow.After("x", "COMPLETED"), new JobRow.After("y", "ENDED"));
        assertThat(row.arrayId()).isEqualTo("sweep");
        assertThat(row.arrayIndex()).isEqualTo(2);
        assertThat(row.preemptions()).isOne();
        assertThat(row.resume()).isEqualTo(new JobRow.Resume(1, 20, "b"));
        assertThat(row.toString()).doesNotContain("not shown");
        view.apply(requeued(1, at(12), 40));
        view.apply(placed(2, 50));
        view.apply(decided(60, new PreemptionRequested(2, PreemptionCause.MANAGER, null, 0L, 100_000L)));
        assertThat(row().preemptions()).isEqualTo(2);
        assertThat(view.steps())
                .extracting(JobView.Step::detail)
                .contains(
                        "attempt 1 makes room for urgent, 8 GPU seconds are lost",
                        "attempt 2: a manager asked, 0 GPU seconds are lost");
    }

    @Test
    void shouldTellOfAJobThatIsRejected() {
        view.apply(submitted());
        view.apply(decided(1, new JobRejected(RejectionCode.EXCEEDS_POOL, "no 8 GPUs", "submission")));
        assertThat(row()).isEqualTo(expected("REJECTED", at(0), 0, null, null, 100, List.of(), List.of()));
        assertThat(view.isOver()).isTrue();
    }

    @Test
    void shouldKeepAJobWhoseIdSomebodyElseWanted() {
        view.apply(submitted());
        view.apply(queued());
        view.apply(decided(2, new JobRejected(RejectionCode.DUPLICATE_JOB, "taken", "another")));
        assertThat(row().state()).isEqualTo("WAITING");
        assertThat(view.isOver()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "UNKNOWN")
    void shouldTellHowAJobEnded(EndState state) {
        view.apply(submitted());
        view.apply(new JobEvent("cancel", at(2), "user:ann", new JobCancelRequested("")));
        view.apply(queued());
        view.apply(ended(state, 0, null, 50));
        assertThat(row()).isEqualTo(expected(state.name(), at(1), 0, null, at(50), 49, List.of(), List.of()));
    }

    @Test
    void shouldMakeNoJobOfAnAgentsWord() {
        view.apply(started(1, 12));
        view.apply(new AttemptEvent("alive", at(13), "agent:n1", new Heartbeat(1)));
        assertThat(view.isAsked()).isFalse();
        view.apply(submitted());
        assertThat(view.isAsked()).isTrue();
    }

    @Test
    void shouldTellTheSameInTheEndInWhateverOrderTopicsAreRead() {
        List<Consumer<JobView>> jobs = List.of(
                job -> job.apply(submitted()),
                job -> job.apply(
                        new JobEvent("cancel", at(55), "user:ann", new JobCancelRequested("no longer wanted"))));
        List<Consumer<JobView>> attempts = List.of(
                job -> job.apply(started(1, 12)),
                job -> job.apply(started(1, 12)),
                job -> job.apply(started(2, 31)),
                job -> job.apply(started(1, 12)));
        List<Consumer<JobView>> decisions = List.of(
                job -> job.apply(queued()),
                job -> job.apply(placed(1, 10)),
                job -> job.apply(requeued(1, at(12), 20)),
                job -> job.apply(placed(2, 30)),
                job -> job.apply(stop(2, StopRequestCause.CANCELLED, 56)),
                job -> job.apply(ended(EndState.STOPPED, 2, at(31), 60)));
        List<Consumer<JobView>> reasons =
                List.of(job -> job.apply(List.of("FRAGMENTATION"), null), job -> job.apply(List.of(), null));
        SeededRandom random = SeededRandom.of("JobViewTest");
        for (int round = 0; round < 500; round++) {
            JobView job = new JobView("a");
            List<List<Consumer<JobView>>> left = new ArrayList<>();
            List.of(jobs, attempts, decisions, reasons).forEach(topic -> left.add(new ArrayList<>(topic)));
            while (!left.isEmpty()) {
                List<Consumer<JobView>> topic = left.get(random.nextInt(left.size()));
                topic.removeFirst().accept(job);
                left.removeIf(List::isEmpty);
            }
            assertThat(job.row(at(100)))
                    .isEqualTo(expected("STOPPED", at(1), 2, at(31), at(60), 11, List.of(), List.of()));
        }
    }
}
