package io.millrace.tracker.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.tracker.domain.ExperimentIds;
import io.millrace.tracker.domain.Measurement;
import io.millrace.tracker.domain.RunFact;
import io.millrace.tracker.domain.RunState;
import io.millrace.tracker.projection.TrackerUnderTest;
import io.millrace.tracker.search.Filter;
import io.millrace.tracker.search.FilterParser;
import io.millrace.tracker.search.Searched;
import io.millrace.tracker.store.Database;
import io.millrace.tracker.store.RunSearch;
import io.millrace.tracker.store.StoredRun;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Callers of the desk while the log is followed, against a real broker, in H2. */
class BothDoorsTest {

    private static final int WRITERS = 8;
    private static final int SEARCHERS = 4;
    private static final int BATCHES = 20;
    private static final int BATCH = 50;

    @TempDir
    private Path folder;

    private final String experiment = UUID.randomUUID().toString();
    TrackerUnderTest tracker;
    private RunDesk desk;

    Database.Place place() {
        return new Database.Place("jdbc:h2:file:" + folder.resolve("tracker"), null, null, 16);
    }

    @BeforeEach
    void open() {
        tracker = new TrackerUnderTest(place()).follow();
        desk = MlperfAnswers.desk(tracker);
    }

    @AfterEach
    void close() {
        tracker.close();
    }

    private String start(String name) {
        String runId = UUID.randomUUID().toString().replace("-", "");
        RunFact.Started started = new RunFact.Started(
                experiment, ExperimentIds.ofName(experiment), name, "ada", null, null, null, Map.of(), 1_000L);
        assertThat(desk.start("user:ada", runId, desk.told(started)).summary().name())
                .isEqualTo(name);
        return runId;
    }

    private void measure(String runId, List<Measurement> measurements) {
        desk.change(
                "user:ada",
                runId,
                measurements.stream().map(Measurement::key).toList(),
                (transaction, run) -> List.of(desk.told(new RunFact.Measured(measurements))));
    }

    private static List<Measurement> batch(int writer, int batch) {
        return IntStream.range(0, BATCH)
                .mapToObj(i -> new Measurement(
                        "m" + i % 5, writer + i / 100.0, (long) batch * BATCH + i, 1_000L + batch * BATCH + i))
                .toList();
    }

    private List<Long> search(String filter) {
        Filter parsed = FilterParser.parse(Searched.RUNS, filter);
        return tracker.database.reading(transaction -> RunSearch.find(
                transaction,
                tracker.runs.keys(),
                List.of(ExperimentIds.ofName(experiment)),
                RunSearch.Lifecycle.ACTIVE,
                parsed,
                List.of(),
                0,
                1000));
    }

    @Test
    void shouldServeWritersAndSearchersAtOnceAndComeOutTheSameFromTheLog() throws Exception {
        List<String> runs = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            runs.add(start("run-" + i));
        }
        String shared = start("shared");
        List<Callable<Integer>> work = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            int writer = i;
            work.add(() -> {
                for (int batch = 0; batch < BATCHES; batch++) {
                    measure(runs.get(writer), batch(writer, batch));
                    measure(shared, batch(writer, batch));
                    StoredRun own = desk.find(runs.get(writer));
                    assertThat(own.metrics()).hasSize(5);
                    assertThat(own.metrics().getLast().step()).isEqualTo((long) batch * BATCH + BATCH - 1);
                }
                return writer;
            });
        }
        for (int i = 0; i < SEARCHERS; i++) {
            work.add(() -> {
                for (int round = 0; round < BATCHES; round++) {
                    assertThat(search("metrics.m0 >= 0 AND attributes.status = 'RUNNING'"))
                            .hasSizeLessThanOrEqualTo(WRITERS + 1);
                }
                return 0;
            });
        }
        try (ExecutorService callers = Executors.newFixedThreadPool(work.size())) {
            for (Future<Integer> one : callers.invokeAll(work)) {
                one.get();
            }
        }
        assertThat(search("metrics.m0 >= 0")).hasSize(WRITERS + 1);
        assertThat(search("metrics.m0 >= 3")).hasSize(WRITERS - 3 + 1);
        assertThat(search("metrics.m0 IS NULL")).isEmpty();
        runs.add(shared);
        List<Object> before = shown(tracker, runs);

        // Into empty tables, from the log alone.
        try (TrackerUnderTest again = new TrackerUnderTest("jdbc:h2:mem:" + experiment).follow()) {
            again.awaitCaughtUp();
            assertThat(shown(again, runs)).isEqualTo(before);
        }
    }

    private static List<Object> shown(TrackerUnderTest tracker, List<String> runs) {
        List<Object> all = new ArrayList<>();
        for (String runId : runs) {
            all.add(Objects.requireNonNull(tracker.find(runId)));
            List<Measurement> history = tracker.history(runId, "m3");
            assertThat(history).hasSizeGreaterThanOrEqualTo(BATCHES * BATCH / 5);
            all.add(history);
        }
        return all;
    }

    @Test
    void shouldEndARunOfWhichNothingIsHeard() {
        String runId = start("silent");
        LostRuns lost = new LostRuns(desk);
        long later = System.currentTimeMillis() + 60_000;
        RunDesk laterDesk = new RunDesk(
                tracker.database,
                tracker.runs,
                tracker.experiments,
                tracker.runFold,
                tracker.door,
                () -> Instant.ofEpochMilli(later));
        lost.end(0);
        assertThat(desk.info(runId).state()).isEqualTo(RunState.RUNNING);
        new LostRuns(laterDesk).end(later - 500);
        assertThat(desk.info(runId).state())
                .as("silence of ours does not count")
                .isEqualTo(RunState.RUNNING);
        new LostRuns(laterDesk).end(0);
        assertThat(desk.info(runId).state()).isEqualTo(RunState.FAILED);
        assertThat(desk.info(runId).endMessage()).isEqualTo("lost: nothing was heard of it for 1000 ms");
    }

    @Test
    void shouldSayWhatIsNotThere() {
        assertThatThrownBy(() -> measure("nobody", batch(0, 0)))
                .isInstanceOf(MlflowException.class)
                .hasMessage("Run with id=nobody not found");
    }
}
