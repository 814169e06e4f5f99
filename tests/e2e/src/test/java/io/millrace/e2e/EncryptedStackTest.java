package io.millrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.cli.Connection;
import io.millrace.local.TlsFiles;
import io.millrace.streams.Topics;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.SSLHandshakeException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stack with {@code --tls}: broker, registry and REST are encrypted, and there is no other way in. */
class EncryptedStackTest {

    private static final Duration SOON = Duration.ofMinutes(2);

    @TempDir
    private Path folder;

    @Test
    void shouldServeOverTlsAndInNoOtherWay() throws Exception {
        TlsFiles tls = SelfSigned.in(folder.resolve("tls"));
        try (RunningStack stack = RunningStack.start(folder.resolve("stack"), options -> options.withTls(tls))) {
            Connection connection = stack.connection();
            assertThat(connection.kafkaProperties()).containsEntry("security.protocol", "SASL_SSL");
            assertThat(connection.registryUrl()).hasScheme("https");
            assertThat(connection.serviceUrl("scheduler")).hasScheme("https");

            Outcome submitted =
                    Outcome.of(stack.data(), "submit", "--team", "vision", "--gpus", "1", "--id", "over-tls");
            assertThat(submitted.status()).as(submitted.toString()).isZero();
            assertThat(submitted.out()).contains("over-tls");
            await().atMost(SOON)
                    .until(() -> Outcome.of(stack.data(), "queue").out().contains("over-tls"));

            assertThatThrownBy(() -> send(connection, Map.of("security.protocol", "SASL_PLAINTEXT")))
                    .isInstanceOf(TimeoutException.class);
            Path other = SelfSigned.in(folder.resolve("other")).authority();
            assertThatThrownBy(() -> send(connection, Map.of("ssl.truststore.location", other.toString())))
                    .isInstanceOf(SslAuthenticationException.class);
            for (URI address : new URI[] {
                connection.serviceUrl("scheduler").resolve("/q/health"),
                connection.registryUrl().resolve("/apis/ccompat/v7/subjects")
            }) {
                assertThatThrownBy(() -> get(address)).isInstanceOf(SSLHandshakeException.class);
                URI plain = URI.create(address.toString().replace("https:", "http:"));
                assertThatThrownBy(() -> get(plain)).isInstanceOf(IOException.class);
            }
            String key = Files.readAllLines(tls.key()).get(1);
            for (String log : new String[] {"broker", "registry", "scheduler", "supervisor"}) {
                assertThat(Files.readString(stack.data().resolve("logs/" + log + ".log")))
                        .doesNotContain(key);
            }
        }
    }

    private static void send(Connection connection, Map<String, Object> otherwise) throws Exception {
        Map<String, Object> settings = new HashMap<>(connection.kafkaProperties());
        settings.putAll(otherwise);
        settings.put("max.block.ms", 3_000);
        settings.put("enable.idempotence", false);
        try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>(Topics.JOB_EVENTS.name(), "x")).get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    private static void get(URI address) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            http.send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
        }
    }
}
