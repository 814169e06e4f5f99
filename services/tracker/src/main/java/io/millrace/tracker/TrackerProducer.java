package io.millrace.tracker;

import io.millrace.service.Cluster;
import io.millrace.service.ServiceConfig;
import io.millrace.streams.PatientSchemas;
import io.millrace.tracker.artifacts.ArtifactStore;
import io.millrace.tracker.artifacts.FolderArtifacts;
import io.millrace.tracker.artifacts.S3Artifacts;
import io.millrace.tracker.projection.ExperimentFold;
import io.millrace.tracker.projection.LogDoor;
import io.millrace.tracker.projection.ModelBook;
import io.millrace.tracker.projection.Progress;
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
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;

/** Makes what the service runs on from its settings. */
@Singleton
final class TrackerProducer {

    /** @throws IllegalStateException when the broker is not there */
    @Produces
    @Singleton
    Database database(TrackerConfig config, Cluster cluster) {
        TrackerConfig.Database database = config.tracker().database();
        return Database.open(
                new Database.Place(
                        database.url(),
                        database.user().orElse(null),
                        database.password().orElse(null),
                        database.connections()),
                cluster.id());
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
    Progress progress() {
        return new Progress();
    }

    @Produces
    @Singleton
    ArtifactStore artifacts(TrackerConfig config, ServiceConfig service) throws IOException {
        TrackerConfig.Artifacts artifacts = config.tracker().artifacts();
        if (artifacts.place().startsWith("s3:")) {
            return new S3Artifacts(
                    artifacts.place(),
                    artifacts.endpoint().orElse(null),
                    artifacts.region(),
                    service.stateDir().resolve("artifacts-on-their-way"));
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
}
