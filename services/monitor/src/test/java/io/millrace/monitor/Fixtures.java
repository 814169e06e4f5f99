package io.millrace.monitor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

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

    /** Where a frozen model was wrong (1) and right (0) on a stream whose concept changes at 6,500, 19,000 and 31,500. */
    public static int[] seaErrors() {
        Path file = ROOT.resolve("tests/interop/fixtures/monitor/sea_errors.txt");
        try {
            return Files.readString(file)
                    .strip()
                    .chars()
                    .map(digit -> digit - '0')
                    .toArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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
