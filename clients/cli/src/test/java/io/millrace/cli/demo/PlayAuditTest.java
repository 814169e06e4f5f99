package io.millrace.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cli.Connection;
import io.millrace.events.usage.UsageEvent;
import io.millrace.events.usage.UsageMeasured;
import io.millrace.local.BrokerAccess;
import io.millrace.local.Credentials;
import io.millrace.local.EmbeddedBroker;
import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.Topic.Principal;
import io.millrace.streams.Topics;
import io.millrace.testkit.RecordedSchemas;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Has a broker of its own: the audit counts everything that the topics hold. */
class PlayAuditTest {
    private static final SchemaLookup SCHEMAS = new RecordedSchemas();

    @TempDir
    Path folder;

    @Test
    void shouldCountWhatTheTopicsHold() throws IOException {
        Credentials credentials = Credentials.in(folder.resolve("credentials"));
        try (EmbeddedBroker broker =
                EmbeddedBroker.start(folder.resolve("broker"), 0, true, BrokerAccess.guarded(credentials, null))) {
            broker.setUp();
            StringBuilder lines = new StringBuilder("millrace.clock=driven\n");
            broker.client(Principal.USERS)
                    .forEach((name, value) ->
                            lines.append(name).append('=').append(value).append('\n'));
            Path properties = Files.writeString(folder.resolve("client.properties"), lines);
            PlayAudit audit = new PlayAudit(Connection.read(properties), SCHEMAS);
            assertThat(audit.deadLetters()).isZero();
            assertThat(audit.gpuMsAccounted(0, Duration.ZERO)).isZero();

            Map<String, Object> transactional = broker.client(Principal.SCHEDULER);
            transactional.put("transactional.id", "scheduler-of-the-audit-test");
            try (var producer = new KafkaProducer<>(transactional, new StringSerializer(), new ByteArraySerializer())) {
                producer.initTransactions();
                producer.beginTransaction();
                usage(producer, "red", "red", null, 5);
                usage(producer, "red", "red", null, 70);
                usage(producer, "red/ann", "red", "ann", 70);
                usage(producer, "blue", "blue", null, 8);
                letter(producer, "job-events.dlq");
                letter(producer, "clock.dlq");
                producer.commitTransaction();
                producer.beginTransaction();
                usage(producer, "red", "red", null, 1_000);
                letter(producer, "clock.dlq");
                producer.abortTransaction();
            }

            assertThat(audit.gpuMsAccounted(78, Duration.ofSeconds(30))).isEqualTo(78);
            assertThat(audit.gpuMsAccounted(79, Duration.ZERO)).isEqualTo(78);
            assertThat(audit.deadLetters()).isEqualTo(2);
        }
    }

    private static void usage(
            KafkaProducer<String, byte[]> producer, String key, String team, @Nullable String user, long gpuMs) {
        UsageEvent event = new UsageEvent(
                key + gpuMs,
                Instant.EPOCH,
                "service:scheduler",
                new UsageMeasured(team, user, gpuMs, 0L, 0.0, 1L, 0.0, 0L));
        var unused = producer.send(new ProducerRecord<>(
                Topics.FAIR_SHARE_USAGE.name(),
                key,
                EventSerde.of(Topics.FAIR_SHARE_USAGE, SCHEMAS).serialize(null, event)));
    }

    private static void letter(KafkaProducer<String, byte[]> producer, String topic) {
        var unused = producer.send(new ProducerRecord<>(topic, "key", new byte[] {1}));
    }
}
