package io.millrace.bench.monitor;

import io.millrace.monitor.domain.drift.DriftPolicy;
import io.millrace.monitor.domain.drift.DriftReport;
import io.millrace.monitor.domain.drift.FeatureReference;
import io.millrace.monitor.domain.drift.FeatureSketch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Feature values counted by one thread, as a window counts them, and the verdict at its end. */
public final class SketchBench {

    /**
     * @param features of each row; every fourth is a category
     * @param rows in a window
     * @param seconds that are measured, after as many to warm up
     * @param table where reference and window are put as CSV, for others to measure the same; null for nowhere
     */
    public record Options(
            int features,
            int rows,
            int seconds,
            long seed,
            @Nullable Path table) {}

    /**
     * @param cellsPerSecond values counted a second
     * @param bytesPerFeature of counts, the most of any feature
     * @param verdictMs mean time of the verdict on all features
     * @param windowMs mean time of a window: counting all its values, and the verdict
     */
    public record Result(
            int features, int rows, double cellsPerSecond, int bytesPerFeature, double verdictMs, double windowMs) {}

    private static final int REFERENCE = 10_000;
    private static final int CATEGORIES = 20;

    private SketchBench() {}

    public static Result run(Options options) {
        Random random = new Random(options.seed());
        List<FeatureReference> references = new ArrayList<>();
        Object[][] columns = new Object[options.features()][];
        Object[][] samples = new Object[options.features()][];
        int bins = 0;
        for (int i = 0; i < options.features(); i++) {
            boolean category = i % 4 == 3;
            String name = "f" + i;
            FeatureReference reference;
            if (category) {
                List<String> sample = texts(random, REFERENCE);
                samples[i] = sample.toArray();
                reference = FeatureReference.categorical(name, sample, 0);
            } else {
                double[] sample =
                        random.doubles(REFERENCE).map(u -> -Math.log(u)).toArray();
                samples[i] = Arrays.stream(sample).boxed().toArray();
                reference = FeatureReference.numeric(name, sample, 0);
            }
            references.add(reference);
            bins = Math.max(bins, reference.bins());
            columns[i] = category
                    ? texts(random, options.rows()).toArray()
                    : random.doubles(options.rows())
                            .map(u -> -Math.log(u))
                            .boxed()
                            .toArray();
        }
        Path table = options.table();
        if (table != null) {
            write(table.resolve("reference.csv"), samples);
            write(table.resolve("window.csv"), columns);
        }
        measure(references, columns, options);
        long[] measured = measure(references, columns, options);
        double seconds = measured[1] / 1e9;
        return new Result(
                options.features(),
                options.rows(),
                measured[0] / seconds,
                bins * Long.BYTES,
                measured[2] / 1e6 / measured[3],
                (measured[1] + measured[2]) / 1e6 / measured[3]);
    }

    /** Cells, nanoseconds they took, nanoseconds that verdicts took, verdicts. */
    private static long[] measure(List<FeatureReference> references, Object[][] columns, Options options) {
        long cells = 0;
        long counting = 0;
        long judging = 0;
        long verdicts = 0;
        while (counting < options.seconds() * 1_000_000_000L) {
            List<DriftReport.Seen> seen = new ArrayList<>();
            references.forEach(reference -> seen.add(new DriftReport.Seen(reference, new FeatureSketch(reference))));
            long begin = System.nanoTime();
            for (int row = 0; row < options.rows(); row++) {
                for (int i = 0; i < columns.length; i++) {
                    seen.get(i).sketch().add(references.get(i), columns[i][row]);
                }
            }
            long counted = System.nanoTime();
            DriftReport report = DriftReport.of(seen, DriftPolicy.DEFAULT, verdicts);
            if (report.features().size() != columns.length) {
                throw new IllegalStateException("a feature was lost");
            }
            judging += System.nanoTime() - counted;
            counting += counted - begin;
            cells += (long) options.rows() * columns.length;
            verdicts++;
        }
        return new long[] {cells, counting, judging, verdicts};
    }

    private static void write(Path file, Object[][] columns) {
        String names = IntStream.range(0, columns.length).mapToObj(i -> "f" + i).collect(Collectors.joining(","));
        Stream<String> rows = IntStream.range(0, columns[0].length)
                .mapToObj(row -> Arrays.stream(columns)
                        .map(column -> column[row].toString())
                        .collect(Collectors.joining(",")));
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.write(file, (Iterable<String>) Stream.concat(Stream.of(names), rows)::iterator);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> texts(Random random, int count) {
        List<String> texts = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            texts.add("category-" + random.nextInt(CATEGORIES));
        }
        return texts;
    }
}
