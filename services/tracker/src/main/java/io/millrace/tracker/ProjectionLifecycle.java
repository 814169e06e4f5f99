package io.millrace.tracker;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.streams.PatientSchemas;
import io.millrace.tracker.api.LostRuns;
import io.millrace.tracker.projection.ExperimentFold;
import io.millrace.tracker.projection.LogDoor;
import io.millrace.tracker.projection.LogFollower;
import io.millrace.tracker.projection.ModelRows;
import io.millrace.tracker.projection.Progress;
import io.millrace.tracker.projection.RefusalRows;
import io.millrace.tracker.projection.RowFold;
import io.millrace.tracker.projection.RunFold;
import io.millrace.tracker.store.Database;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Has the log followed while the service runs, and tells whether it can answer. */
@Singleton
final class ProjectionLifecycle {

    private static final Logger LOG = Logger.getLogger(ProjectionLifecycle.class);
    private static final int SILENCE_CHECK_S = 1;

    private final Map<String, Object> broker;
    private final PatientSchemas schemas;
    private final Database database;
    private final LogDoor door;
    private final ExperimentFold experiments;
    private final RunFold runs;
    private final MeterRegistry meters;
    private final LostRuns lostRuns;
    private final InstantSource time;
    private final Progress progress;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("lost-runs").daemon().factory());
    private @Nullable LogFollower follower;

    ProjectionLifecycle(
            @Identifier("default-kafka-broker") Map<String, Object> broker,
            PatientSchemas schemas,
            Database database,
            LogDoor door,
            ExperimentFold experiments,
            RunFold runs,
            LostRuns lostRuns,
            InstantSource time,
            Progress progress,
            MeterRegistry meters) {
        this.broker = broker;
        this.schemas = schemas;
        this.database = database;
        this.door = door;
        this.experiments = experiments;
        this.runs = runs;
        this.lostRuns = lostRuns;
        this.time = time;
        this.progress = progress;
        this.meters = meters;
    }

    /** All that is made of the log. */
    private List<RowFold<?>> folds() {
        return List.of(new RefusalRows(), new ModelRows(), experiments, runs);
    }

    void start(@Observes StartupEvent startup) {
        LogFollower started = new LogFollower(broker, schemas, database, door, folds(), progress);
        follower = started;
        clock.scheduleWithFixedDelay(() -> endLost(started), SILENCE_CHECK_S, SILENCE_CHECK_S, TimeUnit.SECONDS);
        Gauge.builder("millrace_tracker_records_left", () -> started.progress().left())
                .description("Records of the log that are still to be applied before the tables are up to date.")
                .register(meters);
    }

    private void endLost(LogFollower started) {
        long listening = started.progress().caughtUpForMs();
        if (listening > 0) {
            try {
                lostRuns.end(time.millis() - listening);
            } catch (RuntimeException e) {
                LOG.warn("silent runs are looked for again in a moment", e);
            }
        }
    }

    void stop(@Observes ShutdownEvent shutdown) {
        clock.shutdownNow();
        if (follower != null) {
            follower.close();
        }
    }

    @Produces
    @Readiness
    @Singleton
    HealthCheck tablesReady() {
        return () -> {
            HealthCheckResponseBuilder response = HealthCheckResponse.named("Tables are up to date");
            if (follower == null) {
                return response.down().build();
            }
            return response.status(follower.progress().caughtUp())
                    .withData("percent", follower.progress().percent())
                    .withData("records_left", follower.progress().left())
                    .build();
        };
    }
}
