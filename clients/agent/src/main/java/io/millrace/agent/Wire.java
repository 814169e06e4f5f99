package io.millrace.agent;

import io.millrace.events.attempt.AttemptEvent;
import io.millrace.events.decision.JobDecision;
import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.Topic;
import io.millrace.streams.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.ClusterResource;
import org.apache.kafka.common.ClusterResourceListener;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** An agent's way to the topics: reads decisions and what agents say, from where it is told; writes. */
final class Wire implements AutoCloseable {

    private static final List<Topic<? extends SpecificRecord>> READ =
            List.of(Topics.JOB_DECISIONS, Topics.ATTEMPT_EVENTS);

    private static final List<Topic<? extends SpecificRecord>> WRITTEN = List.of(
            Topics.ATTEMPT_EVENTS, Topics.NODE_EVENTS, Topics.GPU_TELEMETRY, Topics.JOB_LOGS, Topics.JOB_EVENTS);

    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(3);

    private final KafkaConsumer<String, byte[]> consumer;
    private final KafkaProducer<String, byte[]> producer;
    private final Map<String, EventSerde<?>> serdes = new HashMap<>();
    private final EventSerde<JobDecision> decisions;
    private final EventSerde<AttemptEvent> attempts;
    private final ClusterId cluster = new ClusterId();
    private final List<TopicPartition> partitions;

    /** Hears from the client which cluster it is. */
    private static final class ClusterId extends ByteArrayDeserializer implements ClusterResourceListener {
        private volatile String id = "";

        @Override
        public void onUpdate(ClusterResource resource) {
            if (resource.clusterId() != null) {
                id = resource.clusterId();
            }
        }
    }

    /**
     * Connects.
     *
     * @param client what every Kafka client of the stack is given: its address, its security
     */
    Wire(String nodeId, Map<String, Object> client, SchemaLookup schemas) {
        // Learned now, so that a registry that goes away later does not matter.
        Stream.concat(WRITTEN.stream(), READ.stream())
                .forEach(topic -> schemas.byId(schemas.idOf(topic.subject(), topic.schema())));
        WRITTEN.forEach(topic -> serdes.put(topic.name(), EventSerde.of(topic, schemas)));
        decisions = EventSerde.of(Topics.JOB_DECISIONS, schemas);
        attempts = EventSerde.of(Topics.ATTEMPT_EVENTS, schemas);
        producer =
                new KafkaProducer<>(producerConfig(nodeId, client), new StringSerializer(), new ByteArraySerializer());
        consumer = new KafkaConsumer<>(consumerConfig(nodeId, client), new StringDeserializer(), cluster);
        try {
            partitions = READ.stream()
                    .flatMap(topic -> consumer.partitionsFor(topic.name()).stream())
                    .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                    .toList();
        } catch (KafkaException e) {
            close();
            throw new AgentException("the broker can't be asked for its topics: " + e.getMessage(), e);
        }
        consumer.assign(partitions);
    }

    String clusterId() {
        return cluster.id;
    }

    /** Goes on from these offsets, and from the end of every partition that none is known of. */
    void seek(Map<String, Long> offsets) {
        for (TopicPartition partition : partitions) {
            Long offset = offsets.get(partition.toString());
            if (offset == null) {
                consumer.seekToEnd(List.of(partition));
            } else {
                consumer.seek(partition, offset);
            }
            // Seeking is lazy; what comes from here on is to be read.
            consumer.position(partition);
        }
    }

    /** Offsets of what is read next. */
    Map<String, Long> offsets() {
        Map<String, Long> offsets = new TreeMap<>();
        partitions.forEach(partition -> offsets.put(partition.toString(), consumer.position(partition)));
        return offsets;
    }

    ConsumerRecords<String, byte[]> poll(Duration atMost) {
        return consumer.poll(atMost);
    }

    /** Hands over every record up to what is the end now. */
    void readToEnd(Consumer<ConsumerRecord<String, byte[]>> reader) {
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            consumer.poll(Duration.ofMillis(100)).forEach(reader);
        }
    }

    JobDecision decision(byte[] value) {
        return decisions.decode(value);
    }

    AttemptEvent attempt(byte[] value) {
        return attempts.decode(value);
    }

    /** @param then told, on a thread of the client's, whether it is stored */
    <E extends SpecificRecord> void send(Topic<E> topic, String key, E event, long timeMs, Consumer<Boolean> then) {
        @SuppressWarnings("unchecked") // put in under the topic of the same type
        EventSerde<E> serde = (EventSerde<E>) serdes.get(topic.name());
        if (serde == null) {
            throw new IllegalArgumentException("an agent does not write " + topic.name());
        }
        byte[] value = serde.serialize(topic.name(), event);
        try {
            var unused = producer.send(
                    new ProducerRecord<>(topic.name(), null, timeMs, key, value, topic.headers(key, event)),
                    (metadata, error) -> then.accept(error == null));
        } catch (KafkaException e) {
            then.accept(false);
        }
    }

    void flush() {
        producer.flush();
    }

    @Override
    public void close() {
        producer.close(CLOSE_LIMIT);
        consumer.close();
    }

    private static Map<String, Object> producerConfig(String nodeId, Map<String, Object> client) {
        Map<String, Object> config = new HashMap<>(client);
        config.put(ProducerConfig.CLIENT_ID_CONFIG, "agent-" + nodeId);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        // The agent says everything again that is not stored; its one thread must not wait long for one of them.
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 1_000);
        config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 20_000);
        config.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1_000);
        return config;
    }

    private static Map<String, Object> consumerConfig(String nodeId, Map<String, Object> client) {
        Map<String, Object> config = new HashMap<>(client);
        config.remove(ConsumerConfig.GROUP_ID_CONFIG);
        config.put(ConsumerConfig.CLIENT_ID_CONFIG, "agent-" + nodeId);
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 100);
        config.put(ConsumerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1_000);
        return config;
    }
}
