package io.millrace.tracker.api;

import io.millrace.events.run.RunEvent;
import io.millrace.streams.Topics;
import io.millrace.tracker.api.MlflowException.Code;
import io.millrace.tracker.codec.RunEventCodec;
import io.millrace.tracker.domain.RunFact;
import io.millrace.tracker.domain.RunImage;
import io.millrace.tracker.projection.LogDoor;
import io.millrace.tracker.projection.LogRecord;
import io.millrace.tracker.projection.RunFold;
import io.millrace.tracker.store.Database;
import io.millrace.tracker.store.ExperimentRows;
import io.millrace.tracker.store.ExperimentViews;
import io.millrace.tracker.store.RunRows;
import io.millrace.tracker.store.RunViews;
import io.millrace.tracker.store.StoredRun;
import io.millrace.tracker.store.Transaction;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/**
 * Between callers and runs: what they say is checked against what the run is, under the run's lock, written to the log,
 * applied, and seen by whoever asks next.
 */
@Singleton
public final class RunDesk {

    /** Something that is said of a run, and when it happened, ms since the epoch. */
    public record Told(long at, RunFact fact) {}

    /** Checks what is asked against what the run is; gives what is to be said, nothing if it holds already. */
    @FunctionalInterface
    interface Check {
        List<Told> of(Transaction transaction, RunRows.Locked run) throws SQLException;
    }

    private final Database database;
    private final RunRows runs;
    private final RunViews views;
    private final ExperimentRows experiments;
    private final RunFold fold;
    private final LogDoor door;
    private final InstantSource time;

    RunDesk(
            Database database,
            RunRows runs,
            ExperimentRows experiments,
            RunFold fold,
            LogDoor door,
            InstantSource time) {
        this.database = database;
        this.runs = runs;
        this.views = new RunViews(runs.keys());
        this.experiments = experiments;
        this.fold = fold;
        this.door = door;
        this.time = time;
    }

    /** ms since the epoch. */
    long now() {
        return time.millis();
    }

    RunViews views() {
        return views;
    }

    Database database() {
        return database;
    }

    Told told(RunFact fact) {
        return new Told(now(), fact);
    }

    /** Begins a run that nobody knows yet. */
    StoredRun start(String actor, String runId, Told started) {
        RunFact.Started begun = (RunFact.Started) started.fact();
        runs.make(List.of(runId));
        experiments.imply(Objects.requireNonNull(begun.experimentId()), begun.experiment(), Math.max(1, started.at()));
        return database.transaction(transaction -> {
            RunRows.Locked run = Objects.requireNonNull(runs.lock(transaction, runId), "it was made");
            write(transaction, run, actor, List.of(started));
            transaction.flush();
            return Objects.requireNonNull(views.find(transaction, runId));
        });
    }

    /**
     * Says something of a run.
     *
     * @param metrics names of those that are measured
     */
    void change(String actor, String runId, Collection<String> metrics, Check check) {
        runs.keys().numbersOf(metrics);
        database.transaction(transaction -> {
            RunRows.Locked run = runs.lock(transaction, runId);
            if (run == null || run.image().head().startedOffset() == null) {
                throw notFound(runId);
            }
            List<Told> told = check.of(transaction, run);
            if (!told.isEmpty()) {
                write(transaction, run, actor, told);
            }
            return told.size();
        });
    }

    private void write(Transaction transaction, RunRows.Locked run, String actor, List<Told> told) throws SQLException {
        List<RunEvent> events = told.stream()
                .map(one -> RunEventCodec.event(UUID.randomUUID().toString(), one.at(), actor, one.fact()))
                .toList();
        List<LogRecord<RunEvent>> stored =
                door.append(transaction, Topics.RUN_EVENTS, run.image().runId(), events);
        fold.apply(transaction, run, stored);
    }

    StoredRun find(String runId) {
        StoredRun found = database.finding(transaction -> views.find(transaction, runId));
        if (found == null) {
            throw notFound(runId);
        }
        return found;
    }

    StoredRun.Summary info(String runId) {
        StoredRun.Summary found = database.finding(transaction -> views.info(transaction, runId));
        if (found == null) {
            throw notFound(runId);
        }
        return found;
    }

    boolean isExperiment(String id) {
        return database.finding(transaction -> ExperimentViews.find(transaction, id)) != null;
    }

    /** The files that the log says a run has. */
    List<RunImage.File> files(String runId) {
        return database.reading(transaction -> views.files(transaction, runId));
    }

    static MlflowException notFound(String runId) {
        return new MlflowException(Code.RESOURCE_DOES_NOT_EXIST, "Run with id=" + runId + " not found");
    }

    static void requireActive(RunImage run) {
        if (run.head().deleted()) {
            throw MlflowException.invalid(
                    "The run " + run.runId() + " must be in the 'active' state. Current state is deleted.");
        }
    }

    static void requireDeleted(RunImage run) {
        if (!run.head().deleted()) {
            throw MlflowException.invalid(
                    "The run " + run.runId() + " must be in the 'deleted' state. Current state is active.");
        }
    }
}
