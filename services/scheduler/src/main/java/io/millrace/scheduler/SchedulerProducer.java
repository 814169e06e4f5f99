package io.millrace.scheduler;

import io.millrace.scheduler.topology.SchedulerTopology;
import io.millrace.streams.PatientSchemas;
import io.millrace.streams.RegistryUnavailableException;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.SchemaRegistry;
import io.millrace.streams.ServiceClock;
import io.quarkus.runtime.Quarkus;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.jboss.logging.Logger;

/** Makes what the service runs on from its settings. */
@Singleton
public final class SchedulerProducer {

    private static final Logger LOG = Logger.getLogger(SchedulerProducer.class);
    private static final int EXIT_HALTED = 70;
    private static final int BROKER_PATIENCE_S = 60;

    @Produces
    @Singleton
    PatientSchemas schemas(SchedulerConfig config) {
        SchemaLookup registry =
                new SchemaRegistry(config.registry().url(), config.schema().cache());
        return new PatientSchemas(registry, config.registry().patience());
    }

    /** @throws IllegalStateException when the clock is not for this broker */
    @Produces
    @Singleton
    ServiceClock clock(SchedulerConfig config, @Identifier("default-kafka-broker") Map<String, Object> broker) {
        ServiceClock clock = ServiceClock.parse(config.clock(), InstantSource.system());
        if (!(clock instanceof ServiceClock.Wall)) {
            clock.requireFor(clusterId(broker));
        }
        return clock;
    }

    private static String clusterId(Map<String, Object> broker) {
        try (Admin admin = Admin.create(new HashMap<>(broker))) {
            return admin.describeCluster().clusterId().get(BROKER_PATIENCE_S, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking the broker who it is", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the broker does not say who it is", e);
        }
    }

    @Produces
    @Singleton
    RestoredPools restoredPools() {
        return new RestoredPools();
    }

    // No client proxy: Kafka Streams reads the object itself.
    @Produces
    Topology topology(SchedulerConfig config, ServiceClock clock, PatientSchemas schemas, RestoredPools restored) {
        return SchedulerTopology.build(pools(config.pools()), clock, schemas, restored);
    }

    /**
     * A registry that doesn't answer is waited for, in a new thread. Anything else is a fault no retry in here mends,
     * such as a log record that can't be read: the process ends, and nothing of the log is skipped.
     */
    @Produces
    @Singleton
    StreamsUncaughtExceptionHandler onFailure() {
        return failure -> {
            for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
                if (cause instanceof RegistryUnavailableException) {
                    LOG.warn("goes on when the schema registry answers", cause);
                    return StreamThreadExceptionResponse.REPLACE_THREAD;
                }
            }
            LOG.fatal("a partition is halted; the process ends", failure);
            Quarkus.asyncExit(EXIT_HALTED);
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        };
    }

    /** @throws IllegalArgumentException when the text is not {@code a=0,b=1} */
    public static Map<String, Integer> pools(String text) {
        Map<String, Integer> pools = new LinkedHashMap<>();
        for (String entry : text.split(",", -1)) {
            String[] parts = entry.trim().split("=", -1);
            if (parts.length != 2 || parts[0].isBlank() || !parts[1].matches("\\d{1,4}")) {
                throw new IllegalArgumentException(
                        "millrace.pools must be NAME=PARTITION, separated by commas, not '" + text + "'");
            }
            pools.put(parts[0], Integer.valueOf(parts[1]));
        }
        return pools;
    }
}
