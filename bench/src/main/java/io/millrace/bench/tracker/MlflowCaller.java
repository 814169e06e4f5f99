package io.millrace.bench.tracker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.events.run.Metric;
import io.millrace.local.StackException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Speaks MLflow's REST API, to whoever answers it. Thread safe. */
final class MlflowCaller {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI root;
    private final @Nullable String token;

    /** @param token who asks; null where nobody is asked who he is */
    MlflowCaller(URI root, @Nullable String token) {
        this.root = URI.create(root.toString().replaceAll("/+$", ""));
        this.token = token;
    }

    /** Its id; made if there is none of that name. */
    String experiment(String name) {
        ObjectNode asked = JSON.createObjectNode().put("name", name);
        return call("experiments/create", asked).path("experiment_id").asText();
    }

    /** Logs a run wholly: begins it, logs a batch, ends it. */
    void log(String experimentId, RunMix.MadeRun run) {
        String id = start(experimentId, run.name(), run.at());
        ObjectNode batch = JSON.createObjectNode().put("run_id", id);
        batch.set("metrics", metrics(run.metrics()));
        ArrayNode params = batch.putArray("params");
        run.params().forEach((key, value) -> params.addObject().put("key", key).put("value", value));
        batch.putArray("tags").addObject().put("key", "team").put("value", run.team());
        call("runs/log-batch", batch);
        call(
                "runs/update",
                JSON.createObjectNode()
                        .put("run_id", id)
                        .put("status", "FINISHED")
                        .put("end_time", run.at()));
    }

    String start(String experimentId, String name, long at) {
        ObjectNode asked = JSON.createObjectNode()
                .put("experiment_id", experimentId)
                .put("run_name", name)
                .put("start_time", at);
        return call("runs/create", asked)
                .path("run")
                .path("info")
                .path("run_id")
                .asText();
    }

    void batch(String runId, List<Metric> measured) {
        ObjectNode batch = JSON.createObjectNode().put("run_id", runId);
        batch.set("metrics", metrics(measured));
        call("runs/log-batch", batch);
    }

    private static ArrayNode metrics(List<Metric> measured) {
        ArrayNode metrics = JSON.createArrayNode();
        for (Metric metric : measured) {
            metrics.addObject()
                    .put("key", metric.getKey())
                    .put("value", metric.getValue())
                    .put("timestamp", metric.getTimestamp().toEpochMilli())
                    .put("step", metric.getStep());
        }
        return metrics;
    }

    /** How many were found. */
    int search(String experimentId, RunMix.Question question, int most) {
        ObjectNode asked =
                JSON.createObjectNode().put("filter", question.filter()).put("max_results", most);
        asked.putArray("experiment_ids").add(experimentId);
        question.orderBy().forEach(asked.putArray("order_by")::add);
        return call("runs/search", asked).path("runs").size();
    }

    boolean isOver(String runId) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri("runs/get?run_id=" + runId)).GET();
        Answer answer = send(request);
        return answer.status() == 200
                && answer.body()
                        .path("run")
                        .path("info")
                        .path("status")
                        .asText()
                        .equals("FINISHED");
    }

    private record Answer(int status, JsonNode body) {}

    private JsonNode call(String name, ObjectNode asked) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(name))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(asked.toString()));
        Answer answer = send(request);
        if (answer.status() != 200) {
            throw new StackException(root + " answers " + answer.status() + " to " + name + ": " + answer.body());
        }
        return answer.body();
    }

    private URI uri(String call) {
        return URI.create(root + "/api/2.0/mlflow/" + call);
    }

    private Answer send(HttpRequest.Builder request) {
        request.timeout(PATIENCE);
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        try {
            var response = http.send(request.build(), BodyHandlers.ofString());
            return new Answer(response.statusCode(), JSON.readTree(response.body()));
        } catch (JsonProcessingException e) {
            throw new StackException(root + " answers with something that is no JSON", e);
        } catch (IOException e) {
            throw new StackException(root + " does not answer: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException("interrupted", e);
        }
    }
}
