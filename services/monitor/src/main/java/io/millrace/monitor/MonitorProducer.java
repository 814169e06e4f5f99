package io.millrace.monitor;

import io.millrace.monitor.domain.drift.DriftPolicy;
import io.millrace.monitor.domain.window.WindowPolicy;
import io.millrace.monitor.topology.MonitorTopology;
import io.millrace.streams.PatientSchemas;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.SchemaRegistry;
import io.millrace.streams.ServiceClock;
import io.millrace.streams.runtime.HaltOnFault;
import io.quarkus.runtime.Quarkus;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;

/** Makes what the service runs on from its settings. */
@Singleton
final class MonitorProducer {

    private static final int EXIT_HALTED = 70;
    private static final int BROKER_PATIENCE_S = 60;

    @Produces
    @Singleton
    PatientSchemas schemas(MonitorConfig config) {
        SchemaLookup registry = new SchemaRegistry(
                config.registry().url(),
                config.schema().cache(),
                config.registry().authority().orElse(null));
        return new PatientSchemas(registry, config.registry().patience());
    }

    /** @throws IllegalStateException when the clock is not for this broker */
    @Produces
    @Singleton
    ServiceClock clock(MonitorConfig config, @Identifier("default-kafka-broker") Map<String, Object> broker) {
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

    // No client proxy: Kafka Streams reads the object itself.
    @Produces
    Topology topology(MonitorConfig config, ServiceClock clock, PatientSchemas schemas) {
        MonitorConfig.Monitor monitor = config.monitor();
        return MonitorTopology.build(
                new WindowPolicy(
                        monitor.serviceWindow().toMillis(),
                        monitor.driftWindow().toMillis(),
                        monitor.grace().toMillis(),
                        monitor.leap().toMillis()),
                new DriftPolicy(
                        monitor.driftLevel(), monitor.driftShare(), monitor.driftFewest(), monitor.driftEffect()),
                clock,
                schemas);
    }

    @Produces
    @Singleton
    StreamsUncaughtExceptionHandler onFailure() {
        return new HaltOnFault(() -> Quarkus.asyncExit(EXIT_HALTED));
    }
}
