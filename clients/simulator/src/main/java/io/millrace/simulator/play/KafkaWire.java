package io.millrace.simulator.play;

import io.millrace.events.cycle.CycleDecided;
import io.millrace.events.cycle.CycleEvent;
import io.millrace.events.decision.JobDecision;
import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.Topic;
import io.millrace.streams.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** The wire of a running stack. Reads what is decided from the moment it connects. */
public final class KafkaWire implements Wire {
    private static final List<Topic<? extends SpecificRecord>> WRITTEN =
            List.of(Topics.JOB_EVENTS, Topics.ATTEMPT_EVENTS, Topics.NODE_EVENTS, Topics.GPU_TELEMETRY, Topics.CLOCK);
    private static final List<Topic<? extends SpecificRecord>> READ =
            List.of(Topics.JOB_DECISIONS, Topics.SCHEDULING_CYCLES);

    private final Sender sender;
    private final Consumer<String, byte[]> consumer;
    private final EventSerde<JobDecision> decisions;
    private final EventSerde<CycleEvent> cycles;

    private KafkaWire(Map<String, Object> client, SchemaLookup schemas) {
        // Learned now, so that a registry that goes away during the play does not matter.
        READ.forEach(topic -> schemas.byId(schemas.idOf(topic.subject(), topic.schema())));
        decisions = EventSerde.of(Topics.JOB_DECISIONS, schemas);
        cycles = EventSerde.of(Topics.SCHEDULING_CYCLES, schemas);
        sender = new Sender(client, schemas, WRITTEN);
        consumer = new KafkaConsumer<>(consumerConfig(client), new StringDeserializer(), new ByteArrayDeserializer());
        List<TopicPartition> partitions = READ.stream()
                .flatMap(topic -> IntStream.range(0, topic.partitions())
                        .mapToObj(partition -> new TopicPartition(topic.name(), partition)))
                .toList();
        consumer.assign(partitions);
        consumer.seekToEnd(partitions);
        // Seeking is lazy: without this, the end would be looked up after the first answers have come.
        partitions.forEach(consumer::position);
    }

    /**
     * Connects to a stack.
     *
     * @param client what every Kafka client of the stack is given: its address, its security
     */
    public static KafkaWire connect(Map<String, Object> client, SchemaLookup schemas) {
        return new KafkaWire(client, schemas);
    }

    @Override
    public <E extends SpecificRecord> void send(Topic<E> topic, String key, E event, long timeMs) {
        sender.send(topic, key, event, timeMs);
    }

    @Override
    public void flush() {
        sender.flush();
    }

    @Override
    public List<Answer> poll(Duration atMost) {
        List<Answer> answers = new ArrayList<>();
        try {
            for (ConsumerRecord<String, byte[]> message : consumer.poll(atMost)) {
                if (message.topic().equals(Topics.JOB_DECISIONS.name())) {
                    answers.add(new Answer.Decided(message.key(), decisions.decode(message.value())));
                } else {
                    CycleEvent event = cycles.decode(message.value());
                    answers.add(new Answer.Cycled(message.key(), (CycleDecided) event.getPayload()));
                }
            }
        } catch (KafkaException e) {
            throw new PlayException("What the scheduler decided can't be read: " + e.getMessage(), e);
        }
        return answers;
    }

    @Override
    public void close() {
        sender.close();
        consumer.close();
    }

    private static Map<String, Object> consumerConfig(Map<String, Object> client) {
        Map<String, Object> config = new HashMap<>(client);
        config.put(ConsumerConfig.CLIENT_ID_CONFIG, "simulator");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        config.put(
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                IsolationLevel.READ_COMMITTED.toString().toLowerCase(Locale.ROOT));
        // A play waits for every single answer: what is there is fetched at once.
        config.put(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, 1);
        config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 10);
        config.put(ConsumerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 500);
        return config;
    }
}
