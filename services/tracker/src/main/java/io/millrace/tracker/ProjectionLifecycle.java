package io.millrace.tracker;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.streams.PatientSchemas;
import io.millrace.tracker.projection.ExperimentFold;
import io.millrace.tracker.projection.LogDoor;
import io.millrace.tracker.projection.LogFollower;
import io.millrace.tracker.projection.ModelRows;
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
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;
import org.jspecify.annotations.Nullable;

/** Has the log followed while the service runs, and tells whether it can answer. */
@Singleton
final class ProjectionLifecycle {

    private final Map<String, Object> broker;
    private final PatientSchemas schemas;
    private final Database database;
    private final LogDoor door;
    private final ExperimentFold experiments;
    private final RunFold runs;
    private final MeterRegistry meters;
    private @Nullable LogFollower follower;

    ProjectionLifecycle(
            @Identifier("default-kafka-broker") Map<String, Object> broker,
            PatientSchemas schemas,
            Database database,
            LogDoor door,
            ExperimentFold experiments,
            RunFold runs,
            MeterRegistry meters) {
        this.broker = broker;
        this.schemas = schemas;
        this.database = database;
        this.door = door;
        this.experiments = experiments;
        this.runs = runs;
        this.meters = meters;
    }

    /** All that is made of the log. */
    private List<RowFold<?>> folds() {
        return List.of(new RefusalRows(), new ModelRows(), experiments, runs);
    }

    void start(@Observes StartupEvent startup) {
        LogFollower started = new LogFollower(broker, schemas, database, door, folds());
        follower = started;
        Gauge.builder("millrace_tracker_records_left", () -> started.progress().left())
                .description("Records of the log that are still to be applied before the tables are up to date.")
                .register(meters);
    }

    void stop(@Observes ShutdownEvent shutdown) {
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

    @Produces
    @Readiness
    @Singleton
    HealthCheck registryAnswers() {
        return () -> {
            String waitingFor = schemas.waitingFor();
            HealthCheckResponseBuilder response =
                    HealthCheckResponse.named("Schema registry answers").status(waitingFor == null);
            return waitingFor == null
                    ? response.build()
                    : response.withData("waiting for", waitingFor).build();
        };
    }
}
