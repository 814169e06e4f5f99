package io.millrace.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Asks the tracker's REST API, as whoever the connection's token is of. */
final class TrackerClient {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final JsonMapper JSON = new JsonMapper();

    private final URI base;
    private final Connection connection;

    private TrackerClient(URI base, Connection connection) {
        this.base = base;
        this.connection = connection;
    }

    static TrackerClient of(Connection connection) {
        return new TrackerClient(connection.serviceUrl("tracker"), connection);
    }

    /** @param path with what is asked */
    JsonNode get(String path) {
        return ask("GET", path, BodyPublishers.noBody());
    }

    /** @param body anything that is JSON */
    JsonNode post(String path, Object body) {
        try {
            return ask("POST", path, BodyPublishers.ofString(JSON.writeValueAsString(body)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("maps and texts are JSON", e);
        }
    }

    private JsonNode ask(String method, String path, BodyPublisher body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path))
                .timeout(TIMEOUT)
                .header("Accept", "application/json")
                .header("Content-Type", "application/json")
                .method(method, body);
        connection.token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
        try (HttpClient http = connection.http()) {
            return granted(http.send(request.build(), HttpResponse.BodyHandlers.ofString()));
        } catch (IOException e) {
            throw new CommandException(
                    "no answer from the tracker at " + base + "; 'millrace status' says how the stack is", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException("interrupted", e);
        }
    }

    private static JsonNode granted(HttpResponse<String> answer) {
        int status = answer.statusCode();
        if (status / 100 == 2) {
            try {
                return JSON.readTree(answer.body());
            } catch (JsonProcessingException e) {
                throw new CommandException("the tracker answers no JSON", e);
            }
        }
        throw new CommandException(
                switch (status) {
                    case 401 -> "the tracker does not know you: " + why(answer);
                    case 403 ->
                        "the tracker does not let you: " + why(answer)
                                + ". Ask somebody who has it, or for a token of that role";
                    case 400, 404, 409 -> why(answer);
                    default -> "the tracker answers " + status + ": " + why(answer);
                });
    }

    private static String why(HttpResponse<String> answer) {
        try {
            JsonNode error = JSON.readTree(answer.body());
            String why = error.path("error").asText(error.path("message").asText());
            return why.isEmpty() ? answer.body() : why;
        } catch (JsonProcessingException e) {
            return answer.body();
        }
    }
}
