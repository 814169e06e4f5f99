package io.millrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.cli.Connection;
import io.millrace.streams.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docker-compose.yml says, done without containers: it serves over TLS, and nobody does what he may not. */
class ComposeFileTest {

    private static final Duration SOON = Duration.ofMinutes(2);

    @TempDir
    private Path folder;

    @Test
    void shouldServeOverTlsAndOnlyThoseWhoMay() throws Exception {
        try (ComposedStack stack = ComposedStack.start(folder)) {
            Path clients = stack.clients();
            Outcome submitted = Outcome.of(clients, "submit", "--team", "vision", "--gpus", "1", "--id", "composed");
            assertThat(submitted.status()).as(submitted.toString()).isZero();
            await().atMost(SOON).until(() -> Outcome.of(clients, "queue").out().contains("composed"));

            Connection connection = Connection.ofStack(clients);
            assertThat(connection.kafkaProperties()).containsEntry("security.protocol", "SASL_SSL");
            assertThat(connection.registryUrl()).hasScheme("https");
            assertThat(connection.serviceUrl("scheduler")).hasScheme("https");
            assertThatThrownBy(() -> send(connection, Topics.JOB_DECISIONS.name(), Map.of()))
                    .isInstanceOf(TopicAuthorizationException.class);
            assertThatThrownBy(() -> send(
                            connection,
                            Topics.JOB_EVENTS.name(),
                            Map.of(
                                    "sasl.jaas.config",
                                    "org.apache.kafka.common.security.scram.ScramLoginModule required"
                                            + " username=\"users\" password=\"a-guess\";")))
                    .isInstanceOf(SaslAuthenticationException.class);
            Path stranger = SelfSigned.in(folder.resolve("stranger")).authority();
            assertThatThrownBy(() -> send(
                            connection,
                            Topics.JOB_EVENTS.name(),
                            Map.of("ssl.truststore.location", stranger.toString())))
                    .isInstanceOf(SslAuthenticationException.class);
        }
    }

    private static void send(Connection connection, String topic, Map<String, Object> otherwise) throws Exception {
        Map<String, Object> settings = new HashMap<>(connection.kafkaProperties());
        settings.putAll(otherwise);
        settings.put("max.block.ms", 5_000);
        settings.put("enable.idempotence", false);
        try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>(topic, "x")).get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }
}
