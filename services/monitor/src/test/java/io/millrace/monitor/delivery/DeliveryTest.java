package io.millrace.monitor.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.millrace.events.alert.AlertEvent;
import io.millrace.events.alert.AlertSeverity;
import io.millrace.events.alert.AlertState;
import io.millrace.events.alert.NotificationDue;
import io.millrace.events.alert.NotificationReason;
import io.millrace.streams.Envelope;
import io.millrace.streams.EventSerde;
import io.millrace.streams.Topic.Principal;
import io.millrace.streams.Topics;
import io.millrace.testkit.TestBroker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A receiver that answers as it is told to, over real HTTP, and alerts from a real topic. */
class DeliveryTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Instant AT = Instant.parse("2026-03-01T12:00:00Z");

    private final TestBroker broker = TestBroker.shared();
    private final AtomicInteger status = new AtomicInteger(200);
    private final List<String> taken = new CopyOnWriteArrayList<>();
    private final List<String> traces = new CopyOnWriteArrayList<>();
    private final List<String> refused = new CopyOnWriteArrayList<>();
    private HttpServer server;

    @BeforeEach
    void listen() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            traces.add(String.valueOf(exchange.getRequestHeaders().getFirst("traceparent")));
            int answer = status.get();
            if (answer == 200) {
                taken.add(new String(body, StandardCharsets.UTF_8));
            }
            exchange.sendResponseHeaders(answer, -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private Receiver receiver(String name) {
        return new Receiver(
                name,
                Receiver.Format.WEBHOOK,
                URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/"),
                null);
    }

    private Delivery delivery(String name) {
        return new Delivery(
                receiver(name),
                broker.client(Principal.MONITOR),
                broker.registry(),
                (record, reason) -> refused.add(reason));
    }

    static NotificationDue due(String id, String receiver) {
        return new NotificationDue(
                id,
                "group-" + receiver,
                receiver,
                NotificationReason.FIRST,
                List.of(new AlertState(
                        "0123456789abcdef",
                        "ErrorRateHigh",
                        AlertSeverity.P2,
                        Map.of("model_name", "digits"),
                        "digits/1 fails 0.2 of its requests",
                        "docs/runbooks/error-rate-high.md",
                        0.2,
                        AT,
                        AT,
                        null,
                        null)),
                1L,
                List.of(),
                0L);
    }

    private void tell(String receiver, int from, int to) {
        EventSerde<AlertEvent> serde = EventSerde.of(Topics.ALERTS, broker.registry());
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(
                broker.client(Principal.MONITOR), new StringSerializer(), new ByteArraySerializer())) {
            for (int i = from; i < to; i++) {
                NotificationDue due = due(receiver + "-" + i, receiver);
                producer.send(new ProducerRecord<>(
                        Topics.ALERTS.name(),
                        null,
                        due.getGroup(),
                        serde.serialize(null, new AlertEvent("e-" + i, AT, "service:monitor", due)),
                        i == 0 ? Envelope.ofJob("job-1", "e-0") : new RecordHeaders()));
            }
        }
    }

    private List<String> ids() {
        return taken.stream()
                .map(body -> {
                    try {
                        return JSON.readTree(body).path("notificationId").asText();
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .toList();
    }

    private static List<String> named(String receiver, int to) {
        return IntStream.range(0, to).mapToObj(i -> receiver + "-" + i).toList();
    }

    @Test
    void shouldTellAReceiverThatWasDownEverythingAfterwards() {
        status.set(503);
        tell("down", 0, 5);
        tell("another", 0, 3);
        try (Delivery delivery = delivery("down")) {
            Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> delivery.failed() >= 3);
            tell("down", 5, 8);
            assertThat(taken).isEmpty();
            status.set(200);
            Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> delivery.delivered() == 8);
        }
        assertThat(ids()).isEqualTo(named("down", 8));
        assertThat(refused).isEmpty();
    }

    @Test
    void shouldGoOnWhereItWas() {
        tell("again", 0, 4);
        try (Delivery delivery = delivery("again")) {
            Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> delivery.delivered() == 4);
        }
        tell("again", 4, 6);
        try (Delivery delivery = delivery("again")) {
            Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> ids().contains("again-5"));
        }
        assertThat(ids().stream().distinct().toList()).isEqualTo(named("again", 6));
        assertThat(traces).startsWith(Envelope.traceparent("job-1", "e-0"), "null");
    }

    @Test
    void shouldSetAsideWhatAReceiverRefuses() {
        status.set(400);
        tell("strict", 0, 1);
        try (Delivery delivery = delivery("strict")) {
            Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> !refused.isEmpty());
        }
        assertThat(refused).containsExactly("receiver strict refused it with status 400");
    }

    @Test
    void shouldSpeakEachFormat() throws IOException {
        NotificationDue due = due("n-1", "r");
        URI url = URI.create("http://127.0.0.1/");
        JsonNode pagerDuty =
                JSON.readTree(Messages.body(new Receiver("r", Receiver.Format.PAGERDUTY, url, "routing"), due));
        assertThat(pagerDuty.path("routing_key").asText()).isEqualTo("routing");
        assertThat(pagerDuty.path("event_action").asText()).isEqualTo("trigger");
        assertThat(pagerDuty.path("dedup_key").asText()).isEqualTo("group-r");
        assertThat(pagerDuty.path("payload").path("severity").asText()).isEqualTo("error");
        assertThat(pagerDuty.path("payload").path("summary").asText()).isEqualTo("digits/1 fails 0.2 of its requests");
        JsonNode slack = JSON.readTree(Messages.body(new Receiver("r", Receiver.Format.SLACK, url, null), due));
        assertThat(slack.path("text").asText())
                .isEqualTo("*P2: 1 firing*\n• digits/1 fails 0.2 of its requests (docs/runbooks/error-rate-high.md)");
        JsonNode alertmanager =
                JSON.readTree(Messages.body(new Receiver("r", Receiver.Format.ALERTMANAGER, url, null), due));
        assertThat(alertmanager.get(0).path("labels").path("model_name").asText())
                .isEqualTo("digits");
        JsonNode webhook = JSON.readTree(Messages.body(new Receiver("r", Receiver.Format.WEBHOOK, url, null), due));
        assertThat(webhook.path("status").asText()).isEqualTo("firing");
        assertThat(webhook.path("alerts").get(0).path("startsAt").asText()).isEqualTo("2026-03-01T12:00:00Z");
    }

    @Test
    void shouldSayWhatIsWrongWithAFileOfReceivers() {
        for (Map.Entry<String, String> wrong : Map.of(
                        "a: {format: fax, url: \"http://x\"}", "there are webhook, alertmanager, slack and pagerduty",
                        "a: {format: slack}", "needs a url",
                        "a: {format: pagerduty, url: \"https://x\"}", "needs a key",
                        "a: {fromat: slack}", "can't be read at line 1")
                .entrySet()) {
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> ReceiversDocument.parse(wrong.getKey()))
                    .hasMessageContaining(wrong.getValue());
        }
        assertThat(ReceiversDocument.parse("a: {format: slack, url: \"https://x/y\", key: secret}")
                        .toString())
                .doesNotContain("secret");
    }
}
