package io.millrace.tracker.api;

import io.millrace.events.experiment.ExperimentEvent;
import io.millrace.streams.Topics;
import io.millrace.tracker.api.MlflowException.Code;
import io.millrace.tracker.codec.ExperimentEventCodec;
import io.millrace.tracker.domain.ExperimentFact;
import io.millrace.tracker.domain.ExperimentIds;
import io.millrace.tracker.domain.Limits;
import io.millrace.tracker.domain.RunFact;
import io.millrace.tracker.projection.ExperimentFold;
import io.millrace.tracker.projection.LogDoor;
import io.millrace.tracker.store.Database;
import io.millrace.tracker.store.ExperimentRows;
import io.millrace.tracker.store.ExperimentViews;
import io.millrace.tracker.store.StoredExperiment;
import io.millrace.tracker.store.Transaction;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Between callers and experiments: one at a time, since no two may have the same name. */
@Singleton
public final class ExperimentDesk {

    private final Database database;
    private final ExperimentRows rows;
    private final ExperimentFold fold;
    private final LogDoor door;
    private final RunDesk runs;
    private final InstantSource time;

    ExperimentDesk(
            Database database,
            ExperimentRows rows,
            ExperimentFold fold,
            LogDoor door,
            RunDesk runs,
            InstantSource time) {
        this.database = database;
        this.rows = rows;
        this.fold = fold;
        this.door = door;
        this.runs = runs;
        this.time = time;
    }

    /** @return its id */
    String create(String actor, String name, String artifactLocation, Map<String, String> tags) {
        requireName(name);
        if (artifactLocation.startsWith("runs:")) {
            throw MlflowException.invalid(
                    "Artifact location cannot be a runs:/ URI. Given: '" + artifactLocation + "'");
        }
        String id = freeId(name);
        rows.make(id, name);
        return database.transaction(transaction -> {
            ExperimentRows.lock(transaction);
            if (ExperimentViews.named(transaction, name) != null || ExperimentViews.find(transaction, id) != null) {
                throw new MlflowException(
                        Code.RESOURCE_ALREADY_EXISTS, "Experiment(name=" + name + ") already exists.");
            }
            write(
                    transaction,
                    actor,
                    id,
                    new ExperimentFact.Created(
                            name, artifactLocation.isEmpty() ? ExperimentRows.ARTIFACTS + id : artifactLocation, tags));
            return id;
        });
    }

    /** The first of the ids that the name gives which nothing has. */
    private String freeId(String name) {
        return database.reading(transaction -> {
            for (int others = 0; ; others++) {
                String id = ExperimentIds.ofName(name, others);
                StoredExperiment present = ExperimentViews.find(transaction, id);
                if (present == null || present.name().equals(name)) {
                    return id;
                }
            }
        });
    }

    void rename(String actor, String id, String name) {
        requireName(name);
        change(actor, id, (transaction, experiment) -> {
            if (experiment.deleted()) {
                throw new MlflowException(Code.INVALID_STATE, "Cannot rename a non-active experiment.");
            }
            StoredExperiment named = ExperimentViews.named(transaction, name);
            if (named != null && !named.id().equals(id)) {
                throw new MlflowException(
                        Code.RESOURCE_ALREADY_EXISTS, "Experiment(name=" + name + ") already exists.");
            }
            return new ExperimentFact.Renamed(name);
        });
    }

    void setTag(String actor, String id, String key, String value) {
        change(actor, id, (transaction, experiment) -> {
            requireActive(experiment);
            return new ExperimentFact.TagsChanged(Map.of(key, value), List.of());
        });
    }

    /** With its runs. */
    void delete(String actor, String id) {
        change(actor, id, (transaction, experiment) -> {
            if (experiment.deleted()) {
                throw notFound(id);
            }
            return new ExperimentFact.Deleted();
        });
        for (String runId : database.reading(transaction -> ExperimentViews.runs(transaction, id, false))) {
            runs.change(
                    actor,
                    runId,
                    List.of(),
                    (transaction, run) ->
                            run.image().head().deleted() ? List.of() : List.of(runs.told(new RunFact.Deleted())));
        }
    }

    /** With its runs. */
    void restore(String actor, String id) {
        change(actor, id, (transaction, experiment) -> {
            if (!experiment.deleted()) {
                throw notFound(id);
            }
            return new ExperimentFact.Restored();
        });
        for (String runId : database.reading(transaction -> ExperimentViews.runs(transaction, id, true))) {
            runs.change(
                    actor,
                    runId,
                    List.of(),
                    (transaction, run) ->
                            run.image().head().deleted() ? List.of(runs.told(new RunFact.Restored())) : List.of());
        }
    }

    @FunctionalInterface
    private interface Check {
        ExperimentFact of(Transaction transaction, StoredExperiment experiment) throws SQLException;
    }

    private void change(String actor, String id, Check check) {
        database.transaction(transaction -> {
            ExperimentRows.lock(transaction);
            StoredExperiment experiment = ExperimentViews.find(transaction, id);
            if (experiment == null) {
                throw notFound(id);
            }
            write(transaction, actor, id, check.of(transaction, experiment));
            return id;
        });
    }

    private void write(Transaction transaction, String actor, String id, ExperimentFact fact) throws SQLException {
        ExperimentEvent event = ExperimentEventCodec.event(UUID.randomUUID().toString(), time.millis(), actor, fact);
        fold.apply(transaction, door.append(transaction, Topics.EXPERIMENT_EVENTS, id, List.of(event)));
    }

    StoredExperiment find(String id) {
        StoredExperiment found = database.finding(transaction -> ExperimentViews.find(transaction, id));
        if (found == null) {
            throw notFound(id);
        }
        return found;
    }

    StoredExperiment active(String id) {
        StoredExperiment found = find(id);
        requireActive(found);
        return found;
    }

    private static void requireActive(StoredExperiment experiment) {
        if (experiment.deleted()) {
            throw MlflowException.invalid(
                    "The experiment " + experiment.id() + " must be in the 'active' state. Current state is deleted.");
        }
    }

    StoredExperiment named(String name) {
        StoredExperiment found = database.finding(transaction -> ExperimentViews.named(transaction, name));
        if (found == null) {
            throw new MlflowException(
                    Code.RESOURCE_DOES_NOT_EXIST, "Could not find experiment with name '" + name + "'");
        }
        return found;
    }

    List<StoredExperiment> all() {
        return database.reading(ExperimentViews::all);
    }

    private static MlflowException notFound(String id) {
        return new MlflowException(Code.RESOURCE_DOES_NOT_EXIST, "No Experiment with id=" + id + " exists");
    }

    private static void requireName(String name) {
        Entries.requireLength("name", Limits.EXPERIMENT_NAME, name);
        Entries.requireKept("name", name);
    }
}
