package io.millrace.bench.audit;

import io.millrace.bench.pipeline.Cluster;
import io.millrace.streams.Topic.Principal;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
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

/**
 * Records as they are from one topic into one partition of another, a transaction for each poll: what the audit log's
 * writer does, with its settings, less all that it knows of a record. Not thread safe.
 */
final class PlainCopy implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(100);
    private static final String NAME = "governance-bench-copy";

    private final String target;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final KafkaProducer<byte[], byte[]> producer;
    private final ConsumerGroupMetadata group = new ConsumerGroupMetadata(NAME);

    PlainCopy(Cluster cluster, List<TopicPartition> source, String target) {
        this.target = target;
        Map<String, Object> reading = new HashMap<>(cluster.clients().apply(Principal.GOVERNANCE));
        reading.put(ConsumerConfig.GROUP_ID_CONFIG, NAME);
        reading.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        reading.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        reading.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 5_000);
        reading.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 50);
        consumer = new KafkaConsumer<>(reading, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        consumer.assign(source);
        consumer.seekToBeginning(source);
        Map<String, Object> writing = new HashMap<>(cluster.clients().apply(Principal.GOVERNANCE));
        writing.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, NAME);
        writing.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        writing.put(ProducerConfig.LINGER_MS_CONFIG, 100);
        writing.put(ProducerConfig.BATCH_SIZE_CONFIG, 1 << 17);
        producer = new KafkaProducer<>(writing, new ByteArraySerializer(), new ByteArraySerializer());
        producer.initTransactions();
    }

    /** Copies what there is; gives how many records. */
    int step() {
        ConsumerRecords<byte[], byte[]> polled = consumer.poll(POLL);
        if (polled.isEmpty()) {
            return 0;
        }
        producer.beginTransaction();
        for (ConsumerRecord<byte[], byte[]> record : polled) {
            producer.send(new ProducerRecord<>(target, 0, record.key(), record.value()));
        }
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        polled.partitions()
                .forEach(partition -> offsets.put(partition, new OffsetAndMetadata(consumer.position(partition))));
        producer.sendOffsetsToTransaction(offsets, group);
        producer.commitTransaction();
        return polled.count();
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(3));
        consumer.close();
    }
}
