package io.millrace.bench.tracker;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.millrace.bench.Sample;
import io.millrace.events.run.Metric;
import io.millrace.local.StackException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** What MLflow's clients do, over HTTP: log runs, log long histories, search. */
final class RestBench {

    /**
     * What it came to.
     *
     * @param newRunsMetricsPerS new runs of a few params and metrics: begun, one batch, ended
     * @param batchMetricsPerS batches of 1,000 measurements
     * @param searchMsP95 of filtered searches, a page of 100
     * @param largePageMsP95 of filtered searches, a page of 1,000
     */
    record Result(
            @JsonProperty("new_runs_metrics_per_s") double newRunsMetricsPerS,
            @JsonProperty("batch_metrics_per_s") double batchMetricsPerS,
            @JsonProperty("search_ms_median") double searchMsMedian,
            @JsonProperty("search_ms_p95") double searchMsP95,
            @JsonProperty("search_ms_p95_by_kind") Map<String, Double> searchMsP95ByKind,
            @JsonProperty("large_page_ms_median") double largePageMsMedian,
            @JsonProperty("large_page_ms_p95") double largePageMsP95) {}

    private static final int CALLERS = 4;
    private static final int BATCH = 1000;
    private static final int PAGE = 100;
    private static final int LARGE_PAGE = 1000;
    private static final int WARM_UP_PART = 5;

    private RestBench() {}

    /** Logs new runs; metrics a second. */
    static double logRuns(MlflowCaller server, String experimentId, RunMix mix, int runs) {
        long begun = System.nanoTime();
        List<List<RunMix.MadeRun>> shares = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            shares.add(new ArrayList<>());
        }
        int metrics = 0;
        for (int i = 0; i < runs; i++) {
            RunMix.MadeRun run = mix.next();
            metrics += run.metrics().size();
            shares.get(i % CALLERS).add(run);
        }
        atOnce(shares, share -> share.forEach(run -> server.log(experimentId, run)));
        return metrics / ((System.nanoTime() - begun) / 1e9);
    }

    /** Logs batches of 1,000 measurements into as many runs as there are callers; metrics a second. */
    static double logBatches(MlflowCaller server, String experimentId, int batches) {
        List<String> runs = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            runs.add(server.start(experimentId, "history-" + i, 1));
        }
        long begun = System.nanoTime();
        int each = Math.max(1, batches / CALLERS);
        atOnce(runs, run -> {
            for (int i = 0; i < each; i++) {
                List<Metric> history = RunMix.history(i * BATCH, BATCH);
                server.batch(run, history);
            }
        });
        return each * CALLERS * (double) BATCH / ((System.nanoTime() - begun) / 1e9);
    }

    static Result searching(
            MlflowCaller server, String experimentId, RunMix mix, int searches, double newRuns, double batches) {
        Map<String, List<Double>> byKind = new TreeMap<>();
        List<Double> small = search(server, experimentId, mix, searches, PAGE, byKind);
        List<Double> large = search(server, experimentId, mix, Math.max(1, searches / 4), LARGE_PAGE, new TreeMap<>());
        Map<String, Double> p95 = new TreeMap<>();
        byKind.forEach((kind, times) -> p95.put(kind, Sample.of(times).percentile(95)));
        return new Result(
                newRuns,
                batches,
                Sample.of(small).median(),
                Sample.of(small).percentile(95),
                p95,
                Sample.of(large).median(),
                Sample.of(large).percentile(95));
    }

    private static List<Double> search(
            MlflowCaller server,
            String experimentId,
            RunMix mix,
            int searches,
            int page,
            Map<String, List<Double>> byKind) {
        List<Double> times = new ArrayList<>();
        int warmUp = searches / WARM_UP_PART;
        for (int i = 0; i < warmUp + searches; i++) {
            RunMix.Question question = mix.ask(i);
            long begun = System.nanoTime();
            server.search(experimentId, question, page);
            double ms = (System.nanoTime() - begun) / 1e6;
            if (i >= warmUp) {
                times.add(ms);
                byKind.computeIfAbsent(question.kind(), kind -> new ArrayList<>())
                        .add(ms);
            }
        }
        return times;
    }

    @FunctionalInterface
    private interface Part<T> {
        void of(T share);
    }

    private static <T> void atOnce(List<T> shares, Part<T> part) {
        try (ExecutorService callers = Executors.newFixedThreadPool(shares.size())) {
            List<Future<?>> done = new ArrayList<>();
            shares.forEach(share -> done.add(callers.submit(() -> part.of(share))));
            for (Future<?> one : done) {
                one.get();
            }
        } catch (ExecutionException e) {
            throw new StackException("a caller was refused: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException("interrupted", e);
        }
    }
}
