package io.millrace.bench.pipeline;

import io.millrace.events.job.JobEvent;
import io.millrace.streams.EventSerde;
import io.millrace.streams.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
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

    /** @param partition of the target all records go to; null: by their keys */
    private record Hop(String from, String to, @Nullable Integer partition) {}

    private final Map<String, Hop> hops = new HashMap<>();
    private final EventSerde<JobEvent> serde;
    private final KafkaConsumer<String, byte[]> consumer;
    private final KafkaProducer<String, byte[]> producer;
    private final Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
    private final Duration poll;
    private final long commitNanos;
    private final Thread thread;
    private long begunAt;

    private PlainLoop(Cluster cluster, ServiceSettings settings, String name, List<Hop> hops) {
        hops.forEach(hop -> this.hops.put(hop.from(), hop));
        serde = EventSerde.of(Topics.JOB_EVENTS, cluster.schemas());
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

    /** Source to target. */
    static PlainLoop oneHop(Cluster cluster, ServiceSettings settings, String source, String target) {
        return new PlainLoop(cluster, settings, "scheduler-one-hop-" + target, List.of(new Hop(source, target, null)));
    }

    /** Source to a partition of the topic between, as a pool's log is one partition, and from there to the target. */
    static PlainLoop twoHops(Cluster cluster, ServiceSettings settings, String source, String between, String target) {
        return new PlainLoop(
                cluster,
                settings,
                "scheduler-two-hops-" + target,
                List.of(new Hop(source, between, 0), new Hop(between, target, null)));
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
                records.forEach(this::copy);
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

    private void copy(ConsumerRecord<String, byte[]> record) {
        Hop hop = hops.get(record.topic());
        if (hop == null) {
            throw new IllegalStateException("nothing was subscribed to in " + record.topic());
        }
        JobEvent event = serde.decode(record.value());
        byte[] encoded = serde.serialize(hop.to(), event);
        var unused = producer.send(
                new ProducerRecord<>(hop.to(), hop.partition(), record.timestamp(), record.key(), encoded));
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
