package io.millrace.tracker.projection;

import io.millrace.streams.Topic;
import io.millrace.tracker.store.Transaction;
import java.sql.SQLException;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;

/**
 * Turns the events of one topic into rows. What is in the rows afterwards must be the same whatever the order in which
 * events were applied: a caller's own event is applied before those that lie before it in the log.
 */
public interface RowFold<E extends SpecificRecord> {

    Topic<E> topic();

    /**
     * Has rows be there that the events need and that say nothing by themselves. Not within a transaction.
     */
    default void make(List<LogRecord<E>> records) {}

    /**
     * Locks what the events are about, always in the same order, before it is looked up which of them were applied
     * already.
     */
    void lock(Transaction transaction, List<LogRecord<E>> records) throws SQLException;

    /** Applies events of which none was applied before; what they are about is locked. */
    void apply(Transaction transaction, List<LogRecord<E>> records) throws SQLException;
}
