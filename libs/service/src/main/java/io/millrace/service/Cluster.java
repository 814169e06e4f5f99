package io.millrace.service;

import io.smallrye.common.annotation.Identifier;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;

/** The Kafka cluster that the service talks to. */
@Singleton
public class Cluster {

    private static final int PATIENCE_S = 60;

    private final Map<String, Object> broker;

    Cluster(@Identifier("default-kafka-broker") Map<String, Object> broker) {
        this.broker = broker;
    }

    /**
     * Asks the broker.
     *
     * @throws IllegalStateException when it doesn't answer
     */
    public String id() {
        try (Admin admin = Admin.create(new HashMap<>(broker))) {
            return admin.describeCluster().clusterId().get(PATIENCE_S, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking the broker who it is", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the broker does not say who it is", e);
        }
    }
}
