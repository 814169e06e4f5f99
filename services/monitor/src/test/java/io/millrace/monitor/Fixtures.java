package io.millrace.monitor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;

/** What SciPy, Evidently, River and scikit-learn say; made by {@code tests/interop/fixtures/monitor/make.py}. */
public final class Fixtures {

    /** How near our figures have to come to theirs. */
    public static final double NEAR = 1e-6;

    private static final Path ROOT = Path.of(System.getProperty("millrace.root", "../.."));

    private Fixtures() {}

    public static JsonNode statistics() {
        Path file = ROOT.resolve("tests/interop/fixtures/monitor/statistics.json");
        try {
            return new ObjectMapper().readTree(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A frozen model on a stream whose concept changes at 6,500, 19,000 and 31,500; by column. */
    public static Map<String, double[]> sea() {
        return columns(ROOT.resolve("clients/simulator/traces/sea_predictions.csv.gz"));
    }

    /** Where it was wrong (1) and right (0). */
    public static int[] seaErrors() {
        Map<String, double[]> sea = sea();
        double[] truth = Objects.requireNonNull(sea.get("class"));
        double[] answered = Objects.requireNonNull(sea.get("prediction"));
        return IntStream.range(0, truth.length)
                .map(i -> truth[i] == answered[i] ? 0 : 1)
                .toArray();
    }

    /** A gzipped CSV file of numbers; what is none is NaN. */
    public static Map<String, double[]> columns(Path file) {
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
            String[] names = lines.readLine().split(",", -1);
            List<double[]> rows = lines.lines()
                    .map(line -> Arrays.stream(line.split(",", -1))
                            .mapToDouble(Fixtures::number)
                            .toArray())
                    .toList();
            Map<String, double[]> columns = new LinkedHashMap<>();
            for (int i = 0; i < names.length; i++) {
                int column = i;
                columns.put(
                        names[i], rows.stream().mapToDouble(row -> row[column]).toArray());
            }
            return columns;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static double number(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    public static double[] doubles(JsonNode values) {
        return IntStream.range(0, values.size())
                .mapToDouble(i -> values.get(i).asDouble())
                .toArray();
    }

    public static long[] longs(JsonNode values) {
        return IntStream.range(0, values.size())
                .mapToLong(i -> values.get(i).asLong())
                .toArray();
    }

    public static List<String> texts(JsonNode values) {
        List<String> texts = new ArrayList<>();
        values.forEach(value -> texts.add(value.asText()));
        return texts;
    }
}
