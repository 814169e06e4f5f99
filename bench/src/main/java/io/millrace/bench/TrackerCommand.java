package io.millrace.bench;

import io.millrace.bench.restart.OwnStack;
import io.millrace.bench.tracker.TrackerBench;
import io.millrace.bench.tracker.TrackerBench.Result;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "tracker",
        description =
                "How many metrics a second are logged, through the log and through REST, and how long a search among"
                        + " many runs takes. Starts a stack of its own, and removes it.",
        mixinStandardHelpOptions = true)
final class TrackerCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--runs", defaultValue = "30000", description = "Runs to search. Default: ${DEFAULT-VALUE}.")
    private int runs;

    @Option(names = "--metrics", defaultValue = "50", description = "Metrics of each. Default: ${DEFAULT-VALUE}.")
    private int metrics;

    @Option(
            names = "--batches",
            defaultValue = "2000",
            description = "Records of 1,000 measurements through the log. Default: ${DEFAULT-VALUE}.")
    private int batches;

    @Option(
            names = "--rest-runs",
            defaultValue = "1000",
            description = "Runs logged through REST. Default: ${DEFAULT-VALUE}.")
    private int restRuns;

    @Option(
            names = "--rest-batches",
            defaultValue = "400",
            description = "Batches of 1,000 measurements through REST. Default: ${DEFAULT-VALUE}.")
    private int restBatches;

    @Option(names = "--searches", defaultValue = "300", description = "Timed searches. Default: ${DEFAULT-VALUE}.")
    private int searches;

    @Option(names = "--seed", defaultValue = "42", description = "Of the runs. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--beside",
            paramLabel = "URL",
            description =
                    "An MLflow server that runs, and is given the part of the work that goes through REST as well.")
    private @Nullable URI beside;

    @Option(names = "--json", paramLabel = "FILE", description = "Put the figures into this file, under 'tracker'.")
    private @Nullable Path json;

    @Override
    public Integer call() {
        if (runs < 1 || metrics < 10 || batches < 1 || restRuns < 1 || restBatches < 1 || searches < 1) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--runs, --batches, --rest-runs, --rest-batches and --searches must be more than 0, --metrics no"
                            + " less than 10");
        }
        PrintWriter out = spec.commandLine().getOut();
        Consumer<String> progress = line -> {
            out.println(line);
            out.flush();
        };
        progress.accept("seed " + seed + ", " + runs + " runs of " + metrics + " metrics; starting a stack ...");
        Result result;
        try (OwnStack stack = OwnStack.start("tracker", progress)) {
            result = TrackerBench.run(
                    stack,
                    new TrackerBench.Options(runs, metrics, batches, restRuns, restBatches, searches, seed, beside),
                    progress);
        }
        if (result.ratioOfNewRuns() != null) {
            progress.accept(String.format(
                    Locale.ROOT,
                    "beside MLflow: new runs %.1f times as fast, batches %.1f, p95 of a search %.1f",
                    result.ratioOfNewRuns(),
                    result.ratioOfBatches(),
                    result.ratioOfSearchP95()));
        }
        if (json != null) {
            BenchReport.write(json, "tracker", result);
        }
        return 0;
    }
}
