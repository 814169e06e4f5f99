package io.millrace.tracker.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testkit.SeededRandom;
import io.millrace.tracker.search.Field;
import io.millrace.tracker.search.Field.Kind;
import io.millrace.tracker.search.Filter;
import io.millrace.tracker.search.Operator;
import io.millrace.tracker.search.Order;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunSearchTest {

    private static final int RUNS = 600;
    private static final List<String> METRICS = List.of("loss", "accuracy", "rare");
    private static final Field LOSS = new Field(Kind.METRIC, "loss");

    @TempDir
    private Path folder;

    private Database database;
    private SearchedRuns runs;

    @BeforeEach
    void open() {
        database = Database.open(new Database.Place("jdbc:h2:file:" + folder.resolve("tracker"), null, null, 8), "log");
        new ExperimentRows(database).makeDefault();
        runs = new SearchedRuns(database);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private static String id(int run) {
        return "run-" + run;
    }

    private static double value(SeededRandom random) {
        return random.pick(
                Double.NaN,
                Double.POSITIVE_INFINITY,
                Double.NEGATIVE_INFINITY,
                0.0,
                -0.0,
                random.nextInt(10) / 10.0,
                random.nextInt(10) / 10.0,
                random.nextInt(1_000_000) / 1e6,
                random.nextInt(1_000_000) / 1e6,
                random.nextInt(1_000_000) / 1e6);
    }

    private static Filter filter(SeededRandom random) {
        List<Filter> parts = new ArrayList<>();
        for (int part = random.nextInt(4); part > 0; part--) {
            Operator operator = random.pick(
                    Operator.EQUAL,
                    Operator.NOT_EQUAL,
                    Operator.LESS,
                    Operator.AT_MOST,
                    Operator.GREATER,
                    Operator.AT_LEAST);
            parts.add(
                    random.onceIn(4)
                            ? new Filter.TextComparison(
                                    new Field(Kind.PARAM, "model"), Operator.EQUAL, "m" + random.nextInt(4))
                            : new Filter.NumberComparison(
                                    new Field(Kind.METRIC, random.onceIn(20) ? "nobody's" : random.pick(METRICS)),
                                    operator,
                                    random.pick(0.0, 0.5, 0.9, 0.999, random.nextInt(1000) / 1e3)));
        }
        return parts.size() == 1 ? parts.getFirst() : random.onceIn(8) ? new Filter.Or(parts) : new Filter.And(parts);
    }

    private static List<Order> orders(SeededRandom random) {
        return IntStream.range(0, random.nextInt(3))
                .mapToObj(i -> new Order(new Field(Kind.METRIC, METRICS.get(random.nextInt(3))), random.nextBoolean()))
                .toList();
    }

    private void begin(SeededRandom random) {
        for (int run = 0; run < RUNS; run++) {
            runs.begin(id(run), 1000 + random.nextInt(50), Map.of("model", "m" + random.nextInt(4)));
            if (!random.onceIn(10)) {
                runs.measure(id(run), Map.of("loss", value(random), "accuracy", value(random)));
            }
        }
    }

    @Test
    void shouldFindWhatALookAtEveryRunFinds() {
        SeededRandom random = SeededRandom.of("runs searched");
        begin(random);
        for (int i = 0; i < 400; i++) {
            if (random.nextBoolean()) {
                String changed = id(random.nextInt(RUNS));
                runs.measure(changed, Map.of(random.pick(METRICS), value(random)));
            }
            Filter filter = filter(random);
            List<Order> orders = orders(random);
            int skipped = random.nextInt(20);
            int most = random.pick(1, 10, 40, RUNS);
            assertThat(runs.found(filter, orders, skipped, most))
                    .as("%s by %s from %d", filter.text(), orders, skipped)
                    .isEqualTo(runs.expected(filter, orders, skipped, most));
        }
    }

    @Test
    void shouldFindItsOwnWordsAtOnceWhileOthersWriteAndSearch() throws Exception {
        begin(SeededRandom.of("runs searched meanwhile"));
        try (ExecutorService writers = Executors.newFixedThreadPool(4)) {
            List<Future<?>> done = new ArrayList<>();
            for (int writer = 0; writer < 4; writer++) {
                int own = writer;
                done.add(writers.submit(() -> {
                    for (int i = 0; i < 60; i++) {
                        String run = id(own + 4 * (i % 50));
                        double value = 2 + own + i / 1000.0;
                        runs.measure(run, Map.of("loss", value, "own-" + own + "-" + i % 7, value));
                        for (Field field : List.of(LOSS, new Field(Kind.METRIC, "own-" + own + "-" + i % 7))) {
                            Filter is = new Filter.NumberComparison(field, Operator.EQUAL, value);
                            assertThat(runs.found(is, List.of(), 0, 10)).containsExactly(run);
                            Filter best = new Filter.NumberComparison(field, Operator.AT_LEAST, value);
                            assertThat(runs.found(best, List.of(new Order(field, true)), 0, 1))
                                    .containsExactly(run);
                        }
                    }
                }));
            }
            for (Future<?> one : done) {
                one.get();
            }
        }
        Filter all = new Filter.And(List.of());
        for (boolean ascending : new boolean[] {true, false}) {
            List<Order> orders = List.of(new Order(LOSS, ascending));
            assertThat(runs.found(all, orders, 0, 20)).isEqualTo(runs.expected(all, orders, 0, 20));
        }
    }
}
