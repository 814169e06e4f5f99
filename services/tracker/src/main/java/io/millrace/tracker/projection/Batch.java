package io.millrace.tracker.projection;

import io.millrace.events.signal.SignalEvent;
import io.millrace.streams.EventSerde;
import io.millrace.streams.UndecodableException;
import io.millrace.tracker.store.Transaction;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Records of one topic that are applied together: those that can be read, and those that are put aside. */
final class Batch<E extends SpecificRecord> {

    private record Unreadable(ConsumerRecord<String, byte[]> record, String reason) {}

    private static final int LONGEST_KEY = 256;

    private final RowFold<E> fold;
    private final List<LogRecord<E>> records = new ArrayList<>();
    private final List<Unreadable> unreadable = new ArrayList<>();

    private Batch(RowFold<E> fold) {
        this.fold = fold;
    }

    /** @param unfit why none of them can be kept, where that is known already */
    static <E extends SpecificRecord> Batch<E> of(
            Followed<E> followed, ConsumerRecords<String, byte[]> polled, @Nullable String unfit) {
        Batch<E> batch = new Batch<>(followed.fold());
        for (ConsumerRecord<String, byte[]> record :
                polled.records(followed.fold().topic().name())) {
            if (unfit != null) {
                batch.unreadable.add(new Unreadable(record, unfit));
                continue;
            }
            try {
                batch.records.add(read(followed, record));
            } catch (UndecodableException e) {
                batch.unreadable.add(new Unreadable(record, String.valueOf(e.getMessage())));
            }
        }
        return batch;
    }

    private static <E extends SpecificRecord> LogRecord<E> read(
            Followed<E> followed, ConsumerRecord<String, byte[]> record) {
        if (record.key() == null
                || record.key().isEmpty()
                || record.key().length() > LONGEST_KEY
                || record.key().indexOf('\0') >= 0) {
            throw new UndecodableException("its key must be the "
                    + followed.fold().topic().key() + ", of 1 to " + LONGEST_KEY + " characters");
        }
        if (record.value() == null) {
            throw new UndecodableException("it has no value; nothing is taken out of this topic");
        }
        return new LogRecord<>(
                record.topic(),
                record.partition(),
                record.offset(),
                record.timestamp(),
                record.key(),
                followed.serde().decode(record.value()));
    }

    /** Before the transaction. */
    void make() {
        if (!records.isEmpty()) {
            fold.make(records);
        }
    }

    /**
     * @param signals tell of what is put aside
     * @param polled where the partitions stand afterwards
     */
    void apply(Transaction transaction, EventSerde<SignalEvent> signals, ConsumerRecords<String, byte[]> polled)
            throws SQLException {
        for (Unreadable one : unreadable) {
            Outbox.putAside(transaction, signals, one.record(), one.reason());
        }
        if (!records.isEmpty()) {
            fold.lock(transaction, records);
        }
        Map<TopicPartition, Set<Long>> ahead = new HashMap<>();
        for (TopicPartition partition : polled.partitions()) {
            if (partition.topic().equals(fold.topic().name())) {
                long next = polled.records(partition).getLast().offset() + 1;
                ahead.put(partition, Positions.takeAhead(transaction, partition, next));
                Positions.move(transaction, partition, next);
            }
        }
        List<LogRecord<E>> due = records.stream()
                .filter(record -> !ahead.getOrDefault(new TopicPartition(record.topic(), record.partition()), Set.of())
                        .contains(record.offset()))
                .toList();
        if (!due.isEmpty()) {
            fold.apply(transaction, due);
        }
    }
}
