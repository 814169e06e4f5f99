package io.millrace.scheduler.domain;

import static io.millrace.scheduler.domain.PoolScript.START;
import static io.millrace.scheduler.domain.PoolScript.gpus;
import static io.millrace.scheduler.domain.PoolScript.requeued;
import static io.millrace.scheduler.domain.PoolScript.share;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.scheduler.domain.Attempt.EndKind;
import io.millrace.scheduler.domain.Job.Checkpoint;
import io.millrace.scheduler.domain.PoolEvent.JobPlaced;
import io.millrace.scheduler.domain.PoolEvent.RejectionCode;
import io.millrace.scheduler.domain.PoolEvent.RequeueCause;
import io.millrace.scheduler.domain.SchedulingPolicy.Rule;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is to be run goes through the pool untouched, from the submission to whoever runs it. */
class WorkTest {

    private static final Work TRAIN =
            new Work(List.of("python", "train.py"), new TreeMap<>(Map.of("SEED", "7", "EMPTY", "")), "project");

    private final PoolScript script = PoolScript.under(Rule.FIFO_STRICT).at(0);

    private static PoolInput.NodeUp node(String id, @Nullable String address) {
        return new PoolInput.NodeUp(START, "up " + id, id, 4, "V100", address, null);
    }

    @Test
    void shouldHandWorkToAgents() {
        script.tell(node("n1", "10.0.0.1")).tell(node("n2", null)).submit("a", gpus(8), TRAIN);
        JobPlaced placed = script.placed("a", 1, share("n1", 0, 1, 2, 3), share("n2", 0, 1, 2, 3));
        assertThat(placed.launch()).isEqualTo(new Launch(TRAIN, null, new TreeMap<>(Map.of("n1", "10.0.0.1"))));
        assertThat(script.tick()).containsExactly(script.queued("a"), placed);
    }

    @Test
    void shouldHandTheNewestCheckpointToTheNextAttempt() {
        script.node("n1", 4).submit("a", gpus(4), TRAIN).tick();
        script.started("a", 1)
                .tell(new PoolInput.CheckpointSaved(START, "a", new Checkpoint(1, 200, "second", START)))
                .tell(new PoolInput.CheckpointSaved(START, "a", new Checkpoint(1, 100, "first", START)))
                .at(10)
                .ended("a", 1, EndKind.STOPPED);
        JobPlaced again = script.placed("a", 2, share("n1", 0, 1, 2, 3));
        assertThat(again.launch())
                .isEqualTo(new Launch(TRAIN, new Checkpoint(1, 200, "second", START), new TreeMap<>()));
        assertThat(script.tick()).containsExactly(requeued("a", 1, RequeueCause.STOPPED_BY_AGENT, 0, 10, 4), again);
    }

    @Test
    void shouldForgetWorkWithItsJob() {
        script.node("n1", 4).submit("a", gpus(4), TRAIN).tick();
        script.started("a", 1).ended("a", 1, EndKind.COMPLETED).tick();
        assertThat(script.pool().work("a")).isNull();
        script.submit("b", gpus(0), TRAIN).tick();
        assertThat(script.pool().work("b")).isNull();
        script.submit("c", gpus(5), TRAIN).at(1).submit("c", gpus(4)).tick();
        assertThat(script.pool().work("c")).isNull();
    }

    @Test
    void shouldStoreWorkByItself() {
        TrackedPool pool = new TrackedPool();
        pool.take(new PoolInput.JobSubmitted(START, "submission", "a", gpus(4), TRAIN));
        Map<String, PoolEntity> stored = pool.entities();
        assertThat(stored).containsEntry("work/a", new PoolEntity.WorkEntity("a", TRAIN));
        assertThat(pool.restored().pool().work("a")).isEqualTo(TRAIN);
        pool.pool().takeChanges();
        pool.pool().evolve(new PoolInput.CancelRequested(START, "a"));
        assertThat(pool.pool().takeChanges().keySet()).containsExactly("header", "job/a");
    }

    static Stream<Arguments> faults() {
        String large = "x".repeat(65_536 - "train".length() - "é".length());
        return Stream.of(
                Arguments.of(new Work(List.of(), new TreeMap<>(), null), "the command is empty"),
                Arguments.of(new Work(List.of(" ", "train"), new TreeMap<>(), null), "the command is empty"),
                Arguments.of(new Work(List.of("train"), new TreeMap<>(), ""), "the directory has no name"),
                Arguments.of(
                        new Work(List.of("train"), new TreeMap<>(Map.of("A=B", "c")), null),
                        "an environment variable can't be called 'A=B'"),
                Arguments.of(new Work(List.of("train", "a\0b"), new TreeMap<>(), null), "must hold no zero bytes"),
                Arguments.of(
                        new Work(List.of("train", large), new TreeMap<>(Map.of("é", "")), null),
                        "have 65537 bytes, at most 65536 are taken"));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void shouldRefuseWhatNobodyCouldRun(Work work, String message) {
        script.node("n1", 4).submit("a", gpus(4), work);
        assertThat(script.tick()).singleElement().satisfies(event -> {
            PoolEvent.JobRejected rejected = (PoolEvent.JobRejected) Objects.requireNonNull(event);
            assertThat(rejected.code()).isEqualTo(RejectionCode.INVALID_WORK);
            assertThat(rejected.message()).contains(message);
        });
    }

    @ParameterizedTest
    @CsvSource({
        "sweep,-1,3,'an array of 3 jobs has the indices 0 to 2, not -1'",
        "sweep,3,3,'an array of 3 jobs has the indices 0 to 2, not 3'",
        "other,1,3,'member 1 of array other must be called other-1, not sweep-1'"
    })
    void shouldRefuseAMemberThatItsArrayCanNotHave(String array, int index, int size, String message) {
        script.node("n1", 4).submit("sweep-1", of(new ArrayMembership(array, index, size)));
        assertThat(script.tick()).containsExactly(script.rejected("sweep-1", RejectionCode.INVALID_WORK, message));
    }

    @Test
    void shouldTakeAMemberOfAnArray() {
        script.node("n1", 4).submit("sweep-1", of(new ArrayMembership("sweep", 1, 3)));
        assertThat(script.tick()).contains(script.queued("sweep-1"));
    }

    private static JobRequest of(ArrayMembership array) {
        return new JobRequest(
                "batch", "research", "ann", 4, null, null, null, null, JobType.SWEEP, null, array, List.of());
    }
}
