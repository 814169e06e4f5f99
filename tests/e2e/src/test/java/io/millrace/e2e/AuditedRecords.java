package io.millrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.streams.Topic;
import io.millrace.streams.Topics;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Every committed record of every audited topic, read and hashed by nothing that the audit log is written with.
 *
 * @param byPlace records by topic and partition, in their order
 */
record AuditedRecords(Map<String, List<ConsumerRecord<byte[], byte[]>>> byPlace) {

    /** What is committed up to now. */
    static AuditedRecords of(Map<String, Object> client) {
        Map<String, Object> config = new HashMap<>(client);
        config.put("isolation.level", "read_committed");
        config.put("enable.auto.commit", false);
        Map<String, List<ConsumerRecord<byte[], byte[]>>> found = new TreeMap<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> all = Topics.ALL.stream()
                    .filter(Topic::audited)
                    .flatMap(topic -> consumer.partitionsFor(topic.name()).stream())
                    .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                    .toList();
            consumer.assign(all);
            consumer.seekToBeginning(all);
            Map<TopicPartition, Long> ends = consumer.endOffsets(all);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(50))
                        .forEach(record -> found.computeIfAbsent(
                                        record.topic() + "/" + record.partition(), any -> new ArrayList<>())
                                .add(record));
            }
        }
        return new AuditedRecords(found);
    }

    int count() {
        return byPlace.values().stream().mapToInt(List::size).sum();
    }

    /**
     * Requires that the lines of a log cover these records from the first on, each once, in order and with the digest that
     * it has to have, and nothing else. Gives what is left: by place the offsets of records that no line covers.
     */
    Map<String, List<Long>> leftBy(List<String> lines) {
        Map<String, Deque<ConsumerRecord<byte[], byte[]>>> left = new TreeMap<>();
        byPlace.forEach((place, all) -> left.put(place, new ArrayDeque<>(all)));
        for (String line : lines) {
            JsonNode entry = parsed(line);
            String place =
                    entry.path("topic").asText() + "/" + entry.path("partition").asInt();
            Deque<ConsumerRecord<byte[], byte[]>> rest = left.getOrDefault(place, new ArrayDeque<>());
            List<byte[]> leaves = new ArrayList<>();
            List<Long> offsets = new ArrayList<>();
            for (int i = 0; i < entry.path("records").asInt(); i++) {
                ConsumerRecord<byte[], byte[]> record = rest.poll();
                assertThat(record).as("one record too many in %s", line).isNotNull();
                offsets.add(record.offset());
                leaves.add(sha256(new byte[] {0}, content(record)));
            }
            assertThat(offsets.getFirst())
                    .as(line)
                    .isEqualTo(entry.path("first_offset").asLong());
            assertThat(offsets.getLast())
                    .as(line)
                    .isEqualTo(entry.path("last_offset").asLong());
            assertThat(HexFormat.of().formatHex(root(leaves)))
                    .as(line)
                    .isEqualTo(entry.path("digest").asText());
        }
        Map<String, List<Long>> offsets = new TreeMap<>();
        left.forEach((place, rest) ->
                offsets.put(place, rest.stream().map(ConsumerRecord::offset).toList()));
        return offsets;
    }

    static JsonNode parsed(String line) {
        try {
            return new ObjectMapper().readTree(line);
        } catch (JsonProcessingException e) {
            throw new AssertionError(line, e);
        }
    }

    /** RFC 6962, 2.1, as it is written there. */
    private static byte[] root(List<byte[]> leaves) {
        if (leaves.size() == 1) {
            return leaves.getFirst();
        }
        int k = 1;
        while (k * 2 < leaves.size()) {
            k *= 2;
        }
        return sha256(new byte[] {1}, root(leaves.subList(0, k)), root(leaves.subList(k, leaves.size())));
    }

    private static byte[] content(ConsumerRecord<byte[], byte[]> record) {
        byte[] key = sized(record.key());
        byte[] value = sized(record.value());
        return ByteBuffer.allocate(16 + key.length + value.length)
                .putLong(record.offset())
                .putLong(record.timestamp())
                .put(key)
                .put(value)
                .array();
    }

    private static byte[] sized(byte @Nullable [] part) {
        return part == null
                ? ByteBuffer.allocate(4).putInt(-1).array()
                : ByteBuffer.allocate(4 + part.length)
                        .putInt(part.length)
                        .put(part)
                        .array();
    }

    private static byte[] sha256(byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (byte[] part : parts) {
                digest.update(part);
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
