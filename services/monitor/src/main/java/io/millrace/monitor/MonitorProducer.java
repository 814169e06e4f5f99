package io.millrace.monitor;

import io.millrace.monitor.domain.drift.DriftPolicy;
import io.millrace.monitor.domain.window.WindowPolicy;
import io.millrace.monitor.topology.MonitorTopology;
import io.millrace.streams.PatientSchemas;
import io.millrace.streams.ServiceClock;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.apache.kafka.streams.Topology;

/** Makes what the service runs on from its settings. */
@Singleton
final class MonitorProducer {

    // No client proxy: Kafka Streams reads the object itself.
    @Produces
    Topology topology(MonitorConfig config, ServiceClock clock, PatientSchemas schemas) {
        MonitorConfig.Monitor monitor = config.monitor();
        return MonitorTopology.build(
                new WindowPolicy(
                        monitor.serviceWindow().toMillis(),
                        monitor.driftWindow().toMillis(),
                        monitor.grace().toMillis(),
                        monitor.leap().toMillis(),
                        monitor.silence().toMillis()),
                new DriftPolicy(
                        monitor.driftLevel(), monitor.driftShare(), monitor.driftFewest(), monitor.driftEffect()),
                clock,
                schemas);
    }
}
