package io.millrace.simulator.play;

import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.Topic;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/** Writes events of some topics at played times. Used by one thread. */
public final class Sender implements AutoCloseable {

    private final Producer<String, byte[]> producer;
    private final Map<Topic<?>, EventSerde<?>> serdes = new HashMap<>();
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

    /** @param client what every Kafka client of the stack is given: its address, its security */
    public Sender(
            Map<String, Object> client, SchemaLookup schemas, List<? extends Topic<? extends SpecificRecord>> topics) {
        for (Topic<? extends SpecificRecord> topic : topics) {
            // Learned now, so that a registry that goes away during the play does not matter.
            schemas.byId(schemas.idOf(topic.subject(), topic.schema()));
            serdes.put(topic, EventSerde.of(topic, schemas));
        }
        producer = new KafkaProducer<>(config(client), new StringSerializer(), new ByteArraySerializer());
    }

    /**
     * Sends a record without waiting for it; records of one topic and key keep their order.
     *
     * @param timeMs played time, the record's timestamp
     */
    public <E extends SpecificRecord> void send(Topic<E> topic, String key, E event, long timeMs) {
        @SuppressWarnings("unchecked") // put in under the topic of the same type
        EventSerde<E> serde = (EventSerde<E>) serdes.get(topic);
        if (serde == null) {
            throw new IllegalArgumentException("this does not write " + topic.name());
        }
        byte[] value = serde.serialize(topic.name(), event);
        // Failures reach the callback; flush() is where they are told.
        ProducerRecord<String, byte[]> record =
                new ProducerRecord<>(topic.name(), null, timeMs, key, value, topic.headers(key, event));
        var unused = producer.send(record, (metadata, error) -> {
            if (error != null) {
                failure.compareAndSet(null, error);
            }
        });
    }

    /**
     * Returns when everything sent is stored.
     *
     * @throws PlayException when something could not be stored
     */
    public void flush() {
        producer.flush();
        Exception error = failure.get();
        if (error != null) {
            throw new PlayException(
                    "The broker did not store what was sent: " + error.getMessage()
                            + ". Look at its log (millrace logs broker).",
                    error);
        }
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(5));
    }

    private static Map<String, Object> config(Map<String, Object> client) {
        Map<String, Object> config = new HashMap<>(client);
        config.put(ProducerConfig.CLIENT_ID_CONFIG, "simulator");
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        return config;
    }
}
