package io.millrace.tracker.store;

import io.millrace.tracker.domain.DatasetUse;
import io.millrace.tracker.domain.Measurement;
import io.millrace.tracker.domain.RunFiles;
import io.millrace.tracker.domain.RunImage;
import io.millrace.tracker.domain.RunState;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Runs as they are shown, read from the rows. */
public final class RunViews {

    private static final int AT_ONCE = 250;
    private static final String INFO = "SELECT r.run_no, r.run_id, r.run_name, r.experiment_id, r.user_id, r.status,"
            + " r.end_message, r.start_time, r.end_time, e.artifact_location, r.lifecycle, r.lifecycle_time, r.job_id,"
            + " r.attempt, r.parent_run_id, r.silent_after_ms, r.last_heard FROM runs r"
            + " LEFT JOIN experiments e ON e.experiment_id = r.experiment_id WHERE r.started_offset IS NOT NULL AND ";

    private final MetricKeys keys;

    public RunViews(MetricKeys keys) {
        this.keys = keys;
    }

    public MetricKeys keys() {
        return keys;
    }

    /** Null for one that nobody started. */
    public @Nullable StoredRun find(Transaction transaction, String runId) throws SQLException {
        Long number = transaction.one(
                "SELECT run_no FROM runs WHERE run_id = ? AND started_offset IS NOT NULL",
                row -> row.getLong(1),
                runId);
        return number == null ? null : all(transaction, List.of(number)).getFirst();
    }

    /** What is known of one without its entries. */
    public StoredRun.@Nullable Summary info(Transaction transaction, String runId) throws SQLException {
        return transaction.one(INFO + "r.run_id = ?", RunViews::info, runId);
    }

    /** Runs that some text column names, newest first. */
    public List<StoredRun.Summary> ofJob(Transaction transaction, String jobId) throws SQLException {
        return transaction.query(INFO + "r.job_id = ? ORDER BY r.start_time DESC, r.run_id", RunViews::info, jobId);
    }

    /** Runs that are a part of this one, in the order of their beginning. */
    public List<StoredRun.Summary> partsOf(Transaction transaction, String runId) throws SQLException {
        return transaction.query(INFO + "r.parent_run_id = ? ORDER BY r.start_time, r.run_id", RunViews::info, runId);
    }

    /**
     * Runs of which nothing was heard for longer than they said.
     *
     * @param now ms since the epoch
     * @param listeningSince silence before it does not count, ms since the epoch
     */
    public static List<String> silentAt(Transaction transaction, long now, long listeningSince) throws SQLException {
        return transaction.query(
                "SELECT run_id FROM runs WHERE status = 'RUNNING' AND silent_after_ms > 0 AND lifecycle = 'active'"
                        + " AND started_offset IS NOT NULL AND last_heard + silent_after_ms < ?"
                        + " AND silent_after_ms < ? ORDER BY run_no",
                row -> row.getString(1),
                now,
                now - listeningSince);
    }

    /** The files that the log says it has. */
    public List<RunImage.File> files(Transaction transaction, String runId) throws SQLException {
        return RunFiles.present(transaction.query(
                "SELECT a.path, a.uri, a.bytes, a.sha256, a.log_offset FROM artifacts a"
                        + " JOIN runs r ON r.run_no = a.run_no WHERE r.run_id = ?",
                row -> new RunImage.File(
                        row.getString(1), row.getString(2), row.getLong(3), row.getString(4), row.getLong(5)),
                runId));
    }

    /** The manifest as JSON; null where nobody told one. */
    public @Nullable String manifest(Transaction transaction, String runId) throws SQLException {
        return transaction.one("SELECT manifest FROM runs WHERE run_id = ?", row -> row.getString(1), runId);
    }

    /** Runs by number, in the order of the numbers given. */
    public List<StoredRun> all(Transaction transaction, List<Long> numbers) throws SQLException {
        Map<Long, StoredRun> found = new HashMap<>();
        for (int from = 0; from < numbers.size(); from += AT_ONCE) {
            read(transaction, numbers.subList(from, Math.min(numbers.size(), from + AT_ONCE)), found);
        }
        return numbers.stream().map(found::get).filter(Objects::nonNull).toList();
    }

    private void read(Transaction transaction, Collection<Long> numbers, Map<Long, StoredRun> found)
            throws SQLException {
        String in = numbers.stream().map(String::valueOf).collect(Collectors.joining(",", "(", ")"));
        transaction.query(
                INFO + "r.run_no IN " + in,
                row -> found.put(
                        row.getLong(1),
                        new StoredRun(
                                info(row), new ArrayList<>(), new TreeMap<>(), new TreeMap<>(), new ArrayList<>())));
        transaction.query(LatestMetrics.ofRuns(in), row -> {
            List<Measurement> metrics = of(found, row.getLong(1)).metrics();
            LatestMetrics.decode(transaction, keys, row.getBytes(2)).forEach(kept -> metrics.add(kept.newest()));
            return metrics;
        });
        transaction.query(
                "SELECT run_no, param_key, param_value FROM params WHERE run_no IN " + in,
                row -> of(found, row.getLong(1)).params().put(row.getString(2), row.getString(3)));
        transaction.query(
                "SELECT run_no, tag_key, tag_value FROM tags WHERE tag_value IS NOT NULL AND run_no IN " + in,
                row -> of(found, row.getLong(1)).tags().put(row.getString(2), row.getString(3)));
        transaction.query(
                "SELECT " + InputRows.COLUMNS + ", run_no FROM inputs WHERE run_no IN " + in,
                row -> of(found, row.getLong(9)).inputs().add(InputRows.read(row)));
        for (Long number : numbers) {
            StoredRun run = found.get(number);
            if (run != null) {
                run.metrics().sort(Comparator.comparing(Measurement::key));
                run.inputs().sort(Comparator.comparing(DatasetUse::name).thenComparing(DatasetUse::digest));
            }
        }
    }

    private static StoredRun of(Map<Long, StoredRun> found, long number) {
        // One that nobody started is asked for by nobody.
        return Objects.requireNonNull(found.get(number));
    }

    private static StoredRun.Summary info(ResultSet row) throws SQLException {
        String runId = row.getString(2);
        String experimentId = Objects.requireNonNullElse(row.getString(4), "");
        String location = Objects.requireNonNullElse(row.getString(10), ExperimentRows.ARTIFACTS + experimentId);
        boolean deleted = row.getString(11).equals("deleted");
        return new StoredRun.Summary(
                runId,
                Objects.requireNonNullElse(row.getString(3), ""),
                experimentId,
                Objects.requireNonNullElse(row.getString(5), ""),
                RunState.valueOf(row.getString(6)),
                row.getString(7),
                row.getObject(8, Long.class),
                row.getObject(9, Long.class),
                location + "/" + runId + "/artifacts",
                deleted,
                deleted ? row.getObject(12, Long.class) : null,
                row.getString(13),
                row.getObject(14, Integer.class),
                row.getString(15),
                row.getObject(16, Long.class),
                row.getLong(17));
    }

    /** The whole history of a metric of a run, each measurement once, in time. */
    public List<Measurement> history(Transaction transaction, String runId, String key) throws SQLException {
        Long number = transaction.one("SELECT run_no FROM runs WHERE run_id = ?", row -> row.getLong(1), runId);
        return number == null ? List.of() : MetricRows.history(transaction, keys, number, key);
    }
}
