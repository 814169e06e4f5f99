package io.millrace.tracker.store;

import io.millrace.tracker.domain.DatasetUse;
import io.millrace.tracker.domain.RunFact;
import io.millrace.tracker.domain.RunHead;
import io.millrace.tracker.domain.RunImage;
import io.millrace.tracker.domain.RunState;
import io.millrace.tracker.domain.Said;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Runs as rows: what is needed of a run is read, facts are applied to its image, what changed is written. */
public final class RunRows {

    /** A run that is locked by a transaction. */
    public static final class Locked {
        private final long number;
        private final RunImage image;
        private Map<String, LatestMetrics.Kept> metrics = Map.of();
        private Set<String> storedParams = Set.of();
        private Set<String> storedTags = Set.of();

        Locked(long number, RunImage image) {
            this.number = number;
            this.image = image;
        }

        public long number() {
            return number;
        }

        public RunImage image() {
            return image;
        }
    }

    private static final int REMEMBERED = 100_000;
    private static final int HEAD = 100;
    private static final String ACTIVE = "active";
    private static final String DELETED = "deleted";

    private final Database database;
    private final MetricKeys keys;
    private final Map<String, Long> numbers = new LinkedHashMap<>(1024, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > REMEMBERED;
        }
    };

    public RunRows(Database database, MetricKeys keys) {
        this.database = database;
        this.keys = keys;
    }

    public MetricKeys keys() {
        return keys;
    }

    /** The number of a run that somebody spoke of; null where nobody did. */
    public @Nullable Long numberOf(Transaction transaction, String runId) throws SQLException {
        synchronized (numbers) {
            Long known = numbers.get(runId);
            if (known != null) {
                return known;
            }
        }
        Long found = transaction.one("SELECT run_no FROM runs WHERE run_id = ?", row -> row.getLong(1), runId);
        if (found != null) {
            synchronized (numbers) {
                numbers.put(runId, found);
            }
        }
        return found;
    }

    /** Has rows for these runs be there. To be called before a transaction, not within. */
    public void make(Collection<String> runIds) {
        List<String> missing = database.reading(transaction -> {
            List<String> unknown = new ArrayList<>();
            for (String runId : runIds) {
                if (numberOf(transaction, runId) == null) {
                    unknown.add(runId);
                }
            }
            return unknown;
        });
        NewRows.insertAll(
                database,
                "INSERT INTO runs (run_id, status, status_offset, lifecycle, lifecycle_offset, manifest_offset)"
                        + " VALUES (?, 'RUNNING', -1, 'active', -1, -1)",
                missing);
    }

    /** Locks a run until the transaction ends, and reads what one of it has one of; null if it has no row. */
    public @Nullable Locked lock(Transaction transaction, String runId) throws SQLException {
        Long number = numberOf(transaction, runId);
        RunHead head = number == null
                ? null
                : transaction.one(
                        "SELECT " + HEAD_COLUMNS + " FROM runs WHERE run_no = ? FOR UPDATE", RunRows::head, number);
        return number == null || head == null ? null : new Locked(number, new RunImage(runId, head));
    }

    private static final String HEAD_COLUMNS =
            "started_offset, experiment_id, experiment_name, user_id, run_name, job_id,"
                    + " attempt, parent_run_id, status, status_offset, end_message, start_time, end_time, lifecycle,"
                    + " lifecycle_offset, lifecycle_time, silent_after_ms, last_heard, manifest, manifest_offset";

    private static RunHead head(ResultSet row) throws SQLException {
        return new RunHead(
                row.getObject(1, Long.class),
                row.getString(2),
                row.getString(3),
                Objects.requireNonNullElse(row.getString(4), ""),
                Objects.requireNonNullElse(row.getString(5), ""),
                row.getString(6),
                row.getObject(7, Integer.class),
                row.getString(8),
                RunState.valueOf(row.getString(9)),
                row.getLong(10),
                row.getString(11),
                new RunHead.Times(
                        row.getObject(12, Long.class), row.getObject(13, Long.class), row.getObject(16, Long.class)),
                DELETED.equals(row.getString(14)),
                row.getLong(15),
                row.getObject(17, Long.class),
                row.getLong(18),
                row.getString(19),
                row.getLong(20));
    }

    /** Reads what has to be known of a run before these facts are applied. */
    public void prepare(Transaction transaction, Locked run, Collection<Said> facts) throws SQLException {
        boolean params = false;
        boolean tags = false;
        boolean metrics = false;
        boolean inputs = false;
        for (Said said : facts) {
            switch (said.fact()) {
                case RunFact.ParamsGiven given -> params = true;
                case RunFact.Started started -> tags = true;
                case RunFact.TagsChanged changed -> tags = true;
                case RunFact.Measured measured -> metrics = true;
                case RunFact.InputsRead read -> inputs = true;
                case RunFact.FileMade made -> knowFile(transaction, run, made.path());
                case RunFact.FileRemoved removed -> knowFile(transaction, run, removed.path());
                case RunFact.ManifestTold told -> {}
                case RunFact.Alive alive -> {}
                case RunFact.Ended ended -> {}
                case RunFact.Resumed resumed -> {}
                case RunFact.Deleted deleted -> {}
                case RunFact.Restored restored -> {}
            }
            if (RunImage.countsAgain(said.fact()) && isSeen(transaction, run, said.eventId())) {
                run.image.knowSeen(said.eventId());
            }
        }
        if (params) {
            knowParams(transaction, run);
        }
        if (tags) {
            knowTags(transaction, run);
        }
        if (metrics) {
            run.metrics = LatestMetrics.of(transaction, keys, run.number);
            run.metrics.values().forEach(kept -> run.image.knowLatest(kept.newest()));
        }
        if (inputs) {
            knowInputs(transaction, run);
        }
    }

    private static boolean isSeen(Transaction transaction, Locked run, String eventId) throws SQLException {
        return transaction.one(
                        "SELECT 1 FROM seen_events WHERE run_no = ? AND event_id = ?",
                        row -> row.getInt(1),
                        run.number,
                        eventId)
                != null;
    }

    /** Reads all its params. */
    public static void knowParams(Transaction transaction, Locked run) throws SQLException {
        run.storedParams = new HashSet<>(transaction.query(
                "SELECT param_key, param_value, log_offset FROM params WHERE run_no = ?",
                row -> {
                    run.image.knowParam(row.getString(1), new RunImage.Param(row.getString(2), row.getLong(3)));
                    return row.getString(1);
                },
                run.number));
    }

    /** Reads all its tags. */
    public static void knowTags(Transaction transaction, Locked run) throws SQLException {
        run.storedTags = new HashSet<>(transaction.query(
                "SELECT tag_key, tag_value, log_offset FROM tags WHERE run_no = ?",
                row -> {
                    run.image.knowTag(row.getString(1), new RunImage.Tag(row.getString(2), row.getLong(3)));
                    return row.getString(1);
                },
                run.number));
    }

    private static void knowInputs(Transaction transaction, Locked run) throws SQLException {
        transaction.query(
                "SELECT dataset_name, digest, log_offset FROM inputs WHERE run_no = ?",
                row -> {
                    run.image.knowInput(new RunImage.Input(
                            new DatasetUse(row.getString(1), null, row.getString(2), "", "", null, null, Map.of()),
                            row.getLong(3)));
                    return row;
                },
                run.number);
    }

    private static void knowFile(Transaction transaction, Locked run, String path) throws SQLException {
        RunImage.File file = transaction.one(
                "SELECT path, uri, bytes, sha256, log_offset FROM artifacts WHERE run_no = ? AND path = ?",
                row -> new RunImage.File(
                        row.getString(1), row.getString(2), row.getLong(3), row.getString(4), row.getLong(5)),
                run.number,
                path);
        if (file != null) {
            run.image.knowFile(file);
        }
    }

    /**
     * Writes what changed.
     *
     * @param before the head as it was read
     */
    public void save(Transaction transaction, Locked run, RunHead before) throws SQLException {
        RunImage image = run.image;
        if (!image.head().equals(before)) {
            saveHead(transaction, run.number, image.head());
        }
        for (String key : image.changedParams()) {
            RunImage.Param param = Objects.requireNonNull(image.param(key));
            if (run.storedParams.contains(key)) {
                transaction.update("DELETE FROM params WHERE run_no = ? AND param_key = ?", run.number, key);
            }
            transaction.later(
                    "INSERT INTO params (run_no, param_key, param_value, value_head, log_offset) VALUES (?, ?, ?, ?, ?)",
                    run.number,
                    key,
                    param.value(),
                    headOf(param.value()),
                    param.offset());
        }
        for (String key : image.changedTags()) {
            RunImage.Tag tag = Objects.requireNonNull(image.tag(key));
            if (run.storedTags.contains(key)) {
                transaction.update("DELETE FROM tags WHERE run_no = ? AND tag_key = ?", run.number, key);
            }
            transaction.later(
                    "INSERT INTO tags (run_no, tag_key, tag_value, value_head, log_offset) VALUES (?, ?, ?, ?, ?)",
                    run.number,
                    key,
                    tag.value(),
                    tag.value() == null ? null : headOf(tag.value()),
                    tag.offset());
        }
        MetricRows.save(transaction, keys, run.number, run.metrics, image);
        for (RunImage.InputKey key : image.changedInputs()) {
            InputRows.write(transaction, run.number, Objects.requireNonNull(image.input(key)));
        }
        for (String path : image.changedFiles()) {
            RunImage.File file = Objects.requireNonNull(image.file(path));
            transaction.update("DELETE FROM artifacts WHERE run_no = ? AND path = ?", run.number, path);
            transaction.later(
                    "INSERT INTO artifacts (run_no, path, uri, bytes, sha256, log_offset) VALUES (?, ?, ?, ?, ?, ?)",
                    run.number,
                    path,
                    file.uri(),
                    file.bytes(),
                    file.sha256(),
                    file.offset());
        }
        for (Map.Entry<String, Long> seen : image.newlySeen().entrySet()) {
            transaction.later(
                    "INSERT INTO seen_events (run_no, event_id, log_offset) VALUES (?, ?, ?)",
                    run.number,
                    seen.getKey(),
                    seen.getValue());
        }
    }

    private static void saveHead(Transaction transaction, long number, RunHead head) throws SQLException {
        transaction.later(
                "UPDATE runs SET started_offset = ?, experiment_id = ?, experiment_name = ?, user_id = ?, run_name = ?,"
                        + " job_id = ?, attempt = ?, parent_run_id = ?, status = ?, status_offset = ?, end_message = ?,"
                        + " start_time = ?, end_time = ?, lifecycle = ?, lifecycle_offset = ?, lifecycle_time = ?,"
                        + " silent_after_ms = ?, last_heard = ?, manifest = ?, manifest_offset = ? WHERE run_no = ?",
                head.startedOffset(),
                head.experimentId(),
                head.experiment(),
                head.user(),
                head.name(),
                head.jobId(),
                head.attempt(),
                head.parentRunId(),
                head.state().name(),
                head.stateOffset(),
                head.endMessage(),
                head.times().start(),
                head.times().end(),
                head.deleted() ? DELETED : ACTIVE,
                head.deletedOffset(),
                head.times().lifecycle(),
                head.silentAfterMs(),
                head.lastHeard(),
                head.manifest(),
                head.manifestOffset(),
                number);
    }

    /** As much of a value as an index holds. */
    static String headOf(String value) {
        if (value.length() <= HEAD) {
            return value;
        }
        return value.substring(0, Character.isHighSurrogate(value.charAt(HEAD - 1)) ? HEAD - 1 : HEAD);
    }
}
