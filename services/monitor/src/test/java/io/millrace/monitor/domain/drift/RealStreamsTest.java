package io.millrace.monitor.domain.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.monitor.Fixtures;
import io.millrace.monitor.domain.detector.Adwin;
import io.millrace.monitor.domain.detector.Change;
import io.millrace.monitor.domain.detector.ChangeDetector;
import io.millrace.monitor.domain.detector.PageHinkley;
import io.millrace.testkit.SeededRandom;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real streams, window by window: what should fire does, and what should not does not. */
class RealStreamsTest {

    private static final DriftPolicy SHIPPED = DriftPolicy.DEFAULT;
    private static final DriftPolicy NO_EFFECT_ASKED = new DriftPolicy(SHIPPED.level(), 0.5, 100, 0);
    private static final String SCORE = "predicted_probability";

    /**
     * What was found on a stream.
     *
     * @param windows their first rows
     * @param drifted by feature: first rows of the windows in which it drifts
     * @param dataSets first rows of the windows whose data set drifts
     */
    private record Found(List<Integer> windows, Map<String, List<Integer>> drifted, List<Integer> dataSets) {
        boolean twoInARow() {
            Set<Integer> any = any();
            return IntStream.range(1, windows.size())
                    .anyMatch(i -> any.contains(windows.get(i - 1)) && any.contains(windows.get(i)));
        }

        Set<Integer> any() {
            Set<Integer> any = new TreeSet<>();
            drifted.values().forEach(any::addAll);
            return any;
        }
    }

    private static double[] column(Map<String, double[]> columns, String name) {
        return Objects.requireNonNull(columns.get(name), name);
    }

    /** Compares windows of rows, in the order given, with the rows of the reference. */
    private static Found find(
            Map<String, double[]> columns,
            List<String> numbers,
            List<String> categories,
            List<Integer> reference,
            List<Integer> rows,
            int size,
            DriftPolicy policy) {
        List<String> names = new ArrayList<>(numbers);
        names.addAll(categories);
        List<FeatureReference> references = new ArrayList<>();
        for (String name : names) {
            double[] values = column(columns, name);
            references.add(
                    categories.contains(name)
                            ? FeatureReference.categorical(
                                    name,
                                    reference.stream()
                                            .map(row -> text(values[row]))
                                            .toList(),
                                    0)
                            : FeatureReference.numeric(
                                    name,
                                    reference.stream()
                                            .mapToDouble(row -> values[row])
                                            .toArray(),
                                    0));
        }
        Map<String, List<Integer>> drifted = new TreeMap<>();
        List<Integer> dataSets = new ArrayList<>();
        List<Integer> windows = new ArrayList<>();
        for (int from = 0; from + size <= rows.size(); from += size) {
            List<DriftReport.Seen> seen = new ArrayList<>();
            for (int i = 0; i < names.size(); i++) {
                double[] values = column(columns, names.get(i));
                FeatureSketch sketch = new FeatureSketch(references.get(i));
                boolean category = categories.contains(names.get(i));
                for (int row : rows.subList(from, from + size)) {
                    sketch.add(references.get(i), category ? text(values[row]) : (Object) values[row]);
                }
                seen.add(new DriftReport.Seen(references.get(i), sketch));
            }
            DriftReport report = DriftReport.of(seen, policy, from);
            int begins = rows.get(from);
            for (FeatureDrift feature : report.features()) {
                if (feature.outcome() == FeatureDrift.Outcome.DRIFTED) {
                    drifted.computeIfAbsent(feature.feature(), key -> new ArrayList<>())
                            .add(begins);
                }
            }
            if (report.outcome() == FeatureDrift.Outcome.DRIFTED) {
                dataSets.add(begins);
            }
            windows.add(begins);
        }
        return new Found(windows, drifted, dataSets);
    }

    private static String text(double value) {
        return Long.toString((long) value);
    }

    private static List<Integer> range(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    /** What is right changes and nothing else does: features must stay quiet, and who knows the truth must not. */
    @ParameterizedTest
    @CsvSource({"200, 2", "500, 1", "1000, 0", "3000, 0"})
    void shouldLeaveSeasFeaturesAlone(int size, int mostFalse) {
        Map<String, double[]> sea = Fixtures.sea();
        Found found = find(
                sea, List.of("f1", "f2", "f3", SCORE), List.of(), range(0, 3000), range(3000, 44_000), size, SHIPPED);
        assertThat(found.windows()).hasSize(41_000 / size);
        assertThat(found.any()).hasSizeLessThanOrEqualTo(mostFalse); // at most one in a hundred
        assertThat(found.dataSets()).isEmpty();
        assertThat(found.twoInARow()).isFalse();
    }

    @Test
    void shouldSeeSeasConceptsInItsErrors() {
        int[] errors = Fixtures.seaErrors();
        // Concepts change at 6,500, 19,000 and 31,500; at 19,000 the frozen model is wrong as often as before.
        assertThat(changes(new Adwin(), errors)).containsExactly(7167, 34015);
        assertThat(changes(new PageHinkley(), errors)).allMatch(at -> at > 6500);
    }

    private static List<Integer> changes(ChangeDetector detector, int[] errors) {
        return IntStream.range(0, errors.length)
                .filter(i -> detector.update(errors[i]) == Change.DRIFT)
                .boxed()
                .toList();
    }

    /** People of other years: there is a difference, far too small to matter. */
    @ParameterizedTest
    @CsvSource({"200, 2", "500, 1", "1000, 0", "3000, 0", "13000, 0"})
    void shouldStayQuietOnEmployment(int size, int mostFalse) {
        Found found = employment(size, SHIPPED);
        assertThat(found.any()).hasSizeLessThanOrEqualTo(mostFalse); // of 208, 83, 41, ... windows
        assertThat(found.dataSets()).isEmpty();
        assertThat(found.twoInARow()).as("what the shipped rule alerts on").isFalse();
    }

    /** Why an effect is asked for beside a p-value. */
    @Test
    void shouldBeSureOfDifferencesThatDoNotMatter() {
        assertThat(employment(13_000, NO_EFFECT_ASKED).drifted()).containsOnlyKeys("ANC");
    }

    private static Found employment(int size, DriftPolicy policy) {
        Map<String, double[]> columns = Fixtures.columns(Path.of("src/test/resources/employment_ma_2015_2018.csv.gz"));
        double[] years = column(columns, "year");
        // In the file those of one household, and of one home, come one after the other.
        List<Integer> reference = new ArrayList<>();
        List<Integer> rows = new ArrayList<>();
        for (int year = 2015; year <= 2018; year++) {
            int which = year;
            List<Integer> of = new ArrayList<>(IntStream.range(0, years.length)
                    .filter(row -> years[row] == which)
                    .boxed()
                    .toList());
            Collections.shuffle(of, SeededRandom.of("RealStreamsTest", year));
            (year == 2015 ? reference : rows).addAll(of);
        }
        List<String> numbers = List.of("AGEP", SCORE);
        List<String> categories = columns.keySet().stream()
                .filter(name -> !name.equals("year") && !numbers.contains(name))
                .toList();
        return find(columns, numbers, categories, reference, rows, size, policy);
    }

    /**
     * Prices and demand of electricity in New South Wales. It may not be shipped: {@code MILLRACE_DATA} names a folder
     * that has {@code drift/elec2_predictions.csv.gz}.
     */
    @Test
    void shouldSeeElectricityDrift() {
        String folder = System.getenv("MILLRACE_DATA");
        assumeTrue(folder != null, "MILLRACE_DATA is not set");
        Path file = Path.of(folder, "drift/elec2_predictions.csv.gz");
        assumeTrue(Files.isRegularFile(file), "there is no " + file);
        Map<String, double[]> elec2 = Fixtures.columns(file);
        List<String> numbers = List.of("nswprice", "nswdemand", "vicprice", "vicdemand", "transfer", SCORE);
        Found found = find(elec2, numbers, List.of(), range(5000, 8000), range(8000, 45_312), 1000, SHIPPED);

        assertThat(found.dataSets()).hasSizeGreaterThan(30); // of 37
        assertThat(found.drifted().keySet()).containsExactlyInAnyOrderElementsOf(numbers);
        // Victoria's figures are the same number until 17,423, and must say nothing before.
        for (String constant : List.of("vicprice", "vicdemand", "transfer")) {
            assertThat(Objects.requireNonNull(found.drifted().get(constant)).getFirst())
                    .isEqualTo(17_000);
        }
        double[] truth = column(elec2, "class");
        double[] answered = column(elec2, "prediction");
        int[] errors = IntStream.range(8000, truth.length)
                .map(row -> truth[row] == answered[row] ? 0 : 1)
                .toArray();
        assertThat(changes(new Adwin(), errors)).isNotEmpty();
        assertThat(changes(new PageHinkley(), errors)).isNotEmpty();
        assertThat(Arrays.stream(errors).average().orElseThrow()).isGreaterThan(0.25);
    }
}
