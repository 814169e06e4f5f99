package io.millrace.bench.pipeline;

import io.millrace.local.BrokerAccess;
import io.millrace.local.Credentials;
import io.millrace.local.EmbeddedBroker;
import io.millrace.local.Ports;
import io.millrace.local.ProjectRoot;
import io.millrace.local.RegistryProcess;
import io.millrace.local.SchemaSetup;
import io.millrace.local.StackException;
import io.millrace.streams.SchemaRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A broker in this JVM and a registry beside it, in a temporary folder, on free ports; gone when closed. */
public final class OwnCluster implements AutoCloseable {

    private final Path folder;
    private final EmbeddedBroker broker;
    private final RegistryProcess registry;

    private OwnCluster(Path folder, EmbeddedBroker broker, RegistryProcess registry) {
        this.folder = folder;
        this.broker = broker;
        this.registry = registry;
    }

    /** @param authority whether clients prove who they are and may do only what they were permitted */
    public static OwnCluster start(boolean authority) {
        try {
            Path folder = Files.createTempDirectory("millrace-bench-");
            RegistryProcess registry = RegistryProcess.start(
                    ProjectRoot.find(), folder.resolve("registry"), Ports.freePort(), Ports.freePort());
            BrokerAccess access = authority
                    ? BrokerAccess.guarded(Credentials.in(folder.resolve("credentials")), null)
                    : BrokerAccess.open();
            EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("broker"), 0, true, access);
            broker.setUp();
            SchemaSetup.register(registry.url(), folder.resolve("schema-cache"), null);
            return new OwnCluster(folder, broker, registry);
        } catch (IOException e) {
            throw new StackException("can't make a temporary folder: " + e.getMessage(), e);
        }
    }

    public Cluster cluster() {
        return new Cluster(
                broker::client,
                new SchemaRegistry(registry.url(), folder.resolve("schema-cache")),
                folder.resolve("state"));
    }

    @Override
    public void close() {
        registry.close();
        broker.close();
        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new StackException("can't remove " + folder + ": " + e.getMessage(), e);
        }
    }
}
