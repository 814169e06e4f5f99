package io.millrace.simulator.play;

import io.millrace.events.clock.ClockEvent;
import io.millrace.events.cycle.CycleEvent;
import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.Topic;
import io.millrace.streams.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** The scripted scheduler as a service of its own behind a broker, with a transaction a cycle. */
final class ScriptedService implements AutoCloseable {
    private static final List<Topic<? extends SpecificRecord>> SOURCES =
            List.of(Topics.JOB_EVENTS, Topics.ATTEMPT_EVENTS, Topics.NODE_EVENTS, Topics.GPU_TELEMETRY, Topics.CLOCK);

    private record Arrival(Topic<? extends SpecificRecord> topic, String key, SpecificRecord event) {
        /** The play numbers its records without gaps. */
        long number() {
            String id = event.get(0).toString();
            return Long.parseLong(id.substring(id.lastIndexOf('-') + 1));
        }
    }

    private final KafkaConsumer<String, byte[]> consumer;
    private final KafkaProducer<String, byte[]> producer;
    private final SchemaLookup schemas;
    private final ScriptedScheduler scheduler = new ScriptedScheduler(3, false);
    private final List<Arrival> arrived = new ArrayList<>();
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final Future<?> work;
    private volatile boolean closing;
    private long folded;

    private ScriptedService(Map<String, Object> client, SchemaLookup schemas) {
        this.schemas = schemas;
        Map<String, Object> consuming = new HashMap<>(client);
        consuming.put("fetch.max.wait.ms", 10);
        consumer = new KafkaConsumer<>(consuming, new StringDeserializer(), new ByteArrayDeserializer());
        List<TopicPartition> partitions = SOURCES.stream()
                .flatMap(topic -> IntStream.range(0, topic.partitions())
                        .mapToObj(partition -> new TopicPartition(topic.name(), partition)))
                .toList();
        consumer.assign(partitions);
        consumer.seekToEnd(partitions);
        partitions.forEach(consumer::position);
        Map<String, Object> producing = new HashMap<>(client);
        producing.put("transactional.id", "scheduler-scripted");
        producer = new KafkaProducer<>(producing, new StringSerializer(), new ByteArraySerializer());
        producer.initTransactions();
        work = thread.submit(this::serve);
    }

    static ScriptedService start(Map<String, Object> client, SchemaLookup schemas) {
        return new ScriptedService(client, schemas);
    }

    /** Fails if the service did. */
    void rethrow() throws ExecutionException, InterruptedException {
        closing = true;
        work.get();
    }

    @Override
    public void close() {
        closing = true;
        thread.close();
        producer.close();
        consumer.close();
    }

    private void serve() {
        while (!closing) {
            for (ConsumerRecord<String, byte[]> message : consumer.poll(Duration.ofMillis(100))) {
                SOURCES.stream()
                        .filter(topic -> topic.name().equals(message.topic()))
                        .forEach(topic -> arrived.add(new Arrival(
                                topic,
                                message.key(),
                                EventSerde.of(topic, schemas).decode(message.value()))));
            }
            arrived.sort(Comparator.comparingLong(Arrival::number));
            while (nextTick() >= 0) {
                decide(nextTick());
            }
        }
    }

    /** Index of the first tick, if everything sent before it has arrived; else -1. */
    private int nextTick() {
        for (int i = 0; i < arrived.size(); i++) {
            if (arrived.get(i).event() instanceof ClockEvent) {
                return arrived.get(i).number() == folded + i + 1 ? i : -1;
            }
        }
        return -1;
    }

    private void decide(int tick) {
        for (Arrival arrival : arrived.subList(0, tick + 1)) {
            scheduler.take(arrival.topic(), arrival.key(), arrival.event());
        }
        folded += tick + 1;
        arrived.subList(0, tick + 1).clear();
        producer.beginTransaction();
        for (List<Wire.Answer> answers = scheduler.poll(Duration.ZERO);
                !answers.isEmpty();
                answers = scheduler.poll(Duration.ZERO)) {
            for (Wire.Answer answer : answers) {
                switch (answer) {
                    case Wire.Answer.Decided decided ->
                        write(Topics.JOB_DECISIONS, decided.jobId(), decided.decision());
                    case Wire.Answer.Cycled cycled ->
                        write(
                                Topics.SCHEDULING_CYCLES,
                                cycled.pool(),
                                new CycleEvent("cycle", Instant.EPOCH, "service:scheduler", cycled.cycle()));
                }
            }
        }
        producer.commitTransaction();
    }

    private <E extends SpecificRecord> void write(Topic<E> topic, String key, E event) {
        var unused = producer.send(new ProducerRecord<>(
                topic.name(), key, EventSerde.of(topic, schemas).serialize(topic.name(), event)));
    }
}
