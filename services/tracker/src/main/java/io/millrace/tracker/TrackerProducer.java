package io.millrace.tracker;

import io.millrace.streams.PatientSchemas;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.SchemaRegistry;
import io.millrace.streams.ServiceClock;
import io.millrace.tracker.artifacts.ArtifactStore;
import io.millrace.tracker.artifacts.FolderArtifacts;
import io.millrace.tracker.artifacts.S3Artifacts;
import io.millrace.tracker.projection.ExperimentFold;
import io.millrace.tracker.projection.LogDoor;
import io.millrace.tracker.projection.ModelBook;
import io.millrace.tracker.projection.RunFold;
import io.millrace.tracker.store.Database;
import io.millrace.tracker.store.ExperimentRows;
import io.millrace.tracker.store.MetricKeys;
import io.millrace.tracker.store.RunRows;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;

/** Makes what the service runs on from its settings. */
@Singleton
final class TrackerProducer {

    private static final int BROKER_PATIENCE_S = 60;

    @Produces
    @Singleton
    PatientSchemas schemas(TrackerConfig config) {
        SchemaLookup registry = new SchemaRegistry(
                config.registry().url(),
                config.schema().cache(),
                config.registry().authority().orElse(null));
        return new PatientSchemas(registry, config.registry().patience());
    }

    /** Time as the stack has it; what REST callers do while a trace is played happens in real time. */
    @Produces
    @Singleton
    InstantSource time(TrackerConfig config) {
        ServiceClock clock = ServiceClock.parse(config.clock(), InstantSource.system());
        return clock.ticks() ? () -> Instant.ofEpochMilli(clock.nowMs()) : InstantSource.system();
    }

    /** @throws IllegalStateException when the broker is not there, or the clock is not for it */
    @Produces
    @Singleton
    Database database(TrackerConfig config, @Identifier("default-kafka-broker") Map<String, Object> broker) {
        String cluster = clusterId(broker);
        ServiceClock.parse(config.clock(), InstantSource.system()).requireFor(cluster);
        TrackerConfig.Database database = config.tracker().database();
        return Database.open(
                new Database.Place(
                        database.url(),
                        database.user().orElse(null),
                        database.password().orElse(null),
                        database.connections()),
                cluster);
    }

    void close(@Disposes Database database) {
        database.close();
    }

    @Produces
    @Singleton
    LogDoor door(PatientSchemas schemas, @Identifier("default-kafka-broker") Map<String, Object> broker) {
        return new LogDoor(broker, schemas);
    }

    void close(@Disposes LogDoor door) {
        door.close();
    }

    @Produces
    @Singleton
    ArtifactStore artifacts(TrackerConfig config) throws IOException {
        TrackerConfig.Artifacts artifacts = config.tracker().artifacts();
        if (artifacts.place().startsWith("s3://")) {
            return new S3Artifacts(
                    URI.create(artifacts.place()),
                    artifacts.endpoint().orElse(null),
                    artifacts.region(),
                    config.stateDir().resolve("artifacts-on-their-way"));
        }
        return new FolderArtifacts(Path.of(artifacts.place()));
    }

    void close(@Disposes ArtifactStore artifacts) {
        artifacts.close();
    }

    @Produces
    @Singleton
    RunRows runs(Database database) {
        return new RunRows(database, new MetricKeys(database));
    }

    @Produces
    @Singleton
    ModelBook models(Database database, LogDoor door, InstantSource time) {
        return new ModelBook(database, door, time);
    }

    @Produces
    @Singleton
    ExperimentRows experiments(Database database) {
        ExperimentRows experiments = new ExperimentRows(database);
        experiments.makeDefault();
        return experiments;
    }

    @Produces
    @Singleton
    RunFold runFold(RunRows runs, ExperimentRows experiments, PatientSchemas schemas) {
        return new RunFold(runs, experiments, schemas);
    }

    @Produces
    @Singleton
    ExperimentFold experimentFold(ExperimentRows experiments) {
        return new ExperimentFold(experiments);
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
}
