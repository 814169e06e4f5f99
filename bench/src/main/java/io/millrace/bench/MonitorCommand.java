package io.millrace.bench;

import io.millrace.bench.monitor.SketchBench;
import io.millrace.bench.pipeline.OwnCluster;
import io.millrace.bench.pipeline.PredictionsBench;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "monitor",
        description = "How many feature values a second one core counts, without Kafka, and how long a verdict takes;"
                + " with --predictions also how many predictions go through the topology, beside a plain loop.",
        mixinStandardHelpOptions = true)
final class MonitorCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--features", defaultValue = "40", description = "Features of a row. Default: ${DEFAULT-VALUE}.")
    private int features;

    @Option(names = "--rows", defaultValue = "10000", description = "Rows of a window. Default: ${DEFAULT-VALUE}.")
    private int rows;

    @Option(
            names = "--seconds",
            defaultValue = "5",
            description = "Measured for so long, after as long to warm up. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(names = "--seed", defaultValue = "42", description = "Of the values. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--predictions",
            defaultValue = "0",
            description = "Predictions of each round through the topology, over a broker of its own. Default: none.")
    private int predictions;

    @Option(names = "--rounds", defaultValue = "5", description = "Rounds of predictions. Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(
            names = "--table",
            paramLabel = "DIR",
            description = "Put reference and window there as CSV, for others to measure the same.")
    private @Nullable Path table;

    @Option(names = "--json", paramLabel = "FILE", description = "Put the figures into this file, under 'monitor'.")
    private @Nullable Path json;

    @Override
    public Integer call() {
        if (features < 1 || rows < 1 || seconds < 1 || rounds < 1 || predictions < 0) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--features, --rows, --seconds and --rounds must be numbers from 1 on, --predictions one from 0 on");
        }
        SketchBench.Result result = SketchBench.run(new SketchBench.Options(features, rows, seconds, seed, table));
        spec.commandLine()
                .getOut()
                .println(String.format(
                        Locale.ROOT,
                        "%d features, %d rows a window, seed %d%n%.1f million cells a second on one core,"
                                + " %d bytes of counts a feature, %.2f ms a verdict, %.1f ms a window with all its values",
                        result.features(),
                        result.rows(),
                        seed,
                        result.cellsPerSecond() / 1e6,
                        result.bytesPerFeature(),
                        result.verdictMs(),
                        result.windowMs()));
        if (json != null) {
            BenchReport.write(json, "monitor", result);
        }
        if (predictions > 0) {
            throughTheTopology();
        }
        return 0;
    }

    private void throughTheTopology() {
        PrintWriter out = spec.commandLine().getOut();
        out.println("starting a broker and a registry ...");
        out.flush();
        PredictionsBench.Result result;
        try (OwnCluster own = OwnCluster.start(false)) {
            PredictionsBench.Options options = new PredictionsBench.Options(features, predictions, rounds, seed);
            result = PredictionsBench.run(own.cluster(), options, line -> {
                out.println(line);
                out.flush();
            });
        }
        out.println(String.format(
                Locale.ROOT,
                "%.0f predictions of %d features a second; plain two-hop loop %.0f: ratio %.2f",
                result.predictionsPerS(),
                result.features(),
                result.plainLoopPerS(),
                result.ratio()));
        if (json != null) {
            BenchReport.write(json, "monitor_predictions", result);
        }
    }
}
