package io.millrace.local;

import io.millrace.streams.ServiceClock;
import io.millrace.streams.Topic.Principal;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import kafka.server.KafkaConfig;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/** A real KRaft broker, its own controller, inside this JVM. Its data survives any end of the process. */
public final class EmbeddedBroker implements AutoCloseable {

    private static final int NODE_ID = 1;

    private final SingleNode server;
    private final int port;
    private final boolean keepEverything;
    private final BrokerAccess access;

    private EmbeddedBroker(SingleNode server, int port, boolean keepEverything, BrokerAccess access) {
        this.server = server;
        this.port = port;
        this.keepEverything = keepEverything;
        this.access = access;
    }

    /**
     * Starts a broker on the loopback address and returns when it serves.
     *
     * @param folder its data; an empty or absent one is made ready first
     * @param port 0 for any free one
     * @param keepEverything no record is deleted by age, whatever times records carry
     */
    public static EmbeddedBroker start(Path folder, int port, boolean keepEverything, BrokerAccess access) {
        int clientPort = port == 0 ? Ports.freePort() : port;
        int controllerPort = Ports.freePortBut(clientPort);
        int innerPort = Ports.freePortBut(clientPort, controllerPort);
        try {
            // Who could read the broker's files would need no permission of the broker's.
            PrivateFiles.folder(folder);
            Path log = Files.createDirectories(folder.resolve("log"));
            if (!Files.exists(log.resolve("meta.properties"))) {
                format(log, access);
                access.formatted(folder);
            }
            Properties settings = settings(log, keepEverything);
            settings.putAll(access.settings(clientPort, controllerPort, innerPort));
            settings.setProperty("controller.quorum.voters", NODE_ID + "@127.0.0.1:" + controllerPort);
            SingleNode server = new SingleNode(KafkaConfig.fromProps(settings, false), controllerPort);
            server.start();
            access.started(folder, innerPort, server);
            return new EmbeddedBroker(server, clientPort, keepEverything, access);
        } catch (IOException e) {
            throw new StackException("can't write the broker's folder " + folder + ": " + e, e);
        }
    }

    public String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    /** A new map with what every Kafka client of that principal needs. */
    public Map<String, Object> client(Principal principal) {
        return client(principal.userName());
    }

    /** A new map with what a client needs that may do everything. */
    public Map<String, Object> operator() {
        return client(Credentials.OPERATOR);
    }

    private Map<String, Object> client(String user) {
        Map<String, Object> client = new HashMap<>(access.client(user));
        client.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers());
        return client;
    }

    /** Makes all topics and permissions. */
    public void setUp() {
        try (Admin admin = Admin.create(operator())) {
            TopicSetup.create(admin, keepEverything);
            access.permit(admin);
        }
    }

    @Override
    public void close() {
        server.stop();
        server.awaitEnd();
    }

    void awaitShutdown() {
        server.awaitEnd();
    }

    private static void format(Path log, BrokerAccess access) {
        Formatter formatter = new Formatter()
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                .setNodeId(NODE_ID)
                .setClusterId(ServiceClock.EMBEDDED_CLUSTER + Uuid.randomUuid())
                .addDirectory(log.toString())
                .setMetadataLogDirectory(log.toString())
                .setControllerListenerName(BrokerAccess.CONTROLLER)
                .setScramArguments(access.firstUsers())
                .setReleaseVersion(MetadataVersion.latestProduction());
        try {
            formatter.run();
        } catch (Exception e) {
            throw new StackException("can't make the broker's folder " + log + " ready: " + e.getMessage(), e);
        }
    }

    private static Properties settings(Path log, boolean keepEverything) {
        Properties p = new Properties();
        p.setProperty("process.roles", "broker,controller");
        p.setProperty("node.id", Integer.toString(NODE_ID));
        p.setProperty("controller.listener.names", BrokerAccess.CONTROLLER);
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
