package io.millrace.monitor.api;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
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
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.jspecify.annotations.Nullable;

/** Builds the views while the service runs, and tells whether it can answer. */
@Singleton
final class ViewsLifecycle {

    private static final List<Topic<?>> SOURCES =
            List.of(Topics.MODEL_VERDICTS, Topics.DRIFT_STATS, Topics.REFERENCES, Topics.ALERTS, Topics.ALERT_ACTIONS);

    private static final int REFRESH_S = 5;

    private final Map<String, Object> broker;
    private final PatientSchemas schemas;
    private final MeterRegistry meters;
    private final MonitorViews views = new MonitorViews();
    private final ScheduledExecutorService refreshing = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("monitor-metrics").daemon().factory());
    private @Nullable Projection projection;

    ViewsLifecycle(
            @Identifier("default-kafka-broker") Map<String, Object> broker,
            PatientSchemas schemas,
            MeterRegistry meters) {
        this.broker = broker;
        this.schemas = schemas;
        this.meters = meters;
    }

    void start(@Observes StartupEvent startup) {
        Projection built = new Projection("monitor-views", broker, SOURCES, schemas, views::clear, views::apply);
        projection = built;
        Gauge.builder("millrace_view_unreadable_records", built::unreadable)
                .description("Records that are left out of the view because they could not be read or folded.")
                .register(meters);
        Runnable refresh = MonitorMetrics.register(views, meters);
        refreshing.scheduleAtFixedRate(refresh, REFRESH_S, REFRESH_S, TimeUnit.SECONDS);
    }

    void stop(@Observes ShutdownEvent shutdown) {
        refreshing.shutdownNow();
        if (projection != null) {
            projection.close();
        }
    }

    @Produces
    @Singleton
    MonitorViews views() {
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
}
