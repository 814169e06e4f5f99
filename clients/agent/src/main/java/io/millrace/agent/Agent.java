package io.millrace.agent;

import io.millrace.agent.domain.NodeParts;
import io.millrace.agent.domain.PartState;
import io.millrace.streams.SchemaLookup;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The agent of one node. */
public final class Agent {

    private static final Logger LOG = LoggerFactory.getLogger(Agent.class);

    private final AgentSettings settings;
    private final Map<String, Object> client;
    private final SchemaLookup schemas;
    private final Map<String, String> environment;
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile boolean stopping;
    private volatile Telemetry.Running running = new Telemetry.Running(List.of(), Map.of());

    /**
     * @param client what every Kafka client of the stack is given: its address, its security
     * @param environment the agent's own; jobs get a part of it
     */
    public Agent(
            AgentSettings settings, Map<String, Object> client, SchemaLookup schemas, Map<String, String> environment) {
        this.settings = settings;
        this.client = Map.copyOf(client);
        this.schemas = schemas;
        this.environment = Map.copyOf(environment);
    }

    /** The file that is there as long as an agent of this node is up. */
    public static Path upFile(Path workDir, String node) {
        return workDir.resolve("agent").resolve(node).resolve("up");
    }

    /** Whether an agent needs nothing that this machine lacks. */
    public static boolean isSupportedHere() {
        return Machine.isSupported();
    }

    /** Ends it in good order from another thread: stops its jobs, says that its node is down; returns when it has. */
    public void stop() {
        stopping = true;
        try {
            long patience = settings.stopGrace().toMillis() + 2 * AgentLoop.LAST_REPORTS_MS;
            if (!over.await(patience, TimeUnit.MILLISECONDS)) {
                LOG.warn("The agent did not end in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Runs until it is stopped. */
    public void run() {
        if (!isSupportedHere()) {
            throw new AgentException("an agent needs a Linux with /proc");
        }
        try {
            Files.createDirectories(settings.folder());
            try (FileChannel channel = FileChannel.open(
                            settings.folder().resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = lock(channel)) {
                LOG.debug("Work folder {} held by {}", settings.workDir(), lock);
                work();
            }
        } catch (IOException e) {
            throw new AgentException("the work folder " + settings.workDir() + " can't be used: " + e, e);
        } finally {
            over.countDown();
        }
    }

    private FileLock lock(FileChannel channel) throws IOException {
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            throw new AgentException("an agent of node " + settings.node() + " already runs in " + settings.workDir()
                    + "; give this one another --node or --work-dir");
        }
        return lock;
    }

    private void work() throws IOException {
        Path up = upFile(settings.workDir(), settings.node());
        Files.deleteIfExists(up);
        Shim shim = new Shim(settings, environment);
        try (Wire wire = new Wire(settings.node(), client, schemas);
                Telemetry telemetry = new Telemetry(settings, wire, shim, () -> running)) {
            AgentLoop loop = new AgentLoop(settings, wire, shim, () -> stopping, this::show);
            loop.begin();
            Files.writeString(up, Long.toString(ProcessHandle.current().pid()));
            telemetry.start();
            while (!stopping) {
                loop.turn();
            }
            loop.end();
        } finally {
            Files.deleteIfExists(up);
        }
    }

    private void show(NodeParts parts) {
        running = new Telemetry.Running(
                parts.parts().stream()
                        .filter(PartState::mayRun)
                        .map(PartState::key)
                        .toList(),
                parts.holders());
    }
}
