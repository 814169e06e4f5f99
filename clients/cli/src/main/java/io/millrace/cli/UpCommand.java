package io.millrace.cli;

import io.millrace.agent.Agent;
import io.millrace.agent.NvidiaSmi;
import io.millrace.local.DataFolder;
import io.millrace.local.LocalStack;
import io.millrace.local.Pools;
import io.millrace.local.ProjectRoot;
import io.millrace.local.StackException;
import io.millrace.local.StackOptions;
import io.millrace.local.StackState;
import io.millrace.local.TlsFiles;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "up",
        description =
                "Start the stack on this machine: broker, schema registry and services. It stays up until 'down'.",
        mixinStandardHelpOptions = true)
final class UpCommand implements Callable<Integer> {

    private static final int DECLARED_GPUS = 4;
    private static final String DECLARED_TYPE = "local";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private StackFolder folder = new StackFolder();

    @Mixin
    private ProcessPorts ports = new ProcessPorts();

    @Option(
            names = "--clock",
            paramLabel = "CLOCK",
            description = "wall, scaled(N) for a clock N times as fast, or driven for one that a play moves."
                    + " Default: the one the data folder was made with, wall for a new one.")
    private @Nullable String clock;

    @Option(
            names = "--pool",
            paramLabel = "NAME[=PARTITION]",
            description = "A pool of nodes to schedule, beside those the folder has already. May be repeated."
                    + " Default for a new folder: default.")
    private List<String> pools = new ArrayList<>();

    @Option(
            names = "--policy",
            paramLabel = "FILE",
            description = "The policy that pools start with. Default: policies/default.yaml.")
    private @Nullable Path policy;

    @Option(
            names = "--org",
            paramLabel = "FILE",
            description = "What the organisation says of its teams and users: shares, seniority, job types that count."
                    + " Default: policies/org.yaml, or none with a driven clock.")
    private @Nullable Path org;

    @Option(
            names = "--tls",
            paramLabel = "DIR",
            description = "Encrypt all connections: a folder with tls.crt, tls.key (PKCS #8) and ca.crt, all PEM, for"
                    + " 127.0.0.1. Default: connections that stay on this machine aren't encrypted.")
    private @Nullable Path tls;

    @Option(
            names = "--services",
            paramLabel = "NAME,...",
            split = ",",
            description = "Start only these services, or 'none': for working on one that runs elsewhere. Default: all.")
    private @Nullable List<String> services;

    @Option(names = "--no-agent", description = "Run no jobs on this machine: others are to bring the nodes.")
    private boolean noAgent;

    @Option(
            names = "--agent-gpus",
            paramLabel = "N",
            description = "How many GPUs this machine is said to have. Default: what nvidia-smi finds; without it "
                    + DECLARED_GPUS + " of type " + DECLARED_TYPE + ", which jobs hold and which aren't there.")
    private @Nullable Integer agentGpus;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        StackOptions options = options();
        Path properties = LocalStack.up(options, line -> {
            out.println("  " + line);
            out.flush();
        });
        out.println("Up. Data, logs and " + properties.getFileName() + ": " + options.data());
        LocalStack.status(options.data()).ifPresent(state -> addresses(state, out));
        out.flush();
        return 0;
    }

    StackOptions options() {
        Path data = folder.path();
        try {
            StackOptions options = StackOptions.of(ProjectRoot.find(), data);
            DataFolder existing = new DataFolder(data);
            String made = existing.clock();
            options = options.withPorts(ports.ports()).withPools(Pools.assign(existing.pools(), pools));
            String asked = clock != null ? clock : made;
            if (asked != null) {
                options = options.withClock(asked);
            }
            if (services != null) {
                options = options.withServices(services.equals(List.of("none")) ? List.of() : services);
            }
            if (policy != null) {
                if (!Files.isRegularFile(policy)) {
                    throw new StackException("there is no policy file " + policy);
                }
                options = options.withPolicyFile(policy);
            }
            if (org != null && !Files.isRegularFile(org)) {
                throw new StackException("there is no organisation file " + org);
            }
            if (org != null) {
                options = options.withOrgFile(org);
            } else if (!options.clock().equals("driven")) {
                options = options.withOrgFile(options.root().resolve("policies/org.yaml"));
            }
            options = options.withTls(tls == null ? null : new TlsFiles(tls));
            return options.withAgent(agent(options));
        } catch (StackException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    /** None for a clock that isn't the world's, where nothing decides, and where an agent can't run. */
    private StackOptions.@Nullable AgentNode agent(StackOptions options) {
        boolean none = noAgent
                || !options.clock().equals(StackOptions.WALL_CLOCK)
                || !options.services().contains("scheduler")
                || !Agent.isSupportedHere();
        if (none) {
            if (agentGpus != null) {
                throw new StackException("--agent-gpus needs an agent, and this stack has none: it wants Linux, the"
                        + " wall clock, the scheduler, and no --no-agent");
            }
            return null;
        }
        List<NvidiaSmi.Gpu> found = NvidiaSmi.ask();
        String type = found.isEmpty() ? DECLARED_TYPE : found.getFirst().name();
        int number = agentGpus != null ? agentGpus : found.isEmpty() ? DECLARED_GPUS : found.size();
        if (number < 1) {
            throw new StackException("--agent-gpus is at least 1, not " + number);
        }
        return new StackOptions.AgentNode(number, type);
    }

    private static void addresses(StackState state, PrintWriter out) {
        state.processes().forEach(process -> out.printf("  %-10s %s%n", process.name(), process.address()));
    }
}
