package io.millrace.e2e;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.cli.Connection;
import io.millrace.local.LocalStack;
import io.millrace.local.Ports;
import io.millrace.local.ProcessRef;
import io.millrace.local.ProjectRoot;
import io.millrace.local.StackOptions;
import io.millrace.local.StackState;
import io.millrace.local.StackState.Health;
import io.millrace.local.StackState.ProcessState;
import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaRegistry;
import io.millrace.streams.Topic;
import io.millrace.streams.Topic.Principal;
import io.millrace.streams.Topics;
import io.millrace.streams.runtime.TopicReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/** A local stack in a folder of its own on free ports, with what tests ask of one. Stopped and removed by close. */
final class RunningStack implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Duration ANSWER = Duration.ofSeconds(60);

    private final Path data;
    private final HttpClient http = HttpClient.newHttpClient();
    private final SchemaRegistry registry;
    private final Map<Principal, KafkaProducer<String, byte[]>> producers = new EnumMap<>(Principal.class);

    private RunningStack(Path data) {
        this.data = data;
        Connection connection = Connection.ofStack(data);
        registry = connection.schemas();
        for (Principal outside : List.of(Principal.USERS, Principal.AGENTS)) {
            Map<String, Object> settings = new HashMap<>(connection(outside).kafkaProperties());
            settings.put("acks", "all");
            producers.put(outside, new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer()));
        }
    }

    /** With the scheduler alone unless told otherwise: each service takes seconds to start. */
    static RunningStack start(Path data, UnaryOperator<StackOptions> with) {
        StackOptions options = with.apply(StackOptions.of(ProjectRoot.find(), data)
                .withPorts(Ports.free())
                .withServices(List.of("scheduler")));
        LocalStack.up(options, line -> {});
        return new RunningStack(data);
    }

    Path data() {
        return data;
    }

    Connection connection() {
        return Connection.ofStack(data);
    }

    Connection connection(Principal principal) {
        return Connection.ofStack(data, principal);
    }

    SchemaRegistry registry() {
        return registry;
    }

    ProcessState process(String name) {
        return LocalStack.status(data)
                .flatMap((StackState state) -> state.process(name))
                .orElseThrow(() -> new AssertionError("no process " + name));
    }

    ProcessHandle handle(String name) {
        ProcessRef reference = process(name).process();
        if (reference == null) {
            throw new AssertionError(name + " has no process now");
        }
        return reference.alive().orElseThrow(() -> new AssertionError(name + " is dead"));
    }

    /** Kills a process as if the machine had, and returns when its successor serves. */
    void killAndAwaitSuccessor(String name) {
        int restarts = process(name).restarts();
        handle(name).destroyForcibly();
        await().atMost(PATIENCE)
                .until(() ->
                        process(name).restarts() > restarts && process(name).health() == Health.UP);
    }

    // ---- REST

    /** Tokens by the role they give. */
    Map<String, String> tokens() {
        try {
            return Files.readAllLines(data.resolve("credentials/tokens")).stream()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split(" ", -1))
                    .collect(Collectors.toMap(parts -> parts[1], parts -> parts[2]));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String token(String role) {
        return Objects.requireNonNull(tokens().get(role), role);
    }

    HttpResponse<String> get(String path) {
        return ask("GET", path, connection().token().orElseThrow(), "");
    }

    /** @param token of whoever asks; null for nobody */
    HttpResponse<String> ask(String method, String path, @Nullable String token, String body) {
        return ask("scheduler", method, path, token, body);
    }

    /** The same, of another service. */
    HttpResponse<String> ask(String service, String method, String path, @Nullable String token, String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        connection().serviceUrl(service).resolve(path))
                .header("Content-Type", body.startsWith("{") ? "application/json" : "application/yaml")
                .timeout(ANSWER)
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    JsonNode json(String path) {
        HttpResponse<String> answer = get(path);
        if (answer.statusCode() != 200) {
            throw new AssertionError(path + " answers " + answer.statusCode() + " " + answer.body());
        }
        try {
            return new ObjectMapper().readTree(answer.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** State of a job by the API; "" while it knows none. */
    String stateOf(String jobId) {
        HttpResponse<String> answer = get("/v1/jobs/" + jobId);
        return answer.statusCode() == 200
                ? json("/v1/jobs/" + jobId).path("state").asText()
                : "";
    }

    // ---- topics

    <E extends SpecificRecord> void send(Topic<E> topic, String key, E event) {
        sendBytes(topic.name(), key, EventSerde.of(topic, registry).serialize(null, event));
    }

    /** As the topic's owner: who else may write it does so in tests of his. */
    void sendBytes(String topic, @Nullable String key, byte @Nullable [] value) {
        Principal owner = Topics.ALL.stream()
                .filter(declared -> declared.name().equals(topic))
                .findFirst()
                .orElseThrow()
                .owner();
        try {
            Objects.requireNonNull(producers.get(owner), () -> owner + " is a service")
                    .send(new ProducerRecord<>(topic, key, value))
                    .get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        } catch (ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    /** Everything that is committed in a topic now. */
    List<ConsumerRecord<String, byte[]>> committed(String topic) {
        List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
        try (TopicReader reader = new TopicReader(connection().kafkaProperties(), List.of(topic))) {
            reader.toEnd(records::add);
        }
        return records;
    }

    <E extends SpecificRecord> E decode(Topic<E> topic, ConsumerRecord<String, byte[]> record) {
        return EventSerde.of(topic, registry).decode(record.value());
    }

    /** Gives up what is being sent and leaves the stack as it is. */
    void disconnect() {
        producers.values().forEach(producer -> producer.close(Duration.ZERO));
    }

    @Override
    public void close() {
        producers.values().forEach(KafkaProducer::close);
        LocalStack.down(data, true);
    }
}
