package io.millrace.local;

import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import kafka.server.BrokerServer;
import kafka.server.ControllerServer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.server.Server;
import kafka.server.SharedServer;
import kafka.server.StandardFaultHandlerFactory;
import org.apache.kafka.common.errors.BrokerIdNotRegisteredException;
import org.apache.kafka.common.errors.NotControllerException;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.scram.ScramCredential;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.controller.ControllerRequestContext;
import org.apache.kafka.server.ServerSocketFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A controller and a broker put together as {@link KafkaRaftServer} does it, with one step between their starts: the
 * registration of a broker that was killed is removed.
 *
 * <p>The controller would hold it for live until its session ends, 9 s, and keep the new one waiting (KAFKA-19130 cured
 * that for brokers that ended in good order). Meanwhile the new one takes itself for the leader of all that the dead
 * one led, its transaction coordinator too: that decides about the transactions the kill left open, but can deliver no
 * marker, since nothing listens yet. When the session ends, every partition is without a leader for a moment; the
 * coordinator takes such partitions for deleted ones, drops their markers (KAFKA-5202) and notes the transactions as
 * completed. What they wrote stays undecided for ever: readers of committed records stop there, and their group's
 * offsets can't be fetched any more.
 */
final class SingleNode {

    private static final Logger LOG = LoggerFactory.getLogger(SingleNode.class);

    /** Kafka's own mark in a log folder whose last user closed it. */
    private static final String CLOSED = ".kafka_cleanshutdown";

    private final KafkaConfig config;
    private final ControllerServer controller;
    private final BrokerServer broker;

    /** @param controllerPort on the loopback address, as in {@code config} */
    SingleNode(KafkaConfig config, int controllerPort) {
        this.config = config;
        var folders = KafkaRaftServer.initializeLogDirs(config, LOG, "");
        SharedServer shared = new SharedServer(
                config,
                folders._1(),
                Time.SYSTEM,
                Server.initializeMetrics(
                        config, Time.SYSTEM, folders._1().clusterId().orElseThrow()),
                CompletableFuture.completedFuture(
                        Map.of(config.nodeId(), new InetSocketAddress("127.0.0.1", controllerPort))),
                List.of(),
                new StandardFaultHandlerFactory(),
                ServerSocketFactory.INSTANCE);
        controller = new ControllerServer(shared, KafkaRaftServer.configSchema(), folders._2());
        broker = new BrokerServer(shared);
    }

    /** Returns when it serves. */
    void start() {
        controller.startup();
        if (!endedInGoodOrder()) {
            removeRegistration();
        }
        broker.startup();
    }

    /** The salt of the password that the broker has of a user now; null for one it does not know. */
    byte @Nullable [] saltOf(String user) {
        ScramCredential known = broker.credentialProvider()
                .credentialCache
                .cache(Credentials.MECHANISM, ScramCredential.class)
                .get(user);
        return known == null ? null : known.salt();
    }

    void stop() {
        broker.shutdown();
        controller.shutdown();
    }

    void awaitEnd() {
        broker.awaitShutdown();
        controller.awaitShutdown();
    }

    private boolean endedInGoodOrder() {
        return config.logDirs().stream().allMatch(folder -> Files.exists(Path.of(folder, CLOSED)));
    }

    private void removeRegistration() {
        ControllerRequestContext request =
                new ControllerRequestContext(new RequestHeaderData(), KafkaPrincipal.ANONYMOUS, OptionalLong.empty());
        try {
            while (true) {
                try {
                    controller
                            .controller()
                            .unregisterBroker(request, config.nodeId())
                            .get();
                    LOG.info("The broker did not end in good order: its registration is removed");
                    return;
                } catch (ExecutionException e) {
                    if (e.getCause() instanceof BrokerIdNotRegisteredException) {
                        return; // It is new.
                    }
                    if (!(e.getCause() instanceof NotControllerException)) {
                        throw new StackException("can't remove the registration of the broker: " + e.getCause(), e);
                    }
                    Thread.sleep(10); // Not elected yet.
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException("interrupted while the broker started", e);
        }
    }
}
