package io.millrace.service;

import io.millrace.streams.PatientSchemas;
import io.millrace.streams.SchemaRegistry;
import io.millrace.streams.ServiceClock;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Makes what every service runs on from its settings. */
@Singleton
final class ServiceProducer {

    @Produces
    @Singleton
    PatientSchemas schemas(ServiceConfig config) {
        SchemaRegistry registry = new SchemaRegistry(
                config.registry().url(),
                config.schema().cache(),
                config.registry().authority().orElse(null));
        return new PatientSchemas(registry, config.registry().patience());
    }

    /** @throws IllegalStateException when the clock is not for this broker */
    @Produces
    @Singleton
    ServiceClock clock(ServiceConfig config, Cluster cluster) {
        ServiceClock clock = ServiceClock.parse(config.clock(), InstantSource.system());
        if (!(clock instanceof ServiceClock.Wall)) {
            clock.requireFor(cluster.id());
        }
        return clock;
    }

    /** Time as the stack has it; what people do while a trace is played happens in real time. */
    @Produces
    @Singleton
    InstantSource time(ServiceClock clock) {
        return clock.ticks() ? () -> Instant.ofEpochMilli(clock.nowMs()) : InstantSource.system();
    }

    @Produces
    @Readiness
    @Singleton
    HealthCheck registryAnswers(PatientSchemas schemas) {
        return () -> {
            String waitingFor = schemas.waitingFor();
            HealthCheckResponseBuilder answer = HealthCheckResponse.named("Schema registry");
            return (waitingFor == null ? answer.up() : answer.down().withData("waiting for", waitingFor)).build();
        };
    }
}
