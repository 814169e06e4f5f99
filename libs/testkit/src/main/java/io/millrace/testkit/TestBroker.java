package io.millrace.testkit;

import io.millrace.local.BrokerAccess;
import io.millrace.local.Credentials;
import io.millrace.local.EmbeddedBroker;
import io.millrace.local.Ports;
import io.millrace.local.ProjectRoot;
import io.millrace.local.RegistryProcess;
import io.millrace.local.SchemaSetup;
import io.millrace.streams.SchemaRegistry;
import io.millrace.streams.Topic.Principal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * A real broker and a real schema registry with every topic and schema, shared by all tests of a JVM. They start when
 * first asked for, on random ports, and go with the JVM. Tests keep apart by the keys, groups and topics they use. Who
 * may do what is as in a stack.
 */
public final class TestBroker {

    private static final class Shared {
        static final TestBroker INSTANCE = start();
    }

    private final EmbeddedBroker broker;
    private final RegistryProcess registry;
    private final Path folder;

    private TestBroker(EmbeddedBroker broker, RegistryProcess registry, Path folder) {
        this.broker = broker;
        this.registry = registry;
        this.folder = folder;
    }

    /** The one of this JVM. */
    public static TestBroker shared() {
        return Shared.INSTANCE;
    }

    public String bootstrapServers() {
        return broker.bootstrapServers();
    }

    /** Base address of the registry's Confluent API. */
    public URI registryUrl() {
        return registry.url();
    }

    /** A folder that keeps the registry's answers, filled with the ids of all schemas. */
    public Path schemaCache() {
        return folder.resolve("schema-cache");
    }

    public SchemaRegistry registry() {
        return new SchemaRegistry(registryUrl(), schemaCache());
    }

    /** A new map with what every Kafka client of that principal needs. */
    public Map<String, Object> client(Principal principal) {
        return broker.client(principal);
    }

    /** A new map with what a client needs that may do everything: topics and permissions, and what no principal may. */
    public Map<String, Object> operator() {
        return broker.operator();
    }

    private static TestBroker start() {
        try {
            Path folder = Files.createTempDirectory("millrace-test-");
            CompletableFuture<RegistryProcess> registry = CompletableFuture.supplyAsync(() -> RegistryProcess.start(
                    ProjectRoot.find(), folder.resolve("registry"), Ports.freePort(), Ports.freePort()));
            EmbeddedBroker broker = EmbeddedBroker.start(
                    folder.resolve("broker"),
                    0,
                    true,
                    BrokerAccess.guarded(Credentials.in(folder.resolve("credentials")), null));
            TestBroker started = new TestBroker(broker, registry.join(), folder);
            Runtime.getRuntime().addShutdownHook(new Thread(started::close, "test-broker-stop"));
            broker.setUp();
            SchemaSetup.register(started.registryUrl(), started.schemaCache(), null);
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void close() {
        registry.close();
        broker.close();
        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
