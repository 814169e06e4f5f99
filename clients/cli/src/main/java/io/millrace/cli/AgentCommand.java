package io.millrace.cli;

import io.millrace.agent.Agent;
import io.millrace.agent.AgentException;
import io.millrace.agent.AgentSettings;
import io.millrace.agent.NvidiaSmi;
import io.millrace.local.DataFolder;
import io.millrace.local.ProcessLogging;
import io.millrace.local.StackOptions;
import io.millrace.streams.PatientSchemas;
import io.millrace.streams.SchemaRegistry;
import io.millrace.streams.Topic.Principal;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "agent",
        description = "Be a node: run what the scheduler places here, until Ctrl-C. Then its jobs are stopped and go"
                + " elsewhere. Killed and started again in time, it takes its jobs up again.",
        mixinStandardHelpOptions = true)
final class AgentCommand implements Callable<Integer> {

    /** Held, or it would be forgotten with its level. */
    private static final Logger KAFKA = Logger.getLogger("org.apache.kafka");

    private static final Duration REGISTRY_PATIENCE = Duration.ofSeconds(30);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private StackFolder folder = new StackFolder();

    @Option(names = "--node", paramLabel = "ID", description = "The node's id. Default: this machine's host name.")
    private @Nullable String node;

    @Option(
            names = "--gpus",
            paramLabel = "N",
            description = "GPUs it has, with indices from 0. Default: those that nvidia-smi finds.")
    private @Nullable Integer gpus;

    @Option(
            names = "--gpu-type",
            paramLabel = "TYPE",
            description = "Model of its GPUs. Default: the one that nvidia-smi names.")
    private @Nullable String gpuType;

    @Option(names = "--pool", paramLabel = "POOL", description = "Pool it belongs to. Needed if there are several.")
    private @Nullable String pool;

    @Option(
            names = "--address",
            paramLabel = "HOST",
            description = "Where processes on other nodes reach this one. Default: ${DEFAULT-VALUE}.")
    private String address = "127.0.0.1";

    @Option(
            names = "--work-dir",
            paramLabel = "DIR",
            description = "Where it keeps what it knows, what jobs write, and their checkpoints."
                    + " Default: work in the stack's data folder.")
    private @Nullable Path workDir;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "Properties file that says where the stack is. Default: agent.properties in the stack's data folder.")
    private @Nullable Path config;

    @Option(
            names = "--stop-grace",
            paramLabel = "TIME",
            converter = DurationText.class,
            description = "Time for its jobs between SIGTERM and SIGKILL when it is told to end. Default: 5s.")
    private Duration stopGrace = AgentSettings.STOP_GRACE;

    @Option(
            names = "--silent-after",
            paramLabel = "TIME",
            converter = DurationText.class,
            description = "How long nothing may be heard of it before the node counts as down; at least three times as"
                    + " long as between two of its heartbeats. Default: 30s.")
    private Duration silentAfter = AgentSettings.SILENT_AFTER;

    @Override
    public Integer call() {
        Connection connection =
                config == null ? Connection.ofStack(folder.path(), Principal.AGENTS) : Connection.read(config);
        AgentSettings settings = settings(connection);
        ProcessLogging.start();
        KAFKA.setLevel(Level.WARNING);
        SchemaRegistry registry = connection.schemas();
        Agent agent = new Agent(
                settings,
                connection.kafkaProperties(),
                new PatientSchemas(registry, REGISTRY_PATIENCE),
                System.getenv());
        Runtime.getRuntime().addShutdownHook(new Thread(agent::stop, "stop-agent"));
        try {
            agent.run();
        } catch (AgentException e) {
            throw new CommandException(e.getMessage(), e);
        }
        return 0;
    }

    AgentSettings settings(Connection connection) {
        if (!connection.clock().equals(StackOptions.WALL_CLOCK)) {
            throw new CommandException("an agent runs real processes, in real time, and this stack's clock is "
                    + connection.clock() + "; start one on the wall clock with 'millrace up --data DIR'");
        }
        List<NvidiaSmi.Gpu> found = gpus != null && gpuType != null ? List.of() : NvidiaSmi.ask();
        if (found.isEmpty() && (gpus == null || gpuType == null)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "nvidia-smi finds no GPUs here; say what the node has with --gpus N --gpu-type TYPE");
        }
        try {
            return new AgentSettings(
                    node == null ? hostName() : node,
                    choosePool(connection.pools().keySet()),
                    gpus == null ? found.size() : gpus,
                    gpuType == null ? found.getFirst().name() : gpuType,
                    address,
                    workDir == null ? new DataFolder(folder.path()).work() : workDir,
                    shorter(AgentSettings.HEARTBEAT, silentAfter.dividedBy(3)),
                    silentAfter,
                    stopGrace);
        } catch (AgentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private String choosePool(Set<String> pools) {
        if (pool == null && pools.size() == 1) {
            return pools.iterator().next();
        }
        if (pool == null || !pools.contains(pool)) {
            throw new ParameterException(
                    spec.commandLine(),
                    (pool == null ? "name a pool with --pool" : "there is no pool '" + pool + "'") + "; this stack has "
                            + String.join(", ", pools));
        }
        return pool;
    }

    private String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            throw new ParameterException(
                    spec.commandLine(), "this machine does not know its host name; name the node with --node ID", e);
        }
    }
}
