package io.millrace.tracker.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.tracker.api.MlperfRuns.Table;
import io.millrace.tracker.domain.Comparison;
import io.millrace.tracker.domain.Measurement;
import io.millrace.tracker.projection.TrackerUnderTest;
import io.millrace.tracker.search.FilterParser;
import io.millrace.tracker.search.OrderParser;
import io.millrace.tracker.search.Searched;
import io.millrace.tracker.store.RunSearch;
import io.millrace.tracker.store.StoredRun;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;

/** What a tracker answers about the MLPerf runs of one experiment, beside what the tables say themselves. */
public final class MlperfAnswers {

    private final TrackerUnderTest tracker;
    private final RunDesk desk;
    private final String experimentId;
    private final List<Table> tables;

    public MlperfAnswers(TrackerUnderTest tracker, String experimentId, List<Table> tables) {
        this.tracker = tracker;
        this.desk = desk(tracker);
        this.experimentId = experimentId;
        this.tables = tables;
    }

    static RunDesk desk(TrackerUnderTest tracker) {
        return new RunDesk(
                tracker.database,
                tracker.runs,
                tracker.experiments,
                tracker.runFold,
                tracker.door,
                InstantSource.system());
    }

    private List<StoredRun> search(String filter, String... orderBy) {
        return search(2000, filter, orderBy);
    }

    private List<StoredRun> search(int most, String filter, String... orderBy) {
        return tracker.database.reading(transaction -> tracker.views.all(
                transaction,
                RunSearch.find(
                        transaction,
                        tracker.runs.keys(),
                        List.of(experimentId),
                        RunSearch.Lifecycle.ACTIVE,
                        FilterParser.parse(Searched.RUNS, filter),
                        OrderParser.parse(Searched.RUNS, List.of(orderBy)),
                        0,
                        most)));
    }

    /** All that is known of all the runs, but for their ids. */
    public String hash() {
        List<String> lines = new ArrayList<>();
        for (StoredRun run : search("")) {
            TreeMap<String, List<Measurement>> histories = new TreeMap<>();
            run.metrics()
                    .forEach(metric -> histories.put(
                            metric.key(), tracker.history(run.summary().runId(), metric.key())));
            TreeMap<String, Double> newest = new TreeMap<>();
            run.metrics().forEach(metric -> newest.put(metric.key(), metric.value()));
            lines.add(line(
                    run.summary().name(),
                    run.summary().state().name(),
                    Objects.requireNonNull(run.summary().startTime()),
                    Objects.requireNonNull(run.summary().endTime()),
                    run.params(),
                    newest,
                    histories));
        }
        return hash(lines);
    }

    /** The same of the tables. */
    public static String hashOf(List<Table> tables) {
        List<String> lines = new ArrayList<>();
        for (Table table : tables) {
            TreeMap<String, List<Measurement>> histories = new TreeMap<>();
            table.measured()
                    .forEach(one -> histories
                            .computeIfAbsent(one.key(), key -> new ArrayList<>())
                            .add(one));
            histories
                    .values()
                    .forEach(history -> history.sort(
                            Comparator.comparingLong(Measurement::time).thenComparingLong(Measurement::step)));
            TreeMap<String, Double> newest = new TreeMap<>();
            histories.keySet().forEach(key -> newest.put(key, Objects.requireNonNull(table.last(key))));
            lines.add(line(
                    table.name(),
                    table.success() ? "FINISHED" : "FAILED",
                    table.start(),
                    table.stop(),
                    table.params(),
                    newest,
                    histories));
        }
        return hash(lines);
    }

    private static String line(
            String name,
            String state,
            long start,
            long end,
            Map<String, String> params,
            Map<String, Double> newest,
            Map<String, List<Measurement>> histories) {
        return String.join(
                "\t",
                name,
                state,
                Long.toString(start),
                Long.toString(end),
                new TreeMap<>(params).toString(),
                newest.toString(),
                histories.toString());
    }

    private static String hash(List<String> lines) {
        assertThat(lines).hasSize(880);
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            lines.stream().sorted().forEach(line -> digest.update((line + "\n").getBytes(StandardCharsets.UTF_8)));
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** For each benchmark, the fastest run that succeeded. */
    public void requireTheBest() {
        List<String> benchmarks = tables.stream()
                .map(table -> table.param("benchmark"))
                .distinct()
                .toList();
        assertThat(benchmarks).hasSize(8);
        for (String benchmark : benchmarks) {
            Table best = tables.stream()
                    .filter(table -> table.success() && table.param("benchmark").equals(benchmark))
                    .filter(table -> table.last(MlperfRuns.DURATION) != null)
                    .min(Comparator.<Table>comparingDouble(
                                    table -> Objects.requireNonNull(table.last(MlperfRuns.DURATION)))
                            .thenComparing(Table::start, Comparator.reverseOrder()))
                    .orElseThrow();
            assertThat(search(
                                    "params.benchmark = '" + benchmark + "' AND attributes.status = 'FINISHED'"
                                            + " AND metrics.duration_s > 0",
                                    "metrics.duration_s ASC")
                            .getFirst()
                            .summary()
                            .name())
                    .isEqualTo(best.name());
        }
    }

    /** For each configuration, how the durations of its seeds spread. */
    public void requireTheSpreads() {
        Map<String, List<Double>> expected = new LinkedHashMap<>();
        for (Table table : tables) {
            Double duration = table.last(MlperfRuns.DURATION);
            if (duration != null) {
                expected.computeIfAbsent(place(table.params()), place -> new ArrayList<>())
                        .add(duration);
            }
        }
        List<String> ids = search("").stream().map(run -> run.summary().runId()).toList();
        Map<String, Comparison.Spread> spreads = new LinkedHashMap<>();
        new RunComparisonResource(desk)
                .compare(ids, MlperfRuns.DURATION, "min", List.of("submitter", "system", "benchmark"))
                .groups()
                .forEach(group -> {
                    if (group.metric() != null) {
                        spreads.put(place(group.params()), group.metric());
                    }
                });
        assertThat(spreads).hasSameSizeAs(expected).hasSizeGreaterThan(80);
        expected.forEach((place, durations) -> {
            Comparison.Spread spread = Objects.requireNonNull(spreads.get(place), place);
            double mean = durations.stream().mapToDouble(one -> one).sum() / durations.size();
            double squares = durations.stream()
                    .mapToDouble(one -> (one - mean) * (one - mean))
                    .sum();
            assertThat(spread.runs()).isEqualTo(durations.size());
            assertThat(spread.min())
                    .isEqualTo(durations.stream().min(Double::compare).orElseThrow());
            assertThat(spread.max())
                    .isEqualTo(durations.stream().max(Double::compare).orElseThrow());
            assertThat(spread.mean()).isCloseTo(mean, within(mean * 1e-12));
            assertThat(spread.deviation())
                    .isCloseTo(
                            durations.size() == 1 ? 0 : Math.sqrt(squares / (durations.size() - 1)),
                            within(mean * 1e-9));
        });
    }

    private static String place(Map<String, String> params) {
        return params.get("submitter") + "/" + params.get("system") + "/" + params.get("benchmark");
    }

    /** What filters find, in their order. */
    public void requireTheSearches() {
        requireFound("", table -> true);
        requireFound(
                "params.benchmark = 'resnet'", table -> table.param("benchmark").equals("resnet"));
        requireFound(
                "metrics.eval_accuracy > 0.75 AND params.submitter = 'NVIDIA'",
                table -> has(table, MlperfRuns.ACCURACY, value -> value > 0.75)
                        && table.param("submitter").equals("NVIDIA"));
        requireFound(
                "metrics.duration_s <= 300 AND attributes.status = 'FINISHED'",
                table -> has(table, MlperfRuns.DURATION, value -> value <= 300) && table.success());
        requireFound(
                "metrics.eval_accuracy < 0.3 AND metrics.duration_s >= 1000.5",
                table -> has(table, MlperfRuns.ACCURACY, value -> value < 0.3)
                        && has(table, MlperfRuns.DURATION, value -> value >= 1000.5));
        requireFound("attributes.status != 'FINISHED'", table -> !table.success());
        requireFound(
                "params.system LIKE '%v100%'", table -> table.param("system").contains("v100"));
        requireFound(
                "params.submitter = 'Google' AND params.benchmark != 'resnet' AND params.seed = '1'",
                table -> table.param("submitter").equals("Google")
                        && !table.param("benchmark").equals("resnet")
                        && table.param("seed").equals("1"));
        requireFound(
                "params.benchmark = 'gnmt' OR metrics.eval_accuracy > 0.9",
                table -> table.param("benchmark").equals("gnmt")
                        || has(table, MlperfRuns.ACCURACY, value -> value > 0.9));
        requireFound("metrics.duration_s IS NULL", table -> table.last(MlperfRuns.DURATION) == null);
        requireFound(
                "params.opt_name IS NOT NULL AND params.opt_name ILIKE 'ADAM%'",
                table -> table.param("opt_name")
                        .toLowerCase(java.util.Locale.ROOT)
                        .startsWith("adam"));
        requireFound("metrics.eval_accuracy = 12345", table -> false);
        requireFound("params.nobody = 'x'", table -> false);
    }

    /** The first few by a metric, whatever is asked besides; ties by start, the newest first. */
    public void requireTheFirst() {
        for (int most : new int[] {1, 10, 40, 800}) {
            requireFirst(most, "", MlperfRuns.ACCURACY, false, table -> true);
            requireFirst(most, "", MlperfRuns.DURATION, true, table -> true);
            requireFirst(
                    most,
                    "params.submitter != 'NVIDIA' AND attributes.status = 'FINISHED'",
                    MlperfRuns.ACCURACY,
                    false,
                    table -> !table.param("submitter").equals("NVIDIA") && table.success());
            requireFirst(
                    most,
                    "metrics.eval_accuracy > 0.6",
                    MlperfRuns.DURATION,
                    false,
                    table -> has(table, MlperfRuns.ACCURACY, value -> value > 0.6));
        }
    }

    private void requireFirst(int most, String filter, String metric, boolean ascending, Predicate<Table> by) {
        Comparator<Double> order = ascending ? Comparator.naturalOrder() : Comparator.reverseOrder();
        List<String> expected = tables.stream()
                .filter(by)
                .sorted(Comparator.<Table, Double>comparing(table -> table.last(metric), Comparator.nullsLast(order))
                        .thenComparing(Table::start, Comparator.reverseOrder()))
                .limit(most)
                .map(table -> table.last(metric) + " " + table.start())
                .toList();
        assertThat(search(most, filter, "metrics." + metric + (ascending ? " ASC" : " DESC")).stream()
                        .map(run -> run.metrics().stream()
                                        .filter(one -> one.key().equals(metric))
                                        .findFirst()
                                        .map(Measurement::value)
                                        .orElse(null)
                                + " " + run.summary().startTime())
                        .toList())
                .as(filter)
                .isEqualTo(expected);
    }

    private static boolean has(Table table, String metric, Predicate<Double> of) {
        Double last = table.last(metric);
        return last != null && of.test(last);
    }

    private void requireFound(String filter, Predicate<Table> by) {
        List<Table> expected = tables.stream()
                .filter(by)
                .sorted(Comparator.comparingLong(Table::start).reversed())
                .toList();
        List<StoredRun> found = search(filter);
        assertThat(found.stream().map(run -> run.summary().name()).toList())
                .as(filter)
                .containsExactlyInAnyOrderElementsOf(
                        expected.stream().map(Table::name).toList());
        // Of runs that began at the same time the order is that of their ids.
        assertThat(found.stream().map(run -> run.summary().startTime()).toList())
                .as(filter)
                .isEqualTo(expected.stream().map(Table::start).toList());
    }
}
