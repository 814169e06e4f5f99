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
import java.util.Optional;

/** Asks a service's REST API, and tells it what only some may say, as whoever the connection's token is of. */
final class ServiceClient {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final JsonMapper JSON = new JsonMapper();
    private static final String JSON_TYPE = "application/json";

    private final String service;
    private final URI base;
    private final Connection connection;

    private ServiceClient(String service, Connection connection) {
        this.service = service;
        this.base = connection.serviceUrl(service);
        this.connection = connection;
    }

    static ServiceClient scheduler(Connection connection) {
        return new ServiceClient("scheduler", connection);
    }

    static ServiceClient tracker(Connection connection) {
        return new ServiceClient("tracker", connection);
    }

    static ServiceClient monitor(Connection connection) {
        return new ServiceClient("monitor", connection);
    }

    /** @param path with what is asked */
    JsonNode get(String path) {
        return granted(ask("GET", path, BodyPublishers.noBody(), JSON_TYPE));
    }

    /**
     * @param path with what is asked
     * @param unknown what to say where the service knows no such thing
     */
    JsonNode get(String path, String unknown) {
        return find(path).orElseThrow(() -> new CommandException(unknown));
    }

    /** Empty where the service knows no such thing. */
    Optional<JsonNode> find(String path) {
        HttpResponse<String> answer = ask("GET", path, BodyPublishers.noBody(), JSON_TYPE);
        if (answer.statusCode() == 404) {
            return Optional.empty();
        }
        return Optional.of(granted(answer));
    }

    /**
     * Has a document taken over.
     *
     * @param type its media type
     */
    JsonNode put(String path, String document, String type) {
        return granted(ask("PUT", path, BodyPublishers.ofString(document), type));
    }

    /** @param body anything that is JSON */
    JsonNode put(String path, Object body) {
        return put(path, json(body), JSON_TYPE);
    }

    /** @param body anything that is JSON */
    JsonNode post(String path, Object body) {
        return granted(ask("POST", path, BodyPublishers.ofString(json(body)), JSON_TYPE));
    }

    private static String json(Object body) {
        try {
            return JSON.writeValueAsString(body);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("maps and texts are JSON", e);
        }
    }

    private HttpResponse<String> ask(String method, String path, BodyPublisher body, String type) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path))
                .timeout(TIMEOUT)
                .header("Accept", JSON_TYPE)
                .header("Content-Type", type)
                .method(method, body);
        connection.token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
        try (HttpClient http = connection.http()) {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new CommandException(
                    "no answer from the " + service + " at " + base + "; 'millrace status' says how the stack is", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException("interrupted", e);
        }
    }

    private JsonNode granted(HttpResponse<String> answer) {
        int status = answer.statusCode();
        if (status / 100 == 2) {
            try {
                return JSON.readTree(answer.body());
            } catch (JsonProcessingException e) {
                throw new CommandException("the " + service + " at " + base + " answers no JSON", e);
            }
        }
        throw new CommandException(
                switch (status) {
                    case 401 ->
                        "the " + service + " does not know you: " + why(answer) + ". " + connection.file()
                                + " should say millrace.token=TOKEN, or millrace.token.file=FILE, with one of those in"
                                + " credentials/tokens of the stack's data folder; 'millrace up' reads that file";
                    case 403 ->
                        "the " + service + " does not let you: " + why(answer)
                                + ". Ask somebody who has it, or for a token of that role";
                    case 400, 404, 409 -> why(answer);
                    default -> "the " + service + " answers " + status + ": " + why(answer);
                });
    }

    /** In the service's own words, or in MLflow's. */
    private static String why(HttpResponse<String> answer) {
        try {
            JsonNode error = JSON.readTree(answer.body());
            String why = error.path("error").asText(error.path("message").asText());
            return why.isEmpty() ? answer.body() : why;
        } catch (JsonProcessingException e) {
            return answer.body();
        }
    }

    static String encode(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
