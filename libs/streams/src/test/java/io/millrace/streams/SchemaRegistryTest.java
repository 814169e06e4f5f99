package io.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SchemaRegistryTest {

    private static final Schema SCHEMA = Topics.JOB_EVENTS.schema();
    private static final String SUBJECT = Topics.JOB_EVENTS.subject();
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path cache = Path.of("");

    private final List<String> calls = new ArrayList<>();
    private final List<String> registered = new ArrayList<>();
    private @Nullable String answerAlways;
    private int statusAlways = 200;
    private HttpServer server = listen();

    private HttpServer listen() {
        try {
            HttpServer started = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            started.createContext("/api", this::answer);
            return started;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void start() {
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath().substring("/api".length());
        calls.add(exchange.getRequestMethod() + " " + path);
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        if (answerAlways != null) {
            send(exchange, statusAlways, answerAlways);
        } else if (path.startsWith("/schemas/ids/")) {
            int id = Integer.parseInt(path.substring("/schemas/ids/".length()));
            if (id > registered.size()) {
                send(exchange, 404, "{\"error_code\":40403,\"message\":\"Schema not found\"}");
            } else {
                send(
                        exchange,
                        200,
                        JSON.createObjectNode()
                                .put("schema", registered.get(id - 1))
                                .toString());
            }
        } else if (path.equals("/subjects/" + SUBJECT + "/versions")) {
            JsonNode schema = JSON.readTree(body).path("schema");
            if (!registered.contains(schema.asText())) {
                registered.add(schema.asText());
            }
            send(exchange, 200, "{\"id\":" + (registered.indexOf(schema.asText()) + 1) + "}");
        } else if (path.equals("/subjects/" + SUBJECT)) {
            int at = registered.indexOf(JSON.readTree(body).path("schema").asText());
            send(
                    exchange,
                    at < 0 ? 404 : 200,
                    at < 0 ? "{\"error_code\":40403,\"message\":\"\"}" : "{\"id\":" + (at + 1) + "}");
        } else {
            send(exchange, 404, "<html>no such page</html>");
        }
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private URI base() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/api");
    }

    private SchemaRegistry registry() {
        return new SchemaRegistry(base(), cache.resolve("schemas"));
    }

    @Test
    void shouldRegisterAndFindASchema() {
        SchemaRegistry registry = registry();
        assertThat(registry.register(SUBJECT, SCHEMA)).isEqualTo(1);
        assertThat(registry.register(SUBJECT, SCHEMA)).isEqualTo(1);
        assertThat(registry.idOf(SUBJECT, SCHEMA)).isEqualTo(1);
        assertThat(registry.byId(1)).isEqualTo(SCHEMA);
    }

    @Test
    void shouldAskOnce() {
        SchemaRegistry registry = registry();
        registry.register(SUBJECT, SCHEMA);
        calls.clear();
        for (int i = 0; i < 3; i++) {
            registry.idOf(SUBJECT, SCHEMA);
            registry.byId(1);
        }
        assertThat(calls).containsExactly("POST /subjects/job-events-value", "GET /schemas/ids/1");
    }

    @Test
    void shouldAnswerFromDiskWhenTheRegistryIsGone() {
        SchemaRegistry before = registry();
        before.register(SUBJECT, SCHEMA);
        before.idOf(SUBJECT, SCHEMA);
        before.byId(1);
        server.stop(0);
        SchemaRegistry after = registry();
        assertThat(after.idOf(SUBJECT, SCHEMA)).isEqualTo(1);
        assertThat(after.byId(1)).isEqualTo(SCHEMA);
    }

    @Test
    void shouldKnowThatThereIsNoSuchSchema() {
        assertThatThrownBy(() -> registry().byId(7))
                .isInstanceOf(UndecodableException.class)
                .hasMessage("no schema has the id 7");
    }

    @Test
    void shouldSayWhatToDoWhenASchemaWasNeverRegistered() {
        assertThatThrownBy(() -> registry().idOf(SUBJECT, SCHEMA))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the registry at " + base()
                        + " has no such schema under subject job-events-value; register the schemas first");
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 502, 503, 429, 408, 401, 403})
    void shouldCallARegistryThatFailsUnavailable(int status) {
        statusAlways = status;
        answerAlways = "{\"error_code\":50001}";
        shouldBeUnavailable(registry(), "answers " + status);
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html>starting</html>", "{}", "[]", ""})
    void shouldNotTakeAProxysAnswerForTheRegistrys(String body) {
        answerAlways = body;
        shouldBeUnavailable(registry(), "schema registry " + base());
        statusAlways = 404;
        shouldBeUnavailable(registry(), "schema registry " + base());
        assertThat(cached()).isEmpty();
    }

    @Test
    void shouldNotKeepWhatIsNoSchema() {
        answerAlways = "{\"schema\":\"nonsense\"}";
        assertThatThrownBy(() -> registry().byId(1))
                .isInstanceOf(UndecodableException.class)
                .hasMessage("schema 1 is no Avro schema");
        assertThat(cached()).isEmpty();
    }

    private List<Path> cached() {
        try (Stream<Path> files = Files.list(cache.resolve("schemas"))) {
            return files.toList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void shouldCallARegistryUnavailableThatRefusesConnections() {
        server.stop(0);
        shouldBeUnavailable(registry(), "does not answer");
    }

    @Test
    void shouldCallARegistryUnavailableThatDoesNotAnswerInTime() {
        server.removeContext("/api");
        server.createContext("/api", exchange -> {}); // takes the call and never answers
        shouldBeUnavailable(
                new SchemaRegistry(base(), cache.resolve("schemas"), Duration.ofMillis(50)), "does not answer");
    }

    private static void shouldBeUnavailable(SchemaRegistry registry, String message) {
        assertThatThrownBy(() -> registry.byId(1))
                .isInstanceOf(RegistryUnavailableException.class)
                .hasMessageContaining(message);
        assertThatThrownBy(() -> registry.idOf(SUBJECT, SCHEMA)).isInstanceOf(RegistryUnavailableException.class);
        assertThatThrownBy(() -> registry.register(SUBJECT, SCHEMA))
                .isInstanceOfAny(RegistryUnavailableException.class, IllegalStateException.class);
    }

    @Test
    void shouldSayWhyASchemaIsRefused() {
        statusAlways = 409;
        answerAlways = "{\"error_code\":409,\"message\":\"incompatible\"}";
        assertThatThrownBy(() -> registry().register(SUBJECT, SCHEMA))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("answers 409")
                .hasMessageContaining("incompatible");
    }

    @Test
    void shouldPing() {
        registry().ping();
        server.stop(0);
        assertThatThrownBy(() -> registry().ping()).isInstanceOf(RegistryUnavailableException.class);
    }
}
