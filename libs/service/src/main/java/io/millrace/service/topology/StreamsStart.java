package io.millrace.service.topology;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KafkaStreams.State;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Not ready before the topology runs with its stores restored. Later rebalances don't count: views go on answering. */
@Singleton
final class StreamsStart implements KafkaStreams.StateListener {

    private volatile boolean ran;

    @Override
    public void onChange(State now, State before) {
        ran |= now == State.RUNNING;
    }

    @Produces
    @Readiness
    @Singleton
    HealthCheck topologyRuns() {
        return () -> HealthCheckResponse.named("Topology runs").status(ran).build();
    }
}
