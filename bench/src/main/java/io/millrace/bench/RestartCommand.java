package io.millrace.bench;

import io.millrace.bench.restart.OwnStack;
import io.millrace.bench.restart.RestartBench;
import io.millrace.bench.restart.RestartBench.Result;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
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
        name = "restart",
        description = "How soon decisions flow again after the scheduler was killed under load. Starts a stack of its"
                + " own, and removes it.",
        mixinStandardHelpOptions = true)
final class RestartCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--rounds", defaultValue = "3", description = "Kills. Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(
            names = "--rate",
            defaultValue = "200",
            description = "Jobs submitted a second; as many are cancelled. Default: ${DEFAULT-VALUE}.")
    private int rate;

    @Option(
            names = "--before",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "Load before each kill. A process that lives for less than 60 s is started again later each"
                    + " time. Default: ${DEFAULT-VALUE}.")
    private int before;

    @Option(names = "--seed", defaultValue = "42", description = "Of the jobs. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(names = "--json", paramLabel = "FILE", description = "Put the figures into this file, under 'restart'.")
    private @Nullable Path json;

    @Override
    public Integer call() {
        if (rounds < 1 || rate < 1 || before < 0) {
            throw new ParameterException(
                    spec.commandLine(), "--rounds and --rate must be more than 0 and --before no less than 0");
        }
        PrintWriter out = spec.commandLine().getOut();
        Consumer<String> progress = line -> {
            out.println(line);
            out.flush();
        };
        progress.accept("seed " + seed + ", " + rate + " jobs/s; starting a stack ...");
        Result result;
        try (OwnStack stack = OwnStack.start(progress)) {
            result = RestartBench.run(
                    stack, new RestartBench.Options(rounds, rate, Duration.ofSeconds(before), seed), progress);
        }
        progress.accept(String.format(
                Locale.ROOT,
                "decisions again after %.1f s (median), %.1f s (longest); caught up after at most %.1f s",
                result.decisionsAgainSMedian(),
                result.decisionsAgainSMax(),
                result.caughtUpSMax()));
        if (json != null) {
            BenchReport.write(json, "restart", result);
        }
        return 0;
    }
}
