package io.millrace.tracker.store;

import io.millrace.tracker.domain.ExperimentFact;
import io.millrace.tracker.domain.ExperimentIds;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Experiments as rows. Each column holds by the offset of the event that wrote it, whatever the order of arrival. */
public final class ExperimentRows {

    /** Where artifacts lie unless somebody says otherwise: behind the tracker's own address. */
    public static final String ARTIFACTS = "mlflow-artifacts:/";

    private record Implied(String name, long at) {}

    private final Database database;
    private final Map<String, Implied> implied = new ConcurrentHashMap<>();

    public ExperimentRows(Database database) {
        this.database = database;
    }

    /** Has the one experiment be there that every MLflow has. */
    public void makeDefault() {
        make(ExperimentIds.DEFAULT, ExperimentIds.DEFAULT_NAME);
    }

    /** Has a row be there of an experiment that runs or events speak of. */
    public void make(String id, String name) {
        Integer present = database.finding(transaction ->
                transaction.one("SELECT 1 FROM experiments WHERE experiment_id = ?", row -> row.getInt(1), id));
        if (present == null) {
            NewRows.insert(
                    database,
                    "INSERT INTO experiments (experiment_id, name, implied, created_at, created_offset, updated_at,"
                            + " artifact_location, name_offset, lifecycle, lifecycle_offset)"
                            + " VALUES (?, ?, TRUE, 0, -1, 0, ?, -1, 'active', -1)",
                    id,
                    name,
                    ARTIFACTS + id);
        }
    }

    /**
     * Has an experiment be there that a run names. Of several names for the same id the first by letters holds until
     * somebody gives it one.
     *
     * @param at when the run began, ms since the epoch
     */
    public void imply(String id, String name, long at) {
        Implied known = implied.get(id);
        if (known != null && known.name().compareTo(name) <= 0 && known.at() <= at) {
            return;
        }
        make(id, name);
        database.transaction(transaction -> {
            transaction.update(
                    "UPDATE experiments SET name = ? WHERE experiment_id = ? AND implied AND name_offset < 0"
                            + " AND (name > ? OR name = experiment_id)",
                    name,
                    id,
                    name);
            return transaction.update(
                    "UPDATE experiments SET created_at = ? WHERE experiment_id = ? AND implied"
                            + " AND (created_at = 0 OR created_at > ?)",
                    at,
                    id,
                    at);
        });
        implied.merge(
                id,
                new Implied(name, at),
                (old, now) -> new Implied(
                        old.name().compareTo(now.name()) <= 0 ? old.name() : now.name(), Math.min(old.at(), now.at())));
    }

    /** Locks all experiments until the transaction ends. */
    public static void lock(Transaction transaction) throws SQLException {
        transaction.query("SELECT locked FROM experiments_lock FOR UPDATE", row -> row.getInt(1));
    }

    /**
     * Applies a fact; the experiments are locked and the row is there.
     *
     * @param at when it happened, ms since the epoch
     */
    public static void apply(Transaction transaction, String id, long offset, long at, ExperimentFact fact)
            throws SQLException {
        switch (fact) {
            case ExperimentFact.Created(String name, String location, Map<String, String> tags) -> {
                transaction.update(
                        "UPDATE experiments SET implied = FALSE, created_at = ?, created_offset = ?,"
                                + " artifact_location = ? WHERE experiment_id = ?"
                                + " AND (created_offset < 0 OR created_offset > ?)",
                        at,
                        offset,
                        location,
                        id,
                        offset);
                rename(transaction, id, offset, name);
                setTags(transaction, id, offset, tags, List.of());
            }
            case ExperimentFact.Renamed(String name) -> rename(transaction, id, offset, name);
            case ExperimentFact.Deleted deleted -> setLifecycle(transaction, id, offset, "deleted");
            case ExperimentFact.Restored restored -> setLifecycle(transaction, id, offset, "active");
            case ExperimentFact.TagsChanged(Map<String, String> tags, List<String> removed) ->
                setTags(transaction, id, offset, tags, removed);
        }
        if (!(fact instanceof ExperimentFact.TagsChanged)) {
            transaction.update(
                    "UPDATE experiments SET updated_at = ? WHERE experiment_id = ? AND updated_at < ?", at, id, at);
        }
    }

    private static void rename(Transaction transaction, String id, long offset, String name) throws SQLException {
        transaction.update(
                "UPDATE experiments SET name = ?, name_offset = ? WHERE experiment_id = ? AND name_offset < ?",
                name,
                offset,
                id,
                offset);
    }

    private static void setLifecycle(Transaction transaction, String id, long offset, String lifecycle)
            throws SQLException {
        transaction.update(
                "UPDATE experiments SET lifecycle = ?, lifecycle_offset = ? WHERE experiment_id = ?"
                        + " AND lifecycle_offset < ?",
                lifecycle,
                offset,
                id,
                offset);
    }

    private static void setTags(
            Transaction transaction, String id, long offset, Map<String, String> tags, List<String> removed)
            throws SQLException {
        for (String key : removed) {
            if (!tags.containsKey(key)) {
                setTag(transaction, id, offset, key, null);
            }
        }
        for (Map.Entry<String, String> tag : tags.entrySet()) {
            setTag(transaction, id, offset, tag.getKey(), tag.getValue());
        }
    }

    private static void setTag(Transaction transaction, String id, long offset, String key, @Nullable String value)
            throws SQLException {
        Long present = transaction.one(
                "SELECT log_offset FROM experiment_tags WHERE experiment_id = ? AND tag_key = ?",
                row -> row.getLong(1),
                id,
                key);
        if (present != null && present >= offset) {
            return;
        }
        transaction.update("DELETE FROM experiment_tags WHERE experiment_id = ? AND tag_key = ?", id, key);
        transaction.update(
                "INSERT INTO experiment_tags (experiment_id, tag_key, tag_value, log_offset) VALUES (?, ?, ?, ?)",
                id,
                key,
                value,
                offset);
    }
}
