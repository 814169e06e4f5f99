package io.millrace.cli.audit;

import io.millrace.governance.domain.audit.Coverage.Place;
import io.millrace.governance.domain.audit.Covered;
import io.millrace.governance.domain.audit.SourceCheck;
import io.millrace.governance.domain.tree.Hash;
import io.millrace.streams.Topic;
import io.millrace.streams.Topics;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * What is committed in the audited topics, byte by byte.
 *
 * @param client how to reach the broker
 */
public record Sources(Map<String, Object> client) {

    private static final Duration POLL = Duration.ofMillis(100);

    public Sources {
        client = Map.copyOf(client);
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        Map<String, Object> config = new HashMap<>(client);
        config.remove(ConsumerConfig.GROUP_ID_CONFIG);
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** Gives a check, which has all entries by now, the records that it wants, up to what is the end now. */
    public void into(SourceCheck check) {
        into(check, Topics.ALL.stream().filter(Topic::audited).toList(), record -> {});
    }

    /**
     * The same, of some topics.
     *
     * @param reader is given what the check is given
     */
    void into(SourceCheck check, Collection<Topic<?>> topics, Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            List<TopicPartition> all = topics.stream()
                    .flatMap(topic -> consumer.partitionsFor(topic.name()).stream())
                    .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                    .toList();
            Map<TopicPartition, Long> from = new HashMap<>();
            consumer.beginningOffsets(all).forEach((partition, begin) -> {
                check.begins(place(partition), begin);
                from.put(partition, Math.max(begin, check.from(place(partition))));
            });
            Map<TopicPartition, Long> open = new HashMap<>();
            consumer.endOffsets(all)
                    .forEach((partition, end) -> open.put(partition, Math.min(end, check.until(place(partition)))));
            open.entrySet().removeIf(end -> from.getOrDefault(end.getKey(), 0L) >= end.getValue());
            consumer.assign(open.keySet());
            open.keySet().forEach(partition -> consumer.seek(partition, from.getOrDefault(partition, 0L)));
            while (!open.isEmpty()) {
                ConsumerRecords<byte[], byte[]> polled = consumer.poll(POLL);
                open.forEach((partition, end) -> polled.records(partition).stream()
                        .filter(record -> record.offset() < end)
                        .forEach(record -> {
                            check.record(place(partition), record.offset(), leaf(record));
                            reader.accept(record);
                        }));
                List<TopicPartition> done = open.entrySet().stream()
                        .filter(end -> consumer.position(end.getKey()) >= end.getValue())
                        .map(Map.Entry::getKey)
                        .toList();
                consumer.pause(done);
                done.forEach(open::remove);
            }
        }
    }

    private static Place place(TopicPartition partition) {
        return new Place(partition.topic(), partition.partition());
    }

    private static Hash leaf(ConsumerRecord<byte[], byte[]> record) {
        return Hash.leaf(Covered.recordBytes(record.offset(), record.timestamp(), record.key(), record.value()));
    }
}
