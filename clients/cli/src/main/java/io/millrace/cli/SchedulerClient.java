package io.millrace.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/** Asks the scheduler's REST API. */
public final class SchedulerClient {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final JsonMapper JSON = new JsonMapper();

    private final URI base;

    public SchedulerClient(URI base) {
        this.base = base;
    }

    static SchedulerClient of(Connection connection) {
        return new SchedulerClient(connection.serviceUrl("scheduler"));
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
        HttpRequest request = HttpRequest.newBuilder(URI.create(base + path))
                .timeout(TIMEOUT)
                .header("Accept", "application/json")
                .build();
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() == 404) {
                return Optional.empty();
            }
            if (answer.statusCode() != 200) {
                throw new CommandException("the scheduler answers " + answer.statusCode() + ": " + answer.body());
            }
            return Optional.of(JSON.readTree(answer.body()));
        } catch (JsonProcessingException e) {
            throw new CommandException("the scheduler at " + base + " answers no JSON", e);
        } catch (IOException e) {
            throw new CommandException(
                    "no answer from the scheduler at " + base + "; 'millrace status' says how the stack is", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException("interrupted", e);
        }
    }

    static String encode(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
