package io.millrace.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Asks the scheduler's REST API, and tells it what only some may say, as whoever the connection's token is of. */
public final class SchedulerClient {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final JsonMapper JSON = new JsonMapper();

    private final URI base;
    private final Connection connection;

    private SchedulerClient(URI base, Connection connection) {
        this.base = base;
        this.connection = connection;
    }

    public static SchedulerClient of(Connection connection) {
        return new SchedulerClient(connection.serviceUrl("scheduler"), connection);
    }

    /**
     * @param path from {@code /v1} on
     * @param unknown what to say where the scheduler knows no such thing
     */
    public JsonNode get(String path, String unknown) {
        return find(path).orElseThrow(() -> new CommandException(unknown));
    }

    /** Empty where the scheduler knows no such thing. */
    Optional<JsonNode> find(String path) {
        HttpResponse<String> answer = ask("GET", path, BodyPublishers.noBody(), "application/json");
        if (answer.statusCode() == 404) {
            return Optional.empty();
        }
        return Optional.of(granted(answer));
    }

    /** Has a document taken over. */
    JsonNode put(String path, String document) {
        return granted(ask("PUT", path, BodyPublishers.ofString(document), "application/yaml"));
    }

    /** Asks for something to be done, for a reason. */
    JsonNode post(String path, String reason) {
        try {
            String body = JSON.writeValueAsString(Map.of("reason", reason));
            return granted(ask("POST", path, BodyPublishers.ofString(body), "application/json"));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("text is JSON", e);
        }
    }

    private HttpResponse<String> ask(String method, String path, BodyPublisher body, String type) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path))
                .timeout(TIMEOUT)
                .header("Accept", "application/json")
                .header("Content-Type", type)
                .method(method, body);
        connection.token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
        try (HttpClient http = connection.http()) {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new CommandException(
                    "no answer from the scheduler at " + base + "; 'millrace status' says how the stack is", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException("interrupted", e);
        }
    }

    private JsonNode granted(HttpResponse<String> answer) {
        int status = answer.statusCode();
        if (status == 200 || status == 202) {
            try {
                return JSON.readTree(answer.body());
            } catch (JsonProcessingException e) {
                throw new CommandException("the scheduler at " + base + " answers no JSON", e);
            }
        }
        throw new CommandException(
                switch (status) {
                    case 401 ->
                        "the scheduler does not know you: " + why(answer) + ". " + connection.file()
                                + " should say millrace.token=TOKEN, or millrace.token.file=FILE, with one of those in"
                                + " credentials/tokens of the stack's data folder; 'millrace up' reads that file";
                    case 403 ->
                        "the scheduler does not let you: " + why(answer)
                                + ". Ask somebody who has it, or for a token of that role";
                    case 400, 404, 409 -> why(answer);
                    default -> "the scheduler answers " + status + ": " + why(answer);
                });
    }

    /** In the scheduler's own words. */
    private static String why(HttpResponse<String> answer) {
        try {
            JsonNode error = JSON.readTree(answer.body()).path("error");
            return error.isTextual() ? error.asText() : answer.body();
        } catch (JsonProcessingException e) {
            return answer.body();
        }
    }

    static String encode(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
