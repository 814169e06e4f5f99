package io.millrace.tracker.projection;

import io.millrace.events.signal.SignalEvent;
import io.millrace.streams.DeadLetter;
import io.millrace.streams.EventSerde;
import io.millrace.streams.Topics;
import io.millrace.tracker.store.Database;
import io.millrace.tracker.store.Transaction;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/**
 * What is to be written because of the log: put down with the rows that it follows from, sent afterwards, and taken out
 * when the broker has it. After a crash in between it is sent again, the same in every byte.
 */
public final class Outbox {

    private record Letter(
            long number,
            String topic,
            @Nullable String key,
            byte @Nullable [] content,
            @Nullable String reason,
            @Nullable String sourceTopic,
            int sourcePartition,
            long sourceOffset) {}

    private static final String SERVICE = "tracker";
    private static final int AT_ONCE = 500;
    private static final int LONGEST_REASON = 1000;

    private final Database database;
    private final Producer<String, byte[]> producer;

    Outbox(Database database, Producer<String, byte[]> producer) {
        this.database = database;
        this.producer = producer;
    }

    /** Has a value written to a topic. */
    public static void put(Transaction transaction, String topic, String key, byte[] content) throws SQLException {
        transaction.later("INSERT INTO outbox (topic, record_key, content) VALUES (?, ?, ?)", topic, key, content);
    }

    /**
     * Has a record that can't be read put aside, and a signal raised, unless that was done before these tables were built.
     *
     * @param signals of {@code alert-signals}
     */
    static void putAside(
            Transaction transaction, EventSerde<SignalEvent> signals, ConsumerRecord<String, byte[]> record, String why)
            throws SQLException {
        String reason = why.substring(0, Math.min(why.length(), LONGEST_REASON));
        if (DeadLetterRows.keep(transaction, record.topic(), record.partition(), record.offset())) {
            transaction.update(
                    "INSERT INTO outbox (topic, record_key, content, reason, source_topic, source_part, source_offset)"
                            + " VALUES (?, ?, ?, ?, ?, ?, ?)",
                    DeadLetter.topicOf(record.topic()),
                    record.key(),
                    record.value(),
                    reason,
                    record.topic(),
                    record.partition(),
                    record.offset());
            SignalEvent signal = DeadLetter.signal(
                    SERVICE, record.topic(), record.partition(), record.offset(), record.timestamp(), reason);
            put(
                    transaction,
                    Topics.ALERT_SIGNALS.name(),
                    DeadLetter.fingerprint(SERVICE, record.topic()),
                    Objects.requireNonNull(signals.serialize(null, signal)));
        }
    }

    /**
     * Sends what waits.
     *
     * @throws IllegalStateException when the broker did not confirm it; it waits on
     */
    void send() {
        List<Letter> waiting = waiting();
        while (!waiting.isEmpty()) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            waiting.forEach(letter -> sent.add(producer.send(record(letter))));
            try {
                for (Future<RecordMetadata> one : sent) {
                    one.get();
                }
            } catch (ExecutionException e) {
                throw new IllegalStateException("the broker did not confirm what was to be told", e);
            } catch (InterruptedException e) {
                throw new InterruptException(e);
            }
            List<Letter> done = waiting;
            database.transaction(transaction -> {
                for (Letter letter : done) {
                    transaction.later("DELETE FROM outbox WHERE letter_no = ?", letter.number());
                }
                return done.size();
            });
            waiting = waiting();
        }
    }

    private List<Letter> waiting() {
        return database.reading(transaction -> transaction.query(
                "SELECT letter_no, topic, record_key, content, reason, source_topic, source_part, source_offset"
                        + " FROM outbox ORDER BY letter_no FETCH FIRST " + AT_ONCE + " ROWS ONLY",
                row -> new Letter(
                        row.getLong(1),
                        row.getString(2),
                        row.getString(3),
                        row.getBytes(4),
                        row.getString(5),
                        row.getString(6),
                        row.getInt(7),
                        row.getLong(8))));
    }

    private static ProducerRecord<String, byte[]> record(Letter letter) {
        return letter.reason() == null || letter.sourceTopic() == null
                ? new ProducerRecord<>(letter.topic(), letter.key(), letter.content())
                : new ProducerRecord<>(
                        letter.topic(),
                        null,
                        letter.key(),
                        letter.content(),
                        DeadLetter.headers(
                                letter.reason(),
                                letter.sourceTopic(),
                                letter.sourcePartition(),
                                letter.sourceOffset()));
    }
}
