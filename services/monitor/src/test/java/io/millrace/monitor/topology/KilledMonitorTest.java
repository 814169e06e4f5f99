package io.millrace.monitor.topology;

import static io.millrace.monitor.topology.MonitorStory.answer;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.events.alert.AlertEvent;
import io.millrace.events.alert.AlertFired;
import io.millrace.events.alertaction.AlertActionEvent;
import io.millrace.events.alertaction.AlertRulesAdopted;
import io.millrace.events.prediction.PredictionEvent;
import io.millrace.events.prediction.PredictionMade;
import io.millrace.events.verdict.VerdictEvent;
import io.millrace.monitor.codec.AlertRulesDocument;
import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaRegistry;
import io.millrace.streams.Topic;
import io.millrace.streams.Topic.Principal;
import io.millrace.streams.Topics;
import io.millrace.streams.runtime.TopicReader;
import io.millrace.testkit.SeededRandom;
import io.millrace.testkit.TestBroker;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A monitor that is killed over and over says what one says that never was. */
class KilledMonitorTest {

    private static final int KILLS = 2;
    private static final int MINUTES = 90;
    private static final int A_MINUTE = 40;

    /** Today: what is older than its topic keeps may go at any time. */
    private static final Instant BEGIN =
            Instant.now().truncatedTo(ChronoUnit.HOURS).minus(Duration.ofHours(2));

    private static final String RULES = """
            receivers: {P2: {receiver: nobody-listens}}
            rules:
              - {name: Failing, metric: error_rate, above: 0.5, for: 5m, severity: P2, summary: s, runbook: r}
            """;

    @TempDir
    private Path folder;

    private final TestBroker broker = TestBroker.shared();
    private final SchemaRegistry schemas = broker.registry();

    @Test
    void shouldSayTheSameWhenItIsKilled() throws Exception {
        SeededRandom random = SeededRandom.of("KilledMonitorTest");
        List<PredictionMade> made = new ArrayList<>();
        for (int i = 0; i < MINUTES * A_MINUTE; i++) {
            made.add(answer("killed-" + i)
                    .setModelName("killed")
                    .setLatencyMs(1 + 50 * random.nextDouble())
                    .setError(i / A_MINUTE > 20 && i / A_MINUTE < 40 ? "DOWN" : null)
                    .build());
        }
        List<String> expected = undisturbed(made);
        assertThat(expected).hasSizeGreaterThan(MINUTES - 5);

        Path settings = settings();
        try (KafkaProducer<String, byte[]> monitor = producer(Principal.MONITOR);
                KafkaProducer<String, byte[]> users = producer(Principal.USERS)) {
            send(
                    monitor,
                    Topics.ALERT_ACTIONS,
                    "rules",
                    new AlertActionEvent(
                            "rules-1",
                            Instant.now(),
                            "deployment",
                            new AlertRulesAdopted(RULES, AlertRulesDocument.sha256(RULES), null)),
                    Instant.now());
            Process process = start(settings);
            try {
                int part = made.size() / (KILLS + 1);
                for (int i = 0; i < made.size(); i++) {
                    Instant at = at(i);
                    send(users, Topics.PREDICTIONS, "killed/1", prediction(i, made.get(i)), at);
                    if (i > 0 && i % part == 0 && i / part <= KILLS) {
                        users.flush();
                        int told = i / A_MINUTE - 3;
                        Awaitility.await()
                                .atMost(Duration.ofMinutes(2))
                                .until(() -> verdicts().size() >= told - random.nextInt(20));
                        process.destroyForcibly().waitFor();
                        process = start(settings);
                    }
                }
                users.flush();
                Awaitility.await()
                        .atMost(Duration.ofMinutes(2))
                        .until(() -> verdicts().size() >= expected.size());
            } finally {
                process.destroyForcibly().waitFor();
            }
        }
        assertThat(verdicts()).isEqualTo(expected);
        List<AlertEvent> alerts = read(Topics.ALERTS).stream()
                .filter(event -> event.getPayload() instanceof AlertFired)
                .toList();
        assertThat(alerts)
                .singleElement()
                .satisfies(event -> assertThat(
                                ((AlertFired) event.getPayload()).getAlert().getSince())
                        .isEqualTo(BEGIN.plusSeconds(21 * 60)));
        // Other tests of this module tell of alerts in the same topic, under other ids.
        assertThat(read(Topics.ALERTS).stream().map(AlertEvent::getEventId).filter(id -> id.startsWith("alerts/")))
                .hasSizeGreaterThan(1)
                .doesNotHaveDuplicates();
    }

    private static Instant at(int index) {
        return BEGIN.plusMillis(index * (60_000L / A_MINUTE));
    }

    private static PredictionEvent prediction(int index, PredictionMade made) {
        return new PredictionEvent("killed-event-" + index, at(index), "server:a", made);
    }

    private static List<String> undisturbed(List<PredictionMade> made) {
        try (MonitorStory story = new MonitorStory()) {
            for (int i = 0; i < made.size(); i++) {
                story.harness().send(Topics.PREDICTIONS, "killed/1", prediction(i, made.get(i)), at(i));
            }
            return story.verdicts().stream().map(VerdictEvent::toString).toList();
        }
    }

    private List<String> verdicts() {
        return read(Topics.MODEL_VERDICTS).stream().map(VerdictEvent::toString).toList();
    }

    private <E extends SpecificRecord> List<E> read(Topic<E> topic) {
        EventSerde<E> serde = EventSerde.of(topic, schemas);
        List<E> events = new ArrayList<>();
        try (TopicReader reader = new TopicReader(broker.client(Principal.MONITOR), List.of(topic.name()))) {
            reader.toEnd(record -> events.add(serde.decode(record.value())));
        }
        return events;
    }

    private <E extends SpecificRecord> void send(
            KafkaProducer<String, byte[]> producer, Topic<E> topic, String key, E event, Instant at) {
        byte[] value = EventSerde.of(topic, schemas).serialize(null, event);
        producer.send(new ProducerRecord<>(topic.name(), null, at.toEpochMilli(), key, value), (sent, failure) -> {
            if (failure != null) {
                throw new IllegalStateException(failure);
            }
        });
    }

    private KafkaProducer<String, byte[]> producer(Principal principal) {
        return new KafkaProducer<>(broker.client(principal), new StringSerializer(), new ByteArraySerializer());
    }

    private Path settings() throws IOException {
        Properties settings = new Properties();
        Map<String, Object> client = broker.client(Principal.MONITOR);
        client.forEach((name, value) -> settings.setProperty(name, String.valueOf(value)));
        settings.setProperty("application.id", "monitor");
        settings.setProperty("replication.factor", "1");
        settings.setProperty("main.consumer.group.instance.id", "monitor-0");
        settings.setProperty("state.dir", folder.resolve("state").toString());
        settings.setProperty("test.registry", broker.registryUrl().toString());
        settings.setProperty("test.cache", broker.schemaCache().toString());
        Path file = folder.resolve("settings.properties");
        try (Writer writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
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
                        MonitorProgram.class.getName(),
                        settings.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("program.log").toFile())
                .start();
    }
}
