package io.millrace.tracker.projection;

import io.millrace.tracker.store.Transaction;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** How far the log is in the tables: partition by partition, and the records that were applied before their turn. */
final class Positions {

    private Positions() {}

    /** The next offset of each partition that was ever read. */
    static Map<TopicPartition, Long> all(Transaction transaction) throws SQLException {
        Map<TopicPartition, Long> found = new HashMap<>();
        transaction.query(
                "SELECT topic, part, next_offset FROM positions",
                row -> found.put(new TopicPartition(row.getString(1), row.getInt(2)), row.getLong(3)));
        return found;
    }

    /** Whether it still stands there, null for nowhere; locks it until the transaction ends. */
    static boolean standsAt(Transaction transaction, TopicPartition partition, @Nullable Long offset)
            throws SQLException {
        Long present = transaction.one(
                "SELECT next_offset FROM positions WHERE topic = ? AND part = ? FOR UPDATE",
                row -> row.getLong(1),
                partition.topic(),
                partition.partition());
        if (present == null) {
            transaction.update(
                    "INSERT INTO positions (topic, part, next_offset) VALUES (?, ?, ?)",
                    partition.topic(),
                    partition.partition(),
                    0L);
            return offset == null;
        }
        return present.equals(offset);
    }

    static void move(Transaction transaction, TopicPartition partition, long next) throws SQLException {
        transaction.later(
                "UPDATE positions SET next_offset = ? WHERE topic = ? AND part = ?",
                next,
                partition.topic(),
                partition.partition());
    }

    static void noteAhead(Transaction transaction, String topic, int partition, long offset) throws SQLException {
        transaction.later("INSERT INTO ahead (topic, part, log_offset) VALUES (?, ?, ?)", topic, partition, offset);
    }

    /** Those below {@code next} that were applied before their turn, which has come now. */
    static Set<Long> takeAhead(Transaction transaction, TopicPartition partition, long next) throws SQLException {
        Set<Long> ahead = new HashSet<>(transaction.query(
                "SELECT log_offset FROM ahead WHERE topic = ? AND part = ? AND log_offset < ?",
                row -> row.getLong(1),
                partition.topic(),
                partition.partition(),
                next));
        if (!ahead.isEmpty()) {
            transaction.later(
                    "DELETE FROM ahead WHERE topic = ? AND part = ? AND log_offset < ?",
                    partition.topic(),
                    partition.partition(),
                    next);
        }
        return ahead;
    }
}
