package io.millrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.events.run.Metric;
import io.millrace.events.run.MetricsLogged;
import io.millrace.events.run.ParamsLogged;
import io.millrace.events.run.RunEvent;
import io.millrace.events.run.RunStarted;
import io.millrace.streams.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tracker that is killed while runs are logged through both its doors, and one that loses its database. */
class KilledTrackerTest {

    private static final int KILLS = 2;
    private static final int BATCH = 20;
    private static final int SENT_BEFORE_A_KILL = 15;
    private static final Duration SOON = Duration.ofSeconds(120);
    private static final Instant AT = Instant.ofEpochMilli(1_700_000_000_000L);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MLFLOW = "/api/2.0/mlflow/";

    @TempDir
    private Path folder;

    private final AtomicBoolean enough = new AtomicBoolean();
    private final AtomicInteger posted = new AtomicInteger();
    private final AtomicInteger sent = new AtomicInteger();

    @Test
    void shouldLoseNothingAndTakeNothingTwice() {
        try (RunningStack stack =
                RunningStack.start(folder.resolve("stack"), options -> options.withServices(List.of("tracker")))) {
            HttpResponse<String> nobody =
                    stack.ask("tracker", "GET", MLFLOW + "experiments/get?experiment_id=0", null, "");
            assertThat(nobody.statusCode()).isEqualTo(401);
            assertThat(parsed(nobody.body()).path("error_code").asText()).isEqualTo("UNAUTHENTICATED");

            String experimentId = require(
                            stack, "experiments/create", JSON.createObjectNode().put("name", "killed"))
                    .path("experiment_id")
                    .asText();
            String restRun = require(
                            stack,
                            "runs/create",
                            JSON.createObjectNode()
                                    .put("experiment_id", experimentId)
                                    .put("start_time", 1))
                    .path("run")
                    .path("info")
                    .path("run_id")
                    .asText();
            String logRun = UUID.randomUUID().toString().replace("-", "");
            say(
                    stack,
                    logRun,
                    RunStarted.newBuilder()
                            .setExperiment("killed")
                            .setExperimentId(experimentId)
                            .build());

            CompletableFuture<Void> posting = CompletableFuture.runAsync(() -> post(stack, restRun));
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> send(stack, logRun));
            for (int kill = 0; kill < KILLS; kill++) {
                int before = posted.get() + SENT_BEFORE_A_KILL;
                await().atMost(SOON).until(() -> posted.get() >= before);
                stack.killAndAwaitSuccessor("tracker");
            }
            int after = posted.get() + SENT_BEFORE_A_KILL;
            await().atMost(SOON).until(() -> posted.get() >= after);
            enough.set(true);
            assertThat(posting).succeedsWithin(SOON);
            assertThat(sending).succeedsWithin(SOON);

            List<Long> postedSteps = steps(posted.get() * BATCH);
            List<Long> sentSteps = steps(sent.get() * BATCH);
            await().atMost(SOON).until(() -> history(stack, logRun).size() >= sentSteps.size());
            assertThat(history(stack, restRun)).isEqualTo(postedSteps);
            assertThat(history(stack, logRun)).isEqualTo(sentSteps);

            // Now without its database.
            String answer = answers(stack, experimentId);
            Outcome rebuilt = Outcome.of(stack.data(), "runs", "rebuild");
            assertThat(rebuilt.status()).as(rebuilt.err()).isZero();
            assertThat(rebuilt.out()).contains("the tables are up to date");
            assertThat(answers(stack, experimentId)).isEqualTo(answer);
            assertThat(history(stack, restRun)).isEqualTo(postedSteps);
            assertThat(history(stack, logRun)).isEqualTo(sentSteps);
        }
    }

    private static List<Long> steps(int count) {
        return IntStream.range(0, count).mapToObj(Long::valueOf).toList();
    }

    /** Until it is enough; what got no answer is asked again, word for word. */
    private void post(RunningStack stack, String runId) {
        while (!enough.get()) {
            ObjectNode batch = JSON.createObjectNode().put("run_id", runId);
            ArrayNode metrics = batch.putArray("metrics");
            for (int i = 0; i < BATCH; i++) {
                int step = posted.get() * BATCH + i;
                metrics.addObject()
                        .put("key", "loss")
                        .put("value", 1.0 / (step + 1))
                        .put("timestamp", AT.toEpochMilli() + step)
                        .put("step", step);
            }
            batch.putArray("params").addObject().put("key", "p" + posted.get()).put("value", "same");
            await().atMost(SOON)
                    .ignoreExceptions()
                    .until(() -> stack.ask(
                                            "tracker",
                                            "POST",
                                            MLFLOW + "runs/log-batch",
                                            stack.connection().token().orElseThrow(),
                                            batch.toString())
                                    .statusCode()
                            == 200);
            posted.incrementAndGet();
        }
    }

    private void send(RunningStack stack, String runId) {
        while (!enough.get()) {
            List<Metric> metrics = new ArrayList<>();
            for (int i = 0; i < BATCH; i++) {
                int step = sent.get() * BATCH + i;
                metrics.add(new Metric("loss", 1.0 / (step + 1), (long) step, AT.plusMillis(step)));
            }
            say(stack, runId, new MetricsLogged(metrics));
            say(stack, runId, new ParamsLogged(Map.of("p" + sent.get(), "same")));
            sent.incrementAndGet();
        }
    }

    private static void say(RunningStack stack, String runId, Object payload) {
        stack.send(Topics.RUN_EVENTS, runId, new RunEvent(UUID.randomUUID().toString(), AT, "user:ada", payload));
    }

    /** Steps of what was measured, in time. */
    private List<Long> history(RunningStack stack, String runId) {
        List<Long> steps = new ArrayList<>();
        String token = "";
        do {
            JsonNode page = require(
                    stack,
                    "metrics/get-history?run_id=" + runId + "&metric_key=loss&max_results=10000"
                            + (token.isEmpty() ? "" : "&page_token=" + token),
                    null);
            page.path("metrics").forEach(one -> steps.add(one.path("step").asLong()));
            token = page.path("next_page_token").asText();
        } while (!token.isEmpty());
        return steps;
    }

    /** All that is shown of the runs. */
    private String answers(RunningStack stack, String experimentId) {
        ObjectNode asked = JSON.createObjectNode();
        asked.putArray("experiment_ids").add(experimentId);
        return require(stack, "runs/search", asked).toString();
    }

    private JsonNode require(RunningStack stack, String call, @Nullable ObjectNode body) {
        HttpResponse<String> answer = stack.ask(
                "tracker",
                body == null ? "GET" : "POST",
                MLFLOW + call,
                stack.connection().token().orElseThrow(),
                body == null ? "" : body.toString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return parsed(answer.body());
    }

    private static JsonNode parsed(String body) {
        try {
            return JSON.readTree(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
