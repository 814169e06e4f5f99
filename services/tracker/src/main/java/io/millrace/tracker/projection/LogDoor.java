package io.millrace.tracker.projection;

import io.millrace.access.NotStoredException;
import io.millrace.streams.EventSerde;
import io.millrace.streams.RegistryUnavailableException;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.Topic;
import io.millrace.tracker.store.Transaction;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Writes events into the log and tells where they lie, so that they can be applied at once. Thread safe.
 *
 * <p>Where the tables fail after it, nothing is lost: the log has the event, and it is applied in its turn.
 */
public final class LogDoor implements AutoCloseable {

    private static final int DELIVERY_MS = 20_000; // below the patience of who waits for a lock
    private static final int REQUEST_MS = 10_000;

    private final Producer<String, byte[]> producer;
    private final SchemaLookup schemas;
    private final Map<String, EventSerde<?>> serdes = new ConcurrentHashMap<>();

    /** @param client how to reach the broker */
    public LogDoor(Map<String, Object> client, SchemaLookup schemas) {
        Map<String, Object> config = new HashMap<>(client);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, DELIVERY_MS);
        config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, REQUEST_MS);
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, REQUEST_MS);
        config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Topic.LARGEST_MESSAGE);
        this.producer = new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer());
        this.schemas = schemas;
    }

    /**
     * Writes the events in their order and notes that they are applied, which the caller does in the same transaction.
     *
     * @throws NotStoredException when the broker did not confirm them all
     */
    public <E extends SpecificRecord> List<LogRecord<E>> append(
            Transaction transaction, Topic<E> topic, String key, List<E> events) throws SQLException {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        List<LogRecord<E>> stored = new ArrayList<>();
        try {
            for (E event : events) {
                sent.add(producer.send(
                        new ProducerRecord<>(topic.name(), key, serde(topic).serialize(null, event))));
            }
            for (int i = 0; i < events.size(); i++) {
                RecordMetadata at = sent.get(i).get(DELIVERY_MS + REQUEST_MS, TimeUnit.MILLISECONDS);
                stored.add(
                        new LogRecord<>(topic.name(), at.partition(), at.offset(), at.timestamp(), key, events.get(i)));
                Positions.noteAhead(transaction, topic.name(), at.partition(), at.offset());
            }
        } catch (ExecutionException | TimeoutException | KafkaException | RegistryUnavailableException e) {
            throw new NotStoredException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NotStoredException(e);
        }
        return stored;
    }

    @SuppressWarnings("unchecked") // one serde a topic, made from that topic
    private <E extends SpecificRecord> EventSerde<E> serde(Topic<E> topic) {
        return (EventSerde<E>) serdes.computeIfAbsent(topic.name(), name -> EventSerde.of(topic, schemas));
    }

    /** What {@link Outbox} sends with. */
    Producer<String, byte[]> producer() {
        return producer;
    }

    @Override
    public void close() {
        producer.close();
    }
}
