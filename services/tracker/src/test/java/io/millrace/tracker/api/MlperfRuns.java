package io.millrace.tracker.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.events.run.Metric;
import io.millrace.events.run.MetricsLogged;
import io.millrace.events.run.ParamsLogged;
import io.millrace.events.run.RunEnded;
import io.millrace.events.run.RunEvent;
import io.millrace.events.run.RunStarted;
import io.millrace.events.run.RunStatus;
import io.millrace.tracker.domain.Measurement;
import io.millrace.tracker.projection.TrackerUnderTest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.zip.GZIPInputStream;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;

/** 880 runs of MLPerf Training v0.7, as tables, and how they are logged through either door. */
public final class MlperfRuns {

    /**
     * A run as the tables have it.
     *
     * @param start ms since the epoch
     * @param params with submitter, system and benchmark
     */
    public record Table(
            String name,
            long start,
            long stop,
            boolean success,
            Map<String, String> params,
            List<Measurement> measured) {

        @Nullable
        Double last(String metric) {
            return measured.stream()
                    .filter(one -> one.key().equals(metric))
                    .max(Comparator.comparingLong(Measurement::time).thenComparing(Measurement::value))
                    .map(Measurement::value)
                    .orElse(null);
        }

        String param(String name) {
            return params.getOrDefault(name, "");
        }
    }

    static final String ACCURACY = "eval_accuracy";
    static final String DURATION = "duration_s";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String FOLDER = "/mlperf07/";
    private static final int BATCH = 500;
    // Of a run whose log does not say when it began.
    private static final long SOME_TIME = 1_592_000_000_000L;

    private MlperfRuns() {}

    public static List<Table> read() {
        Map<String, Map<String, String>> params = new LinkedHashMap<>();
        rows("mlperf07_params")
                .forEach(row -> params.computeIfAbsent(field(row, "run_id"), id -> new TreeMap<>())
                        .put(field(row, "param"), field(row, "value")));
        Map<String, List<Map<String, String>>> evaluations = new LinkedHashMap<>();
        rows("mlperf07_metrics")
                .forEach(row -> evaluations
                        .computeIfAbsent(field(row, "run_id"), id -> new ArrayList<>())
                        .add(row));
        List<Table> runs = new ArrayList<>();
        for (Map<String, String> row : rows("mlperf07_runs")) {
            String name = field(row, "run_id");
            Map<String, String> given = new TreeMap<>(params.getOrDefault(name, Map.of()));
            for (String place : List.of("submitter", "system", "benchmark")) {
                given.put(place, field(row, place));
            }
            long start = field(row, "start_ms").isEmpty() ? SOME_TIME + runs.size() : whole(row, "start_ms");
            long stop = field(row, "stop_ms").isEmpty() ? start : whole(row, "stop_ms");
            List<Measurement> measured = new ArrayList<>();
            for (Map<String, String> evaluation : evaluations.getOrDefault(name, List.of())) {
                long step = measured.size();
                String elapsed = field(evaluation, "elapsed_s");
                long at = start + (elapsed.isEmpty() ? step : Math.round(Double.parseDouble(elapsed) * 1000));
                if (!field(evaluation, ACCURACY).isEmpty()) {
                    measured.add(new Measurement(ACCURACY, Double.parseDouble(field(evaluation, ACCURACY)), step, at));
                }
            }
            if (!field(row, DURATION).isEmpty()) {
                measured.add(new Measurement(DURATION, Double.parseDouble(field(row, DURATION)), 0, stop));
            }
            runs.add(new Table(name, start, stop, field(row, "status").equals("success"), given, measured));
        }
        return runs;
    }

    private static long whole(Map<String, String> row, String name) {
        return (long) Double.parseDouble(field(row, name));
    }

    private static String field(Map<String, String> row, String name) {
        return Objects.requireNonNull(row.get(name), name);
    }

    private static List<Map<String, String>> rows(String table) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(
                        Objects.requireNonNull(MlperfRuns.class.getResourceAsStream(FOLDER + table + ".csv.gz"))),
                StandardCharsets.UTF_8))) {
            List<String> names = cells(Objects.requireNonNull(lines.readLine()));
            List<Map<String, String>> rows = new ArrayList<>();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                List<String> cells = cells(line);
                Map<String, String> row = new LinkedHashMap<>();
                for (int i = 0; i < names.size(); i++) {
                    row.put(names.get(i), cells.get(i));
                }
                rows.add(row);
            }
            return rows;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> cells(String line) {
        List<String> cells = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean quoted = false;
        for (char c : line.toCharArray()) {
            if (c == '"') {
                quoted = !quoted;
            } else if (c == ',' && !quoted) {
                cells.add(cell.toString());
                cell.setLength(0);
            } else {
                cell.append(c);
            }
        }
        cells.add(cell.toString());
        return cells;
    }

    /** As training code writes them itself; returns when the tracker has them. */
    public static void log(TrackerUnderTest tracker, String experiment, List<Table> runs)
            throws ExecutionException, InterruptedException {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (Table run : runs) {
            String id = UUID.randomUUID().toString().replace("-", "");
            List<Object> said = new ArrayList<>();
            said.add(RunStarted.newBuilder()
                    .setExperiment(experiment)
                    .setName(run.name())
                    .setUser("ada")
                    .build());
            said.add(new ParamsLogged(run.params()));
            for (int from = 0; from < run.measured().size(); from += BATCH) {
                said.add(new MetricsLogged(
                        run.measured().subList(from, Math.min(run.measured().size(), from + BATCH)).stream()
                                .map(one -> new Metric(
                                        one.key(), one.value(), one.step(), Instant.ofEpochMilli(one.time())))
                                .toList()));
            }
            said.add(new RunEnded(run.success() ? RunStatus.FINISHED : RunStatus.FAILED, ""));
            for (Object payload : said) {
                long at = payload instanceof RunEnded ? run.stop() : run.start();
                sent.add(tracker.logLater(
                        id, new RunEvent(UUID.randomUUID().toString(), Instant.ofEpochMilli(at), "user:ada", payload)));
            }
        }
        Map<Integer, RecordMetadata> last = new TreeMap<>();
        for (Future<RecordMetadata> one : sent) {
            last.put(one.get().partition(), one.get());
        }
        last.values().forEach(tracker::await);
    }

    /** As MLflow's client sends them. */
    static void post(RunsResource runs, RunLogResource logs, String experimentId, List<Table> tables) {
        for (Table table : tables) {
            ObjectNode asked = JSON.createObjectNode()
                    .put("experiment_id", experimentId)
                    .put("run_name", table.name())
                    .put("user_id", "ada")
                    .put("start_time", table.start());
            String id = runs.create(asked).run().info().runId();
            List<Map.Entry<String, String>> params = List.copyOf(table.params().entrySet());
            for (int from = 0; from < params.size(); from += 100) {
                ObjectNode batch = JSON.createObjectNode().put("run_id", id);
                ArrayNode list = batch.putArray("params");
                params.subList(from, Math.min(params.size(), from + 100))
                        .forEach(param ->
                                list.addObject().put("key", param.getKey()).put("value", param.getValue()));
                logs.batch(null, batch);
            }
            for (int from = 0; from < table.measured().size(); from += BATCH) {
                ObjectNode batch = JSON.createObjectNode().put("run_id", id);
                ArrayNode list = batch.putArray("metrics");
                table.measured()
                        .subList(from, Math.min(table.measured().size(), from + BATCH))
                        .forEach(one -> list.addObject()
                                .put("key", one.key())
                                .put("value", one.value())
                                .put("timestamp", one.time())
                                .put("step", one.step()));
                logs.batch(null, batch);
            }
            runs.update(JSON.createObjectNode()
                    .put("run_id", id)
                    .put("status", table.success() ? "FINISHED" : "FAILED")
                    .put("end_time", table.stop()));
        }
    }
}
