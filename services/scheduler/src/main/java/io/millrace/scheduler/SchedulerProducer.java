package io.millrace.scheduler;

import io.millrace.scheduler.topology.SchedulerTopology;
import io.millrace.streams.PatientSchemas;
import io.millrace.streams.ServiceClock;
import io.millrace.streams.Topics;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.apache.kafka.streams.Topology;

/** Makes what the service runs on from its settings. */
@Singleton
final class SchedulerProducer {

    @Produces
    @Singleton
    RestoredPools restoredPools() {
        return new RestoredPools();
    }

    // No client proxy: Kafka Streams reads the object itself.
    @Produces
    Topology topology(SchedulerConfig config, ServiceClock clock, PatientSchemas schemas, RestoredPools restored) {
        return SchedulerTopology.build(Topics.poolPartitions(config.pools()), clock, schemas, restored);
    }
}
