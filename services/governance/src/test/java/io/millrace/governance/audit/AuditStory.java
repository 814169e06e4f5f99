package io.millrace.governance.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.events.audit.EntryLogged;
import io.millrace.events.checkpoint.CheckpointSigned;
import io.millrace.governance.codec.EntryCodec;
import io.millrace.governance.domain.audit.AuditEntry;
import io.millrace.governance.domain.audit.Covered;
import io.millrace.streams.Envelope;
import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.SchemaRegistry;
import io.millrace.streams.Topic;
import io.millrace.streams.Topic.Principal;
import io.millrace.streams.Topics;
import io.millrace.streams.UndecodableException;
import io.millrace.streams.runtime.TopicReader;
import io.millrace.testkit.SeededRandom;
import io.millrace.testkit.TestBroker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
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
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/** What is in the topics and in a log, read by other means than the writer's, and the one held against the other. */
final class AuditStory {

    final TestBroker broker = TestBroker.shared();
    final SchemaRegistry schemas = broker.registry();

    private final Map<String, List<byte[]>> samples = new HashMap<>();

    Map<String, Object> governance() {
        return broker.client(Principal.GOVERNANCE);
    }

    KafkaProducer<String, byte[]> producer(Map<String, Object> more) {
        Map<String, Object> config = governance();
        config.putAll(more);
        return new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer());
    }

    /** Samples of a topic's events, as they were recorded with its schema. */
    static List<byte[]> samples(Topic<?> topic, SchemaLookup schemas) {
        Path file = Path.of(System.getProperty("millrace.root", "../.."))
                .resolve("schemas/golden/" + topic.name() + "/1.hex");
        int id = schemas.idOf(topic.subject(), topic.schema());
        try {
            return Files.readAllLines(file).stream()
                    .map(line -> HexFormat.of().parseHex(line))
                    .map(body -> ByteBuffer.allocate(5 + body.length)
                            .put((byte) 0)
                            .putInt(id)
                            .put(body)
                            .array())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends records of all audited topics in transactions, of which every third is aborted. */
    void fill(SeededRandom random, int transactions) {
        List<Topic<?>> topics = Topics.ALL.stream().filter(Topic::audited).toList();
        Map<String, Object> config = broker.operator();
        config.put("transactional.id", "filling-" + random.nextLong());
        try (KafkaProducer<String, byte[]> producer =
                new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer())) {
            producer.initTransactions();
            for (int i = 0; i < transactions; i++) {
                producer.beginTransaction();
                for (int j = random.nextInt(80); j >= 0; j--) {
                    Topic<?> topic = random.pick(topics);
                    byte[] value = random.onceIn(20)
                            ? rubbish(random)
                            : random.pick(samples.computeIfAbsent(topic.name(), any -> samples(topic, schemas)));
                    String key = random.onceIn(30) ? null : "key\n" + random.nextInt(9);
                    producer.send(new ProducerRecord<>(topic.name(), random.nextInt(topic.partitions()), key, value));
                }
                if (random.onceIn(3)) {
                    producer.flush();
                    producer.abortTransaction();
                } else {
                    producer.commitTransaction();
                }
            }
        }
        // Whoever has this id next waits until the broker has ended the last transaction everywhere.
        try (KafkaProducer<String, byte[]> next =
                new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer())) {
            next.initTransactions();
        }
    }

    List<String> lines(String logId) {
        List<String> lines = new ArrayList<>();
        EventSerde<?> serde = EventSerde.of(Topics.AUDIT_LOG, schemas);
        read(Topics.AUDIT_LOG, logId, record -> {
            EntryLogged logged = (EntryLogged) field(serde.decode(record.value()));
            assertThat(logged.getIndex()).isEqualTo(lines.size());
            lines.add(logged.getEntry());
        });
        return lines;
    }

    List<String> notes(String logId) {
        List<String> notes = new ArrayList<>();
        EventSerde<?> serde = EventSerde.of(Topics.AUDIT_CHECKPOINTS, schemas);
        read(
                Topics.AUDIT_CHECKPOINTS,
                logId,
                record -> notes.add(((CheckpointSigned) field(serde.decode(record.value()))).getNote()));
        return notes;
    }

    private static Object field(SpecificRecord event) {
        return event.get(event.getSchema().getField("payload").pos());
    }

    private void read(Topic<?> topic, String logId, Consumer<ConsumerRecord<String, byte[]>> reader) {
        try (TopicReader all = new TopicReader(broker.client(Principal.USERS), List.of(topic.name()))) {
            all.toEnd(record -> {
                if (logId.equals(record.key())) {
                    reader.accept(record);
                }
            });
        }
    }

    /** Every committed record of every audited topic, by topic and partition. */
    Map<String, List<ConsumerRecord<byte[], byte[]>>> audited() {
        Map<String, Object> config = broker.client(Principal.USERS);
        config.put("isolation.level", "read_committed");
        Map<String, List<ConsumerRecord<byte[], byte[]>>> found = new TreeMap<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> all = new ArrayList<>();
            for (Topic<?> topic : Topics.ALL) {
                for (int i = 0; topic.audited() && i < topic.partitions(); i++) {
                    all.add(new TopicPartition(topic.name(), i));
                }
            }
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
        return found;
    }

    /** Holds a log against the topics: every record in one entry, in order, with the digest that it has to have. */
    void requireExact(List<String> lines, Map<String, List<ConsumerRecord<byte[], byte[]>>> records) {
        Map<String, Deque<ConsumerRecord<byte[], byte[]>>> left = new TreeMap<>();
        records.forEach((place, all) -> left.put(place, new ArrayDeque<>(all)));
        for (String line : lines) {
            AuditEntry entry = EntryCodec.parse(line);
            Covered covered = entry.covered();
            Deque<ConsumerRecord<byte[], byte[]>> rest =
                    left.getOrDefault(covered.topic() + "/" + covered.partition(), new ArrayDeque<>());
            List<byte[]> leaves = new ArrayList<>();
            long last = -1;
            for (int i = 0; i < covered.records(); i++) {
                ConsumerRecord<byte[], byte[]> record = rest.poll();
                assertThat(record).as("one record too many in %s", line).isNotNull();
                if (covered.records() == 1) {
                    requireTold(covered, schemas, record);
                }
                if (i == 0) {
                    assertThat(record.offset()).as(line).isEqualTo(covered.firstOffset());
                }
                last = record.offset();
                leaves.add(sha256(new byte[] {0}, content(record)));
            }
            assertThat(covered.lastOffset()).as(line).isEqualTo(last);
            assertThat(covered.digest().hex()).as(line).isEqualTo(HexFormat.of().formatHex(root(leaves)));
        }
        assertThat(left.values().stream().mapToInt(Deque::size).sum()).isZero();
    }

    private static byte @Nullable [] rubbish(SeededRandom random) {
        return random.onceIn(3) ? null : random.bytes(random.pick(0, 4, 40));
    }

    /** What is said of a record is what its whole value says, decoded as any reader would. */
    static void requireTold(Covered covered, SchemaLookup schemas, ConsumerRecord<byte[], byte[]> record) {
        Topic<?> topic = Topics.ALL.stream()
                .filter(one -> one.name().equals(record.topic()))
                .findFirst()
                .orElseThrow();
        assertThat(covered.subject()).isEqualTo(record.key() == null ? null : new String(record.key(), UTF_8));
        try {
            SpecificRecord event = EventSerde.of(topic, schemas).deserialize(null, record.value());
            if (event != null) {
                Envelope envelope = Envelope.of(event);
                assertThat(covered.actor()).isEqualTo(envelope.actor());
                assertThat(covered.firstAt()).isEqualTo(envelope.occurredAt()).isEqualTo(covered.lastAt());
                assertThat(covered.action())
                        .isEqualTo(((SpecificRecord) envelope.payload())
                                .getSchema()
                                .getName());
                return;
            }
        } catch (UndecodableException e) {
            // Nothing can be said of it.
        }
        assertThat(covered.action()).isEqualTo(Covered.UNREADABLE);
        assertThat(covered.actor()).isNull();
        assertThat(covered.firstAt()).isEqualTo(record.timestamp());
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
        byte[] key = record.key();
        byte[] value = record.value();
        ByteBuffer bytes =
                ByteBuffer.allocate(24 + (key == null ? 0 : key.length) + (value == null ? 0 : value.length));
        bytes.putLong(record.offset()).putLong(record.timestamp());
        bytes.putInt(key == null ? -1 : key.length);
        if (key != null) {
            bytes.put(key);
        }
        bytes.putInt(value == null ? -1 : value.length);
        if (value != null) {
            bytes.put(value);
        }
        return bytes.array();
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
