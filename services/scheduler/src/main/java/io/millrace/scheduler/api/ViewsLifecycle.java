package io.millrace.scheduler.api;

import io.millrace.streams.EventSerde;
import io.millrace.streams.PatientSchemas;
import io.millrace.streams.Topic;
import io.millrace.streams.Topics;
import io.millrace.streams.runtime.Projection;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;
import org.jspecify.annotations.Nullable;

/** Builds the views while the service runs, and tells whether it can answer. */
@Singleton
final class ViewsLifecycle {

    private static final List<Topic<?>> SOURCES = List.of(
            Topics.JOB_EVENTS,
            Topics.ATTEMPT_EVENTS,
            Topics.NODE_EVENTS,
            Topics.POLICY_EVENTS,
            Topics.JOB_DECISIONS,
            Topics.SCHEDULING_CYCLES,
            Topics.PENDING_REASONS,
            Topics.FAIR_SHARE_USAGE);

    private final Map<String, Object> broker;
    private final PatientSchemas schemas;
    private final SchedulerViews views = new SchedulerViews();
    private @Nullable Projection projection;

    ViewsLifecycle(@Identifier("default-kafka-broker") Map<String, Object> broker, PatientSchemas schemas) {
        this.broker = broker;
        this.schemas = schemas;
    }

    void start(@Observes StartupEvent startup) {
        Map<String, Object> config = new HashMap<>(broker);
        config.remove(ConsumerConfig.GROUP_ID_CONFIG);
        Map<String, EventSerde<? extends SpecificRecord>> serdes = new LinkedHashMap<>();
        SOURCES.forEach(topic -> serdes.put(topic.name(), EventSerde.of(topic, schemas)));
        projection = new Projection(
                "scheduler-views",
                config,
                serdes,
                views::clear,
                (topic, key, event, timestamp) -> views.apply(key, event));
    }

    void stop(@Observes ShutdownEvent shutdown) {
        if (projection != null) {
            projection.close();
        }
    }

    @Produces
    @Singleton
    SchedulerViews views() {
        return views;
    }

    @Produces
    @Readiness
    @Singleton
    HealthCheck viewsReady() {
        return () -> HealthCheckResponse.named("Views are built")
                .status(projection != null && projection.caughtUp())
                .build();
    }

    @Produces
    @Readiness
    @Singleton
    HealthCheck registryAnswers() {
        return () -> {
            String waitingFor = schemas.waitingFor();
            HealthCheckResponseBuilder answer = HealthCheckResponse.named("Schema registry");
            return (waitingFor == null ? answer.up() : answer.down().withData("waiting for", waitingFor)).build();
        };
    }
}
