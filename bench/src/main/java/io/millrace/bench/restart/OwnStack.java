package io.millrace.bench.restart;

import io.millrace.local.DataFolder;
import io.millrace.local.LocalStack;
import io.millrace.local.Ports;
import io.millrace.local.ProcessRef;
import io.millrace.local.ProjectRoot;
import io.millrace.local.StackException;
import io.millrace.local.StackOptions;
import io.millrace.local.StackState;
import io.millrace.local.StackState.Health;
import io.millrace.local.StackState.ProcessState;
import io.millrace.streams.SchemaRegistry;
import io.millrace.streams.Topic.Principal;
import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** A stack as {@code up} starts it, in a temporary folder, on free ports; gone when closed, or when this process ends. */
public final class OwnStack implements AutoCloseable {

    private static final String SCHEDULER = "scheduler";

    private final Path folder;
    private final Path data;
    private final Thread onInterrupt = new Thread(this::remove, "remove-own-stack");
    private boolean removed;

    private OwnStack(Path folder) {
        this.folder = folder;
        this.data = folder.resolve("stack");
    }

    /** @param progress told what has come up */
    public static OwnStack start(Consumer<String> progress) {
        return start(options -> options, progress);
    }

    /** With one service. */
    public static OwnStack start(String service, Consumer<String> progress) {
        return start(options -> options.withServices(List.of(service)), progress);
    }

    private static OwnStack start(UnaryOperator<StackOptions> changed, Consumer<String> progress) {
        OwnStack stack;
        try {
            stack = new OwnStack(Files.createTempDirectory("millrace-bench-"));
        } catch (IOException e) {
            throw new StackException("can't make a temporary folder: " + e.getMessage(), e);
        }
        // A stack outlives who started it: Ctrl-C has to end this one too.
        Runtime.getRuntime().addShutdownHook(stack.onInterrupt);
        try {
            StackOptions usual = StackOptions.of(ProjectRoot.find(), stack.data).withPorts(Ports.free());
            LocalStack.up(changed.apply(usual), progress);
            return stack;
        } catch (RuntimeException e) {
            stack.close();
            throw e;
        }
    }

    /** What the simulator's Kafka clients need, to be added to. */
    Map<String, Object> client() {
        return client(told());
    }

    /** What the users' Kafka clients need, to be added to. */
    public Map<String, Object> users() {
        return client(read(new DataFolder(data).clientProperties()));
    }

    /** What the users are told under that name. */
    public String toldUsers(String name) {
        return read(new DataFolder(data).clientProperties()).getProperty(name);
    }

    private static Map<String, Object> client(Properties told) {
        Map<String, Object> client = new HashMap<>();
        told.stringPropertyNames().stream()
                .filter(name -> !name.startsWith("millrace.") && !name.startsWith("schema.registry."))
                .forEach(name -> client.put(name, told.getProperty(name)));
        return client;
    }

    public SchemaRegistry schemas() {
        return new SchemaRegistry(URI.create(told("schema.registry.url")), Path.of(told("millrace.schema.cache")));
    }

    private String told(String name) {
        return told().getProperty(name);
    }

    /** Of who stands for the users and the agents of a cluster that isn't there. */
    private Properties told() {
        return read(new DataFolder(data).clientProperties(Principal.SIMULATOR.userName()));
    }

    private static Properties read(Path file) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException e) {
            throw new StackException("can't read what the stack tells its clients: " + e.getMessage(), e);
        }
        return properties;
    }

    /** Whether there is a process of the scheduler other than this one. */
    boolean hasSuccessorOf(ProcessRef scheduler) {
        ProcessRef now = state().process();
        return now != null && !now.equals(scheduler);
    }

    boolean schedulerIsUp() {
        return state().health() == Health.UP;
    }

    /** Ends the scheduler as if the machine had, and returns when it is dead. */
    ProcessRef killScheduler() {
        ProcessRef scheduler = state().process();
        ProcessHandle running = scheduler == null ? null : scheduler.alive().orElse(null);
        if (scheduler == null || running == null) {
            throw new StackException("the scheduler died before it was killed");
        }
        running.destroyForcibly();
        running.onExit().join();
        return scheduler;
    }

    private ProcessState state() {
        return LocalStack.status(data)
                .flatMap((StackState state) -> state.process(SCHEDULER))
                .orElseThrow(() -> new StackException("the stack in " + data + " is gone"));
    }

    private synchronized void remove() {
        if (removed) {
            return;
        }
        LocalStack.down(data, true);
        try {
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            throw new StackException("can't remove " + folder + ": " + e.getMessage(), e);
        }
        removed = true;
    }

    @Override
    public void close() {
        remove();
        try {
            Runtime.getRuntime().removeShutdownHook(onInterrupt);
        } catch (IllegalStateException e) {
            // This process is ending; what the hook would do is done.
        }
    }
}
