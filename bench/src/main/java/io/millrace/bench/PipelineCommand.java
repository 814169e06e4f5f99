package io.millrace.bench;

import io.millrace.bench.load.BenchPolicy;
import io.millrace.bench.pipeline.OwnCluster;
import io.millrace.bench.pipeline.PipelineBench;
import io.millrace.bench.pipeline.PipelineBench.Result;
import io.millrace.local.ProjectRoot;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "pipeline",
        description = "How many job events a second have their decisions committed, exactly once, beside plain loops"
                + " over the same broker. Starts a broker and a registry of its own.",
        mixinStandardHelpOptions = true)
final class PipelineCommand implements Callable<Integer> {

    /** Short, so that what a run leaves behind is let go within the run, as in a service that runs for months. */
    private static final String REMEMBER_ENDED_FOR = "5s";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--seconds",
            defaultValue = "8",
            description = "About how long each round of each takes. Default: ${DEFAULT-VALUE}.")
    private double seconds;

    @Option(
            names = "--events",
            defaultValue = "0",
            description = "Events of each round, instead of as many as take --seconds.")
    private int events;

    @Option(names = "--rounds", defaultValue = "5", description = "Rounds of each. Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(
            names = "--nodes",
            defaultValue = "1250",
            description = "Nodes of 8 GPUs each, all taken. Default: ${DEFAULT-VALUE}.")
    private int nodes;

    @Option(names = "--policy", paramLabel = "NAME", description = "Rule to decide by. Default: the shipped policy's.")
    private @Nullable String policy;

    @Option(names = "--seed", defaultValue = "42", description = "Of the jobs. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--no-authority",
            description = "Let everybody do everything, unasked: shows what permissions cost, beside a run with them.")
    private boolean noAuthority;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Put the figures into this file, under 'pipeline'"
                    + " ('pipeline_no_authority' with --no-authority).")
    private @Nullable Path json;

    @Override
    public Integer call() {
        if (seconds <= 0 || events < 0 || rounds < 1 || nodes < PipelineBench.FEWEST_NODES) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--seconds and --rounds must be more than 0, --events no less than 0 and --nodes no less than "
                            + PipelineBench.FEWEST_NODES);
        }
        String document;
        try {
            document = BenchPolicy.document(
                    ProjectRoot.find().resolve("policies/default.yaml"), policy, REMEMBER_ENDED_FOR);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println("seed " + seed + ", " + nodes + " nodes of 8 GPUs; starting a broker and a registry ...");
        out.flush();
        Result result;
        try (OwnCluster own = OwnCluster.start(!noAuthority)) {
            result = PipelineBench.run(
                    own.cluster(), new PipelineBench.Options(events, seconds, rounds, nodes, seed, document), line -> {
                        out.println(line);
                        out.flush();
                    });
        }
        out.println(String.format(
                Locale.ROOT,
                "pipeline %.0f events/s, plain two-hop loop with the same bytes %.0f/s: ratio %.2f; writing each event"
                        + " once a hop %.0f/s: ratio %.2f, once %.0f/s: ratio %.2f",
                result.eventsPerS(),
                result.plainLoopPerS(),
                result.ratio(),
                result.leanLoopPerS(),
                result.leanRatio(),
                result.oneHopPerS(),
                result.oneHopRatio()));
        out.println("processor time of an event, us: pipeline" + parts(result.cpuUsPerEvent()) + "; plain two-hop loop"
                + parts(result.plainLoopCpuUsPerEvent()));
        if (json != null) {
            BenchReport.write(json, noAuthority ? "pipeline_no_authority" : "pipeline", result);
        }
        return 0;
    }

    private static String parts(Map<String, Double> times) {
        StringBuilder text = new StringBuilder();
        times.forEach((part, us) -> text.append(String.format(Locale.ROOT, " %s %.1f", part, us)));
        return text.toString();
    }
}
