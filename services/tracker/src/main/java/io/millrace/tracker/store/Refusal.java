package io.millrace.tracker.store;

import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An entry that somebody logged for a run and that does not hold.
 *
 * @param refusedAt ms since the epoch
 * @param kept what holds in its place
 */
public record Refusal(
        String kind,
        String key,
        String reason,
        @Nullable String kept,
        @Nullable String refused,
        String actor,
        long refusedAt) {

    /** Of a run, in the order of the log. */
    public static List<Refusal> of(Transaction transaction, String runId) throws SQLException {
        return transaction.query(
                "SELECT kind, entry_key, reason, kept, refused, source_actor, refused_at FROM refusals WHERE run_id = ?"
                        + " ORDER BY source_offset, kind, entry_key",
                row -> new Refusal(
                        row.getString(1),
                        row.getString(2),
                        row.getString(3),
                        row.getString(4),
                        row.getString(5),
                        row.getString(6),
                        row.getLong(7)),
                runId);
    }
}
