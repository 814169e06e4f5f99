package io.millrace.tracker.projection;

import io.millrace.events.model.ModelEvent;
import io.millrace.streams.Topic;
import io.millrace.streams.Topics;
import io.millrace.tracker.store.Transaction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.List;

/** The registry's log, row by row; what the models are is made of it in memory. */
public final class ModelRows implements RowFold<ModelEvent> {

    @Override
    public Topic<ModelEvent> topic() {
        return Topics.MODEL_EVENTS;
    }

    @Override
    public void lock(Transaction transaction, List<LogRecord<ModelEvent>> records) throws SQLException {
        lock(transaction);
    }

    /** Until the transaction ends, nobody else writes them. */
    static void lock(Transaction transaction) throws SQLException {
        transaction.query("SELECT locked FROM models_lock FOR UPDATE", row -> row.getInt(1));
    }

    @Override
    public void apply(Transaction transaction, List<LogRecord<ModelEvent>> records) throws SQLException {
        for (LogRecord<ModelEvent> record : records) {
            String id = record.event().getEventId();
            if (transaction.one("SELECT 1 FROM model_events WHERE event_id = ?", row -> row.getInt(1), id) == null) {
                transaction.update(
                        "INSERT INTO model_events (log_offset, event_id, model_name, content) VALUES (?, ?, ?, ?)",
                        record.offset(),
                        id,
                        record.key(),
                        bytes(record.event()));
            }
        }
    }

    private static byte[] bytes(ModelEvent event) {
        try {
            return event.toByteBuffer().array();
        } catch (IOException e) {
            throw new UncheckedIOException("an event that was read can't be written", e);
        }
    }
}
