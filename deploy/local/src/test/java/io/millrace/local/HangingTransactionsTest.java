package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Markers are lost here by cutting them off the ends of the log files while no broker has them. */
class HangingTransactionsTest {

    private static final String GROUP = "readers";
    private static final TopicPartition SOURCE = new TopicPartition("numbers", 0);
    private static final TopicPartition TARGET = new TopicPartition("squares", 0);
    private static final TopicPartition OFFSETS = new TopicPartition(Topic.GROUP_METADATA_TOPIC_NAME, 0);

    @TempDir
    private Path folder;

    private @Nullable EmbeddedBroker running;

    @BeforeEach
    void startBroker() throws Exception {
        start();
        try (Admin admin = admin()) {
            admin.createTopics(List.of(
                            new NewTopic(SOURCE.topic(), 1, (short) 1), new NewTopic(TARGET.topic(), 1, (short) 1)))
                    .all()
                    .get();
        }
    }

    @AfterEach
    void stop() {
        broker().close();
    }

    private void start() {
        running = EmbeddedBroker.start(
                folder, 0, false, BrokerAccess.guarded(Credentials.in(folder.resolve("credentials")), null));
    }

    private EmbeddedBroker broker() {
        return Objects.requireNonNull(running);
    }

    private int end() {
        try (Admin admin = admin()) {
            return HangingTransactions.end(broker().operator(), admin);
        }
    }

    private Map<String, Object> client(String setting, String value) {
        Map<String, Object> client = broker().operator();
        client.put(setting, value);
        return client;
    }

    private Admin admin() {
        return Admin.create(broker().operator());
    }

    private KafkaProducer<String, String> producer() {
        KafkaProducer<String, String> producer = new KafkaProducer<>(
                client(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "squarer"),
                new StringSerializer(),
                new StringSerializer());
        producer.initTransactions();
        return producer;
    }

    private static void square(KafkaProducer<String, String> producer, int number) throws Exception {
        producer.beginTransaction();
        producer.send(new ProducerRecord<>(TARGET.topic(), Integer.toString(number), Integer.toString(number * number)))
                .get();
        producer.sendOffsetsToTransaction(
                Map.of(SOURCE, new OffsetAndMetadata(number)), new ConsumerGroupMetadata(GROUP));
    }

    /** Restarts the broker as if the coordinator had sent the last marker to none of these partitions. */
    private void loseLastMarkers(TopicPartition... partitions) throws IOException {
        broker().close();
        Path log = folder.resolve("log");
        for (TopicPartition partition : partitions) {
            cutLastBatch(log.resolve(partition.toString()));
        }
        // Makes the broker look at the logs themselves and not at what it noted of them.
        Files.delete(log.resolve(".kafka_cleanshutdown"));
        start();
    }

    private static void cutLastBatch(Path partition) throws IOException {
        Path segment;
        try (Stream<Path> files = Files.list(partition)) {
            segment = files.filter(file -> file.toString().endsWith(".log"))
                    .reduce((one, other) -> {
                        throw new AssertionError("more than one segment in " + partition);
                    })
                    .orElseThrow();
        }
        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
            long last = 0;
            for (long at = 0; at < file.length(); ) {
                last = at;
                file.seek(at + Long.BYTES); // Each batch begins with its offset and the length of the rest.
                at = file.getFilePointer() + Integer.BYTES + file.readInt();
            }
            file.setLength(last);
        }
    }

    private List<String> committedKeys() {
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                client(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed"),
                new StringDeserializer(),
                new StringDeserializer())) {
            consumer.assign(List.of(TARGET));
            consumer.seekToBeginning(List.of(TARGET));
            long end =
                    Objects.requireNonNull(consumer.endOffsets(List.of(TARGET)).get(TARGET));
            List<String> keys = new ArrayList<>();
            while (consumer.position(TARGET) < end) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofSeconds(1))) {
                    keys.add(record.key());
                }
            }
            return keys;
        }
    }

    private Map<TopicPartition, OffsetAndMetadata> stableOffsets() throws Exception {
        try (Admin admin = admin()) {
            return admin.listConsumerGroupOffsets(GROUP, new ListConsumerGroupOffsetsOptions().requireStable(true))
                    .partitionsToOffsetAndMetadata()
                    .get();
        }
    }

    @Test
    void shouldCommitTheRestOfACommittedTransaction() throws Exception {
        try (KafkaProducer<String, String> producer = producer()) {
            square(producer, 1);
            producer.commitTransaction();
            square(producer, 2);
            producer.commitTransaction();
        }
        loseLastMarkers(TARGET, OFFSETS);
        assertThat(committedKeys()).containsExactly("1");
        assertThat(end()).isEqualTo(2);
        assertThat(committedKeys()).containsExactly("1", "2");
        assertThat(stableOffsets()).isEqualTo(Map.of(SOURCE, new OffsetAndMetadata(2)));
        assertThat(end()).isZero();
    }

    @Test
    void shouldAbortTheRestOfAnAbortedTransactionSoThatItsProducerCanGoOn() throws Exception {
        try (KafkaProducer<String, String> producer = producer()) {
            square(producer, 1);
            producer.commitTransaction();
            square(producer, 2);
            producer.abortTransaction();
        }
        loseLastMarkers(OFFSETS);
        assertThat(end()).isEqualTo(1);
        assertThat(committedKeys()).containsExactly("1");
        assertThat(stableOffsets()).isEqualTo(Map.of(SOURCE, new OffsetAndMetadata(1)));
        try (KafkaProducer<String, String> producer = producer()) {
            square(producer, 3);
            producer.commitTransaction();
        }
        assertThat(committedKeys()).containsExactly("1", "3");
        assertThat(stableOffsets()).isEqualTo(Map.of(SOURCE, new OffsetAndMetadata(3)));
    }

    @Test
    void shouldAbortWhatNobodyKnowsTheEndOfAnyMore() throws Exception {
        try (KafkaProducer<String, String> producer = producer()) {
            square(producer, 1);
            producer.commitTransaction();
            square(producer, 2);
            producer.abortTransaction();
        }
        loseLastMarkers(TARGET);
        producer().close();
        assertThat(end()).isEqualTo(1);
        assertThat(committedKeys()).containsExactly("1");
    }

    @Test
    void shouldLeaveAloneWhatIsGoingOn() throws Exception {
        try (KafkaProducer<String, String> producer = producer()) {
            square(producer, 1);
            assertThat(end()).isZero();
            producer.commitTransaction();
        }
        assertThat(end()).isZero();
        assertThat(committedKeys()).containsExactly("1");
    }
}
