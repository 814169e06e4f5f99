package io.millrace.bench.pipeline;

import io.millrace.bench.pipeline.Trail.Part;
import io.millrace.bench.pipeline.Trail.Sample;
import io.millrace.events.job.JobEvent;
import io.millrace.events.pool.Gathered;
import io.millrace.events.pool.PoolInput;
import io.millrace.streams.EventSerde;
import io.millrace.streams.Topic;
import io.millrace.streams.Topics;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * What plain Kafka clients make of the same events: each is read, decoded, encoded and written on, in transactions,
 * once or twice. One thread with one consumer and one producer, as a thread of Kafka Streams has them, and with the
 * settings that the service gives it.
 */
final class PlainLoop implements AutoCloseable {

    /** What is done with a record of one topic. */
    @FunctionalInterface
    private interface Hop {
        void take(ConsumerRecord<String, byte[]> record, PlainLoop loop);
    }

    private final Map<String, Hop> hops;
    private final KafkaConsumer<String, byte[]> consumer;
    private final KafkaProducer<String, byte[]> producer;
    private final Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
    private final Duration poll;
    private final long commitNanos;
    private final Thread thread;
    private long begunAt;

    private PlainLoop(Cluster cluster, ServiceSettings settings, String name, Map<String, Hop> hops) {
        this.hops = hops;
        poll = settings.poll();
        commitNanos = settings.commitInterval().toNanos();
        Map<String, Object> reading = settings.consumer(cluster);
        reading.put(ConsumerConfig.GROUP_ID_CONFIG, name);
        reading.put(ConsumerConfig.CLIENT_ID_CONFIG, name);
        consumer = new KafkaConsumer<>(reading, new StringDeserializer(), new ByteArrayDeserializer());
        consumer.subscribe(this.hops.keySet());
        Map<String, Object> writing = settings.producer(cluster);
        writing.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, name);
        writing.put(ProducerConfig.CLIENT_ID_CONFIG, name);
        producer = new KafkaProducer<>(writing, new StringSerializer(), new ByteArraySerializer());
        thread = Thread.ofPlatform().name(name).daemon().start(this::run);
    }

    /** Source to target, each event once. */
    static PlainLoop oneHop(Cluster cluster, ServiceSettings settings, String source, String target) {
        EventSerde<JobEvent> serde = EventSerde.of(Topics.JOB_EVENTS, cluster.schemas());
        return new PlainLoop(
                cluster, settings, "scheduler-one-hop-" + target, Map.of(source, copy(serde, target, null)));
    }

    /**
     * Source to a partition of the topic between, as a pool's log is one partition, and from there to the target: each
     * event once a hop, as it is.
     */
    static PlainLoop twoHops(Cluster cluster, ServiceSettings settings, String source, String between, String target) {
        EventSerde<JobEvent> serde = EventSerde.of(Topics.JOB_EVENTS, cluster.schemas());
        return new PlainLoop(
                cluster,
                settings,
                "scheduler-two-hops-" + target,
                Map.of(source, copy(serde, between, 0), between, copy(serde, target, null)));
    }

    /** Source to between to target, each event of a topic once a hop, as it is. */
    static <E extends SpecificRecord> PlainLoop twoHops(
            Cluster cluster, ServiceSettings settings, Topic<E> topic, String source, String between, String target) {
        EventSerde<E> serde = EventSerde.of(topic, cluster.schemas());
        return new PlainLoop(
                cluster,
                settings,
                "two-hops-" + target,
                Map.of(source, copy(serde, between, null), between, copy(serde, target, null)));
    }

    /** What the loop that writes as much as the pipeline writes besides the events' log. */
    record Written(Part decisions, Part reasons, Part state, Part owners) {}

    /**
     * The same way, and all that the pipeline writes on it: the event in the form of the pool's log and who owns its
     * job; then a decision, reasons and state. The target gets a record with the event's key for each event.
     *
     * @param trail prefix of the topics for all but the log and the decisions
     */
    static PlainLoop sameBytes(
            Cluster cluster,
            ServiceSettings settings,
            String source,
            String between,
            String target,
            String trail,
            Written written) {
        EventSerde<JobEvent> events = EventSerde.of(Topics.JOB_EVENTS, cluster.schemas());
        EventSerde<PoolInput> inputs = EventSerde.of(Topics.POOL_INPUTS, cluster.schemas());
        Hop gather = (record, loop) -> {
            JobEvent event = events.decode(record.value());
            PoolInput input = new PoolInput(
                    record.topic() + '/' + record.partition() + '/' + record.offset(),
                    event.getOccurredAt(),
                    "service:bench",
                    new Gathered(
                            record.topic(),
                            record.partition(),
                            record.offset(),
                            record.key(),
                            ByteBuffer.wrap(record.value())));
            loop.send(between, 0, record.timestamp(), RunningScheduler.POOL, inputs.serialize(null, input));
            loop.send(trail + "owners", record.timestamp(), written.owners());
        };
        Hop fold = (record, loop) -> {
            Gathered gathered = (Gathered) inputs.decode(record.value()).getPayload();
            JobEvent event = events.decode(gathered.getValue());
            long at = event.getOccurredAt().toEpochMilli();
            loop.send(
                    target,
                    null,
                    at,
                    gathered.getKey(),
                    written.decisions().next().encode().get());
            loop.send(trail + "reasons", at, written.reasons());
            loop.send(trail + "state", at, written.state());
        };
        return new PlainLoop(
                cluster, settings, "scheduler-same-bytes-" + target, Map.of(source, gather, between, fold));
    }

    /** @param partition of the target all records go to; null: by their keys */
    private static <E extends SpecificRecord> Hop copy(EventSerde<E> serde, String to, @Nullable Integer partition) {
        return (record, loop) -> {
            E event = serde.decode(record.value());
            loop.send(to, partition, record.timestamp(), record.key(), serde.serialize(to, event));
        };
    }

    private void send(String topic, long at, Part part) {
        for (int left = part.due(); left > 0; left--) {
            Sample sample = part.next();
            send(topic, null, at, sample.key(), sample.encode().get());
        }
    }

    private void send(
            String topic, @Nullable Integer partition, long at, @Nullable String key, byte @Nullable [] value) {
        var unused = producer.send(new ProducerRecord<>(topic, partition, at, key, value));
    }

    private void run() {
        try {
            producer.initTransactions();
            boolean open = false;
            while (!closed.get()) {
                ConsumerRecords<String, byte[]> records = consumer.poll(poll);
                if (!open && !records.isEmpty()) {
                    producer.beginTransaction();
                    begunAt = System.nanoTime();
                    open = true;
                }
                records.forEach(this::take);
                if (open && System.nanoTime() - begunAt >= commitNanos) {
                    producer.sendOffsetsToTransaction(offsets, consumer.groupMetadata());
                    producer.commitTransaction();
                    offsets.clear();
                    open = false;
                }
            }
        } catch (RuntimeException e) {
            failure.set(e);
        } finally {
            consumer.close();
            producer.close();
        }
    }

    private void take(ConsumerRecord<String, byte[]> record) {
        Hop hop = hops.get(record.topic());
        if (hop == null) {
            throw new IllegalStateException("nothing was subscribed to in " + record.topic());
        }
        hop.take(record, this);
        offsets.put(new TopicPartition(record.topic(), record.partition()), new OffsetAndMetadata(record.offset() + 1));
    }

    /** Fails where the loop failed. */
    void requireRunning() {
        RuntimeException failed = failure.get();
        if (failed != null) {
            throw failed;
        }
    }

    @Override
    public void close() {
        closed.set(true);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
