package io.millrace.governance.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.events.audit.AuditEvent;
import io.millrace.events.audit.EntryLogged;
import io.millrace.governance.codec.EntryCodec;
import io.millrace.streams.EventSerde;
import io.millrace.streams.Topics;
import io.millrace.testkit.SeededRandom;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is in all audited topics against what the log says of it, on a real broker. */
class AuditWriterTest {

    private static final int KILLS = 2;

    @TempDir
    private Path folder;

    private final AuditStory story = new AuditStory();
    private final String logId = "log-" + UUID.randomUUID();

    private AuditWriter writer() {
        return new AuditWriter(
                story.governance(), story.schemas, new AuditSettings(logId, 30, 0), InstantSource.system());
    }

    /** Steps until all that is there now is in the log. */
    private void finish(AuditWriter writer) {
        int records = count(story.audited());
        Awaitility.await()
                .atMost(Duration.ofMinutes(2))
                .pollInSameThread()
                .pollInterval(Duration.ZERO)
                .pollDelay(Duration.ZERO)
                .until(() -> writer.step() == 0 && covered() >= records);
    }

    @Test
    void shouldCoverEveryRecordOnceWithItsDigest() {
        story.fill(SeededRandom.of("AuditWriterTest.every"), 15);
        try (AuditWriter writer = writer()) {
            finish(writer);
        }
        List<String> lines = story.lines(logId);
        story.requireExact(lines, story.audited());
        assertThat(lines.stream().map(line -> EntryCodec.parse(line).covered().records()))
                .as("some entries cover several records, none too many")
                .anyMatch(records -> records > 1)
                .allMatch(records -> records <= 30);
    }

    @Test
    void shouldGoOnWhereTheLogEnds() {
        SeededRandom random = SeededRandom.of("AuditWriterTest.goesOn");
        for (int i = 0; i < 2; i++) {
            story.fill(random, 4);
            try (AuditWriter writer = writer()) {
                finish(writer);
                assertThat(writer.size()).isEqualTo(story.lines(logId).size());
            }
        }
        story.requireExact(story.lines(logId), story.audited());
    }

    @Test
    void shouldShutOutTheWriterBeforeItAndWhatItHadNotCommitted() {
        SeededRandom random = SeededRandom.of("AuditWriterTest.shutOut");
        story.fill(random, 3);
        EventSerde<AuditEvent> serde = EventSerde.of(Topics.AUDIT_LOG, story.schemas);
        AuditSettings settings = new AuditSettings(logId, 30, 0);
        try (AuditWriter first = writer()) {
            finish(first);
            story.fill(random, 3);
            // A writer that dies between its entries and its commit.
            Map<String, Object> asWriter = Map.of(ProducerConfig.TRANSACTIONAL_ID_CONFIG, settings.writer());
            try (KafkaProducer<String, byte[]> dying = story.producer(asWriter)) {
                dying.initTransactions();
                dying.beginTransaction();
                for (long index = first.size(); index < first.size() + 5; index++) {
                    AuditEvent event =
                            new AuditEvent("lost", Instant.now(), "nobody", new EntryLogged(index, "never was"));
                    dying.send(new ProducerRecord<>(Topics.AUDIT_LOG.name(), logId, serde.serialize(null, event)));
                }
                dying.flush();
                try (AuditWriter second = writer()) {
                    assertThatThrownBy(dying::commitTransaction).isInstanceOf(KafkaException.class);
                    assertThatThrownBy(() -> finish(first)).isInstanceOf(KafkaException.class);
                    finish(second);
                }
            }
        }
        story.requireExact(story.lines(logId), story.audited());
    }

    @Test
    void shouldCoverEveryRecordOnceWhenItIsKilled() throws Exception {
        SeededRandom random = SeededRandom.of("AuditWriterTest.killed");
        Path settings = settings();
        Process process = start(settings);
        try {
            for (int i = 0; i <= KILLS; i++) {
                int before = story.lines(logId).size();
                story.fill(random, 4);
                Process running = process;
                Awaitility.await()
                        .pollInterval(Duration.ofMillis(400))
                        .atMost(Duration.ofMinutes(2))
                        .until(() -> {
                            assertThat(running.isAlive()).isTrue();
                            return story.lines(logId).size() > before + random.nextInt(100);
                        });
                if (i < KILLS) {
                    story.fill(random, 2);
                    process.destroyForcibly().waitFor();
                    process = start(settings);
                }
            }
            int records = count(story.audited());
            Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> covered() >= records);
        } finally {
            process.destroyForcibly().waitFor();
        }
        story.requireExact(story.lines(logId), story.audited());
    }

    @Test
    void shouldNotWriteAnewWhatTheLogHasLost() {
        story.fill(SeededRandom.of("AuditWriterTest.lost"), 3);
        ConsumerRecord<byte[], byte[]> some =
                story.audited().values().iterator().next().getFirst();
        Map<String, Object> config = story.governance();
        config.put("group.id", new AuditSettings(logId, 1, 0).writer());
        try (KafkaConsumer<byte[], byte[]> place =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            TopicPartition partition = new TopicPartition(some.topic(), some.partition());
            place.assign(List.of(partition));
            place.commitSync(Map.of(partition, new OffsetAndMetadata(some.offset() + 1)));
        }
        try (AuditWriter writer = writer()) {
            assertThatThrownBy(() -> finish(writer))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("is missing in the log");
        }
        assertThat(story.lines(logId)).isEmpty();
    }

    private int covered() {
        return story.lines(logId).stream()
                .mapToInt(line -> EntryCodec.parse(line).covered().records())
                .sum();
    }

    private static int count(Map<String, List<ConsumerRecord<byte[], byte[]>>> records) {
        return records.values().stream().mapToInt(List::size).sum();
    }

    private Path settings() throws IOException {
        Properties settings = new Properties();
        story.governance().forEach((name, value) -> settings.setProperty(name, String.valueOf(value)));
        Path file = folder.resolve("settings.properties");
        try (Writer writer = Files.newBufferedWriter(file)) {
            settings.store(writer, null);
        }
        return file;
    }

    private Process start(Path settings) throws IOException {
        return new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        AuditProgram.class.getName(),
                        settings.toString(),
                        story.broker.registryUrl().toString(),
                        story.broker.schemaCache().toString(),
                        logId)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("program.log").toFile())
                .start();
    }
}
