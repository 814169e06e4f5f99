package io.millrace.cli.demo;

import io.millrace.cli.Connection;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Reads what is committed in some topics, from the beginning. */
final class TopicReader implements AutoCloseable {
    private static final Duration ONE_POLL = Duration.ofMillis(100);

    private final KafkaConsumer<String, byte[]> consumer;

    TopicReader(Connection connection, Collection<String> topics) {
        Map<String, Object> config = new HashMap<>(connection.kafkaProperties());
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        consumer = new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer());
        List<TopicPartition> partitions = topics.stream()
                .flatMap(topic -> consumer.partitionsFor(topic).stream())
                .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** Names of all topics that there are. */
    static Set<String> topics(Connection connection) {
        try (var consumer = new KafkaConsumer<>(
                connection.kafkaProperties(), new StringDeserializer(), new ByteArrayDeserializer())) {
            return consumer.listTopics().keySet().stream().collect(Collectors.toUnmodifiableSet());
        }
    }

    /** Hands over every record up to what is the end now; a later call goes on from there. */
    void toEnd(Consumer<ConsumerRecord<String, byte[]>> reader) {
        Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            consumer.poll(ONE_POLL).forEach(reader);
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
