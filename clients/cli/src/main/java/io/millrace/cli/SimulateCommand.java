package io.millrace.cli;

import io.millrace.cli.simulate.Simulation;
import io.millrace.simulator.trace.TraceException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "simulate",
        description = "Run a policy over a whole trace without Kafka, with the scheduler's own decision core.",
        mixinStandardHelpOptions = true)
final class SimulateCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--trace", required = true, paramLabel = "FILE", description = "Trace, CSV or gzipped CSV.")
    private Path trace = Path.of("");

    @Option(names = "--cluster", required = true, paramLabel = "FILE", description = "Cluster, JSON.")
    private Path cluster = Path.of("");

    @Option(
            names = "--policy",
            paramLabel = "NAME",
            defaultValue = "fifo-strict",
            description = "millrace, fifo-strict, fifo-skip, sjf-strict or sjf-skip. Default: ${DEFAULT-VALUE}.")
    private String policy = "";

    @Option(names = "--shared", description = "Let all teams use the whole cluster. Default: each its own partition.")
    private boolean shared;

    @Option(
            names = "--over-time",
            description = "Also tell day by day how many GPUs each team held and waited for, beside its share.")
    private boolean overTime;

    @Option(names = "--json", description = "Print the report as JSON.")
    private boolean json;

    @Override
    public Integer call() {
        try {
            Simulation simulation = Simulation.of(trace, cluster, shared);
            spec.commandLine().getOut().println(json ? simulation.json(policy) : simulation.table(policy, overTime));
            return 0;
        } catch (TraceException e) {
            throw new CommandException(e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
