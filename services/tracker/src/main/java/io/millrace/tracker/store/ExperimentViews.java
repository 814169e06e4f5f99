package io.millrace.tracker.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Experiments as they are shown, read from the rows. */
public final class ExperimentViews {

    // A row without either was only made to be locked.
    private static final String COLUMNS =
            "SELECT experiment_id, name, artifact_location, lifecycle, created_at, updated_at,"
                    + " implied FROM experiments WHERE (created_offset >= 0 OR created_at > 0 OR experiment_id = '0')";

    private ExperimentViews() {}

    public static @Nullable StoredExperiment find(Transaction transaction, String id) throws SQLException {
        StoredExperiment found =
                transaction.one(COLUMNS + " AND experiment_id = ?", row -> experiment(row, new TreeMap<>()), id);
        if (found != null) {
            transaction.query(
                    "SELECT tag_key, tag_value FROM experiment_tags WHERE experiment_id = ? AND tag_value IS NOT NULL",
                    row -> found.tags().put(row.getString(1), row.getString(2)),
                    id);
        }
        return found;
    }

    /** Of several with this name, one that somebody gave it before one that runs only name. */
    public static @Nullable StoredExperiment named(Transaction transaction, String name) throws SQLException {
        StoredExperiment found =
                transaction.query(COLUMNS + " AND name = ?", row -> experiment(row, new TreeMap<>()), name).stream()
                        .min(Comparator.comparing(StoredExperiment::implied).thenComparing(StoredExperiment::id))
                        .orElse(null);
        return found == null ? null : find(transaction, found.id());
    }

    public static List<StoredExperiment> all(Transaction transaction) throws SQLException {
        Map<String, Map<String, String>> tags = new HashMap<>();
        transaction.query(
                "SELECT experiment_id, tag_key, tag_value FROM experiment_tags WHERE tag_value IS NOT NULL",
                row -> tags.computeIfAbsent(row.getString(1), id -> new TreeMap<>())
                        .put(row.getString(2), row.getString(3)));
        return transaction.query(
                COLUMNS + " ORDER BY experiment_id",
                row -> experiment(row, tags.getOrDefault(row.getString(1), new TreeMap<>())));
    }

    private static StoredExperiment experiment(ResultSet row, Map<String, String> tags) throws SQLException {
        return new StoredExperiment(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getString(4).equals("deleted"),
                row.getLong(5),
                Math.max(row.getLong(5), row.getLong(6)),
                row.getBoolean(7),
                tags);
    }

    /** Runs of an experiment that are deleted, or are not. */
    public static List<String> runs(Transaction transaction, String id, boolean deleted) throws SQLException {
        return transaction.query(
                "SELECT run_id FROM runs WHERE experiment_id = ? AND started_offset IS NOT NULL AND lifecycle = ?"
                        + " ORDER BY run_id",
                row -> row.getString(1),
                id,
                deleted ? "deleted" : "active");
    }
}
