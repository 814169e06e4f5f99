package io.millrace.bench.pipeline;

import io.millrace.bench.pipeline.JobStream.Encoded;
import io.millrace.local.StackException;
import io.millrace.streams.Topic.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Sends records into one topic as fast as the broker takes them, and waits for as many committed ones in another. */
final class Flow implements AutoCloseable {

    /** What came out. */
    record Passed(double perSecond, List<ConsumerRecord<String, byte[]>> records) {}

    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final String source;
    private final String target;
    private final KafkaProducer<String, byte[]> producer;
    private final KafkaConsumer<String, byte[]> consumer;

    /**
     * @param principal who sends and reads
     * @param partitions of the target
     */
    Flow(Cluster cluster, Principal principal, String source, String target, int partitions) {
        this.source = source;
        this.target = target;
        Map<String, Object> sending = cluster.client(principal);
        sending.put(ProducerConfig.ACKS_CONFIG, "all");
        sending.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        producer = new KafkaProducer<>(sending, new StringSerializer(), new ByteArraySerializer());
        Map<String, Object> reading = cluster.client(principal);
        reading.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        reading.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        reading.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 50);
        reading.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 10_000);
        consumer = new KafkaConsumer<>(reading, new StringDeserializer(), new ByteArrayDeserializer());
        List<TopicPartition> assigned = IntStream.range(0, partitions)
                .mapToObj(partition -> new TopicPartition(target, partition))
                .toList();
        consumer.assign(assigned);
        consumer.seekToBeginning(assigned);
    }

    /**
     * Sends the records and returns when as many have come out whose keys begin with the prefix.
     *
     * @throws StackException when nothing comes for a minute
     */
    Passed pass(String prefix, List<Encoded> records) {
        List<ConsumerRecord<String, byte[]>> passed = new ArrayList<>(records.size());
        long begun = System.nanoTime();
        CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> send(records));
        long last = begun;
        while (passed.size() < records.size()) {
            int before = passed.size();
            for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                if (record.key().startsWith(prefix)) {
                    passed.add(record);
                }
            }
            long now = System.nanoTime();
            if (passed.size() > before) {
                last = now;
            } else if (now - last > PATIENCE.toNanos()) {
                throw new StackException("of " + records.size() + " records sent to " + source + " only "
                        + passed.size() + " came out of " + target + ", and nothing for a minute");
            }
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        sent.join();
        return new Passed(records.size() / seconds, passed);
    }

    private void send(List<Encoded> records) {
        for (Encoded record : records) {
            var unused =
                    producer.send(new ProducerRecord<>(source, record.key(), record.value()), (metadata, error) -> {
                        if (error != null) {
                            throw new StackException("the broker did not store a record of " + source, error);
                        }
                    });
        }
        producer.flush();
    }

    @Override
    public void close() {
        producer.close();
        consumer.close();
    }
}
