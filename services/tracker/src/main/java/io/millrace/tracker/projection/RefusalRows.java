package io.millrace.tracker.projection;

import io.millrace.events.refusal.EntryRefused;
import io.millrace.events.refusal.RefusalEvent;
import io.millrace.streams.Topic;
import io.millrace.streams.Topics;
import io.millrace.tracker.store.Transaction;
import java.sql.SQLException;
import java.util.List;

/** What was refused, as {@code run-refusals} tells it. */
public final class RefusalRows implements RowFold<RefusalEvent> {

    @Override
    public Topic<RefusalEvent> topic() {
        return Topics.RUN_REFUSALS;
    }

    @Override
    public void lock(Transaction transaction, List<LogRecord<RefusalEvent>> records) {
        // Nobody but the follower writes them, and each is there once whoever writes it.
    }

    @Override
    public void apply(Transaction transaction, List<LogRecord<RefusalEvent>> records) throws SQLException {
        for (LogRecord<RefusalEvent> record : records) {
            keep(transaction, record.key(), record.event());
        }
    }

    static boolean isKnown(Transaction transaction, String eventId) throws SQLException {
        return transaction.one("SELECT 1 FROM refusals WHERE event_id = ?", row -> row.getInt(1), eventId) != null;
    }

    static void keep(Transaction transaction, String runId, RefusalEvent event) throws SQLException {
        if (isKnown(transaction, event.getEventId()) || !(event.getPayload() instanceof EntryRefused entry)) {
            return;
        }
        transaction.update(
                "INSERT INTO refusals (event_id, run_id, refused_at, source_topic, source_part, source_offset,"
                        + " source_actor, kind, entry_key, reason, kept, refused)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                event.getEventId(),
                runId,
                event.getOccurredAt().toEpochMilli(),
                entry.getSourceTopic(),
                entry.getSourcePartition(),
                entry.getSourceOffset(),
                entry.getSourceActor(),
                entry.getKind(),
                entry.getKey(),
                entry.getReason(),
                entry.getKept(),
                entry.getRefused());
    }
}
