package io.millrace.bench;

import io.millrace.bench.load.BenchPolicy;
import io.millrace.bench.scheduler.SchedulerBench;
import io.millrace.bench.scheduler.SchedulerBench.Result;
import io.millrace.local.ProjectRoot;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "scheduler",
        description = "How long a scheduling cycle takes, without Kafka: a full pool, and a queue of each length.",
        mixinStandardHelpOptions = true)
final class SchedulerCommand implements Callable<Integer> {

    /** As long as a cluster of today's jobs remembers them; what has ended is not what is measured. */
    private static final String REMEMBER_ENDED_FOR = "10m";

    private static final int WARM_UP_PART = 2;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--pending",
            split = ",",
            paramLabel = "N",
            defaultValue = "1000,10000,100000",
            description = "Jobs that wait, separated by commas. Default: ${DEFAULT-VALUE}.")
    private List<Integer> pending = List.of();

    @Option(names = "--nodes", defaultValue = "1250", description = "Nodes of 8 GPUs each. Default: ${DEFAULT-VALUE}.")
    private int nodes;

    @Option(
            names = "--cycles",
            defaultValue = "200",
            description = "Cycles timed for each length, after half as many to warm up. Default: ${DEFAULT-VALUE}.")
    private int cycles;

    @Option(names = "--policy", paramLabel = "NAME", description = "Rule to decide by. Default: the shipped policy's.")
    private @Nullable String policy;

    @Option(
            names = "--seed",
            defaultValue = "42",
            description = "Of the jobs and of which end when. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(names = "--json", paramLabel = "FILE", description = "Put the figures into this file, under 'scheduler'.")
    private @Nullable Path json;

    @Override
    public Integer call() {
        if (pending.stream().anyMatch(count -> count < 1) || nodes < 1 || cycles < 1) {
            throw new ParameterException(
                    spec.commandLine(), "--pending, --nodes and --cycles must be numbers from 1 on");
        }
        String document;
        try {
            document = BenchPolicy.document(
                    ProjectRoot.find().resolve("policies/default.yaml"), policy, REMEMBER_ENDED_FOR);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println("seed " + seed + ", " + nodes + " nodes of 8 GPUs");
        out.println(String.format(
                "%9s %12s %9s %9s %9s %11s %9s  %s",
                "pending", "median ms", "p99 ms", "max ms", "cpu ms", "decisions", "reasons", "mean ms of parts"));
        List<Result> results = new ArrayList<>();
        for (int count : pending) {
            Result result = SchedulerBench.run(new SchedulerBench.Options(
                    count, nodes, cycles, Math.max(1, cycles / WARM_UP_PART), seed, document));
            results.add(result);
            out.println(line(result));
            out.flush();
        }
        if (json != null) {
            BenchReport.write(json, "scheduler", results);
        }
        return 0;
    }

    private static String line(Result result) {
        StringBuilder parts = new StringBuilder();
        result.breakdownMs().forEach((part, ms) -> parts.append(String.format(Locale.ROOT, " %s %.2f", part, ms)));
        return String.format(
                Locale.ROOT,
                "%9d %12.2f %9.2f %9.2f %9.2f %11.1f %9.1f %s",
                result.pending(),
                result.cycleMsMedian(),
                result.cycleMsP99(),
                result.cycleMsMax(),
                result.cycleCpuMsMedian(),
                result.decisionsPerCycle(),
                result.reasonsPerCycle(),
                parts);
    }
}
