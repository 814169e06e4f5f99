package io.millrace.scheduler.api;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.scheduler.SchedulerConfig;
import io.millrace.scheduler.topology.SchedulerTopology;
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
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
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
    private final MeterRegistry meters;
    private final SchedulerViews views;
    private final PoolReplicas pools = new PoolReplicas();
    private final String poolChangelog;
    private @Nullable Projection projection;
    private @Nullable Projection replication;

    ViewsLifecycle(
            @Identifier("default-kafka-broker") Map<String, Object> broker,
            PatientSchemas schemas,
            SchedulerConfig config,
            @ConfigProperty(name = "quarkus.kafka-streams.application-id") String applicationId,
            MeterRegistry meters) {
        this.broker = broker;
        this.schemas = schemas;
        this.meters = meters;
        this.poolChangelog = SchedulerTopology.poolChangelog(applicationId);
        this.views = new SchedulerViews(Topics.poolPartitions(config.pools()).keySet());
    }

    void start(@Observes StartupEvent startup) {
        Projection built = new Projection("scheduler-views", broker, SOURCES, schemas, views::clear, views::apply);
        projection = built;
        Projection replicated = new Projection(
                "pool-replicas",
                broker,
                Set.of(poolChangelog),
                pools::clear,
                record -> pools.apply(record.key(), record.value()));
        replication = replicated;
        Gauge.builder("millrace_view_unreadable_records", () -> built.unreadable() + replicated.unreadable())
                .description("Records that are left out of the view because they could not be read or folded.")
                .register(meters);
    }

    void stop(@Observes ShutdownEvent shutdown) {
        if (projection != null) {
            projection.close();
        }
        if (replication != null) {
            replication.close();
        }
    }

    @Produces
    @Singleton
    SchedulerViews views() {
        return views;
    }

    @Produces
    @Singleton
    PoolReplicas pools() {
        return pools;
    }

    @Produces
    @Readiness
    @Singleton
    HealthCheck viewsReady() {
        return () -> HealthCheckResponse.named("Views are built")
                .status(projection != null && projection.caughtUp() && replication != null && replication.caughtUp())
                .build();
    }
}
