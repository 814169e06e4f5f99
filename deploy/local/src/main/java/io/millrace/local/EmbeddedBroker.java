package io.millrace.local;

import io.millrace.streams.ServiceClock;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import kafka.server.KafkaConfig;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/** A real KRaft broker, its own controller, inside this JVM. Its data survives any end of the process. */
public final class EmbeddedBroker implements AutoCloseable {

    private static final int NODE_ID = 1;
    private static final String LISTENER = "PLAINTEXT";
    private static final String CONTROLLER_LISTENER = "CONTROLLER";

    private final SingleNode server;
    private final int port;

    private EmbeddedBroker(SingleNode server, int port) {
        this.server = server;
        this.port = port;
    }

    /**
     * Starts a broker on the loopback address and returns when it serves.
     *
     * @param folder its data; an empty or absent one is made ready first
     * @param port 0 for any free one
     * @param keepEverything no record is deleted by age, whatever times records carry
     */
    public static EmbeddedBroker start(Path folder, int port, boolean keepEverything) {
        int clientPort = port == 0 ? Ports.freePort() : port;
        int controllerPort = Ports.freePort();
        while (controllerPort == clientPort) {
            controllerPort = Ports.freePort();
        }
        try {
            Path log = Files.createDirectories(folder.resolve("log"));
            if (!Files.exists(log.resolve("meta.properties"))) {
                format(log);
            }
            SingleNode server = new SingleNode(
                    KafkaConfig.fromProps(settings(log, clientPort, controllerPort, keepEverything), false),
                    controllerPort);
            server.start();
            return new EmbeddedBroker(server, clientPort);
        } catch (IOException e) {
            throw new StackException("can't write the broker's folder " + folder + ": " + e, e);
        }
    }

    public String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    @Override
    public void close() {
        server.stop();
        server.awaitEnd();
    }

    void awaitShutdown() {
        server.awaitEnd();
    }

    private static void format(Path log) {
        Formatter formatter = new Formatter()
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                .setNodeId(NODE_ID)
                .setClusterId(ServiceClock.EMBEDDED_CLUSTER + Uuid.randomUuid())
                .addDirectory(log.toString())
                .setMetadataLogDirectory(log.toString())
                .setControllerListenerName(CONTROLLER_LISTENER)
                .setReleaseVersion(MetadataVersion.latestProduction());
        try {
            formatter.run();
        } catch (Exception e) {
            throw new StackException("can't make the broker's folder " + log + " ready: " + e.getMessage(), e);
        }
    }

    private static Properties settings(Path log, int port, int controllerPort, boolean keepEverything) {
        String address = LISTENER + "://127.0.0.1:" + port;
        Properties p = new Properties();
        p.setProperty("process.roles", "broker,controller");
        p.setProperty("node.id", Integer.toString(NODE_ID));
        p.setProperty("controller.quorum.voters", NODE_ID + "@127.0.0.1:" + controllerPort);
        p.setProperty("listeners", address + "," + CONTROLLER_LISTENER + "://127.0.0.1:" + controllerPort);
        p.setProperty("advertised.listeners", address);
        p.setProperty("controller.listener.names", CONTROLLER_LISTENER);
        p.setProperty("inter.broker.listener.name", LISTENER);
        p.setProperty("listener.security.protocol.map", LISTENER + ":PLAINTEXT," + CONTROLLER_LISTENER + ":PLAINTEXT");
        p.setProperty("log.dirs", log.toString());

        p.setProperty("auto.create.topics.enable", "false");
        p.setProperty("default.replication.factor", "1");
        p.setProperty("min.insync.replicas", "1");
        p.setProperty("offsets.topic.replication.factor", "1");
        p.setProperty("offsets.topic.num.partitions", "1");
        p.setProperty("transaction.state.log.replication.factor", "1");
        p.setProperty("transaction.state.log.num.partitions", "1");
        p.setProperty("transaction.state.log.min.isr", "1");
        p.setProperty("share.coordinator.state.topic.replication.factor", "1");
        p.setProperty("share.coordinator.state.topic.num.partitions", "1");
        p.setProperty("share.coordinator.state.topic.min.isr", "1");
        p.setProperty("group.initial.rebalance.delay.ms", "0");

        // A stack may lie still for months and must find its place again.
        p.setProperty("offsets.retention.minutes", Integer.toString(365 * 24 * 60));
        // What a killed service left open blocks readers of committed records until it is timed out: look often.
        p.setProperty("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000");
        // Played times may lie ahead of today's or decades back.
        p.setProperty("log.message.timestamp.after.max.ms", Long.toString(Long.MAX_VALUE));
        p.setProperty("log.message.timestamp.before.max.ms", Long.toString(Long.MAX_VALUE));
        if (keepEverything) {
            p.setProperty("log.retention.ms", "-1");
            // A producer's age is its records': with played ones it would be forgotten, and its retries stored twice.
            p.setProperty("producer.id.expiration.check.interval.ms", Integer.toString(Integer.MAX_VALUE));
        }

        // One machine, few cores, little memory: the cleaner's default alone takes 128 MB of heap.
        p.setProperty("log.cleaner.dedupe.buffer.size", "2097152");
        p.setProperty("num.network.threads", "2");
        p.setProperty("num.io.threads", "4");
        return p;
    }
}
