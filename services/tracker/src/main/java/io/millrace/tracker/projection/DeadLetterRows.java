package io.millrace.tracker.projection;

import io.millrace.tracker.store.Transaction;
import java.sql.SQLException;

/** Which records were put aside because they could not be read. */
final class DeadLetterRows {

    private DeadLetterRows() {}

    /** Whether it was not known yet. */
    static boolean keep(Transaction transaction, String topic, int partition, long offset) throws SQLException {
        Integer known = transaction.one(
                "SELECT 1 FROM dead_letters WHERE topic = ? AND part = ? AND log_offset = ?",
                row -> row.getInt(1),
                topic,
                partition,
                offset);
        if (known != null) {
            return false;
        }
        transaction.update(
                "INSERT INTO dead_letters (topic, part, log_offset) VALUES (?, ?, ?)", topic, partition, offset);
        return true;
    }
}
