package io.millrace.cli;

import io.millrace.cli.simulate.Simulation;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code millrace simulate}. */
@Command(
        name = "simulate",
        description = "Run a policy over a whole trace without Kafka, with the scheduler's own decision core.",
        mixinStandardHelpOptions = true)
final class SimulateCommand implements Callable<Integer> {

    @Option(names = "--trace", required = true, paramLabel = "FILE", description = "Trace, CSV or CSV.gz.")
    private Path trace = Path.of("");

    @Option(names = "--cluster", required = true, paramLabel = "FILE", description = "Cluster, JSON.")
    private Path cluster = Path.of("");

    @Option(
            names = "--policy",
            defaultValue = "fifo-strict",
            description = "fifo-strict, fifo-skip, sjf-strict or sjf-skip (default: ${DEFAULT-VALUE}).")
    private String policy = "fifo-strict";

    @Option(names = "--shared", description = "Let all teams use the whole cluster.")
    private boolean shared;

    @Option(names = "--json", description = "Print the report as JSON.")
    private boolean json;

    @Override
    public Integer call() {
        Simulation simulation = Simulation.of(trace, cluster, shared);
        System.out.println(json ? simulation.json(policy) : simulation.table(policy));
        return 0;
    }
}
