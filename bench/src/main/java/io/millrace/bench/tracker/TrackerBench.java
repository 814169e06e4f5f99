package io.millrace.bench.tracker;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.millrace.bench.restart.OwnStack;
import io.millrace.local.StackException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A tracker as {@code up} starts it, with many runs: how fast they are logged through either door, and found. */
public final class TrackerBench {

    /**
     * What is measured.
     *
     * @param runs of as many metrics with one value each
     * @param batches of 1,000 measurements, through the log
     * @param restRuns runs that are logged through REST
     * @param restBatches of 1,000 measurements, through REST
     * @param beside an MLflow server that is given the REST part of the work too; null for none
     */
    public record Options(
            int runs,
            int metrics,
            int batches,
            int restRuns,
            int restBatches,
            int searches,
            long seed,
            @Nullable URI beside) {}

    /**
     * What it came to.
     *
     * @param logNewRunsMetricsPerS through the log, until they are shown: new runs of one-value metrics
     * @param logBatchMetricsPerS the same, records of 1,000 measurements of runs that go on
     * @param rest over HTTP
     * @param mlflow the same work over HTTP, done by an MLflow server; null where there was none
     * @param ratioOfNewRuns ours through MLflow's; likewise the others
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Result(
            @JsonProperty("runs") int runs,
            @JsonProperty("metrics_per_run") int metricsPerRun,
            @JsonProperty("log_new_runs_metrics_per_s") double logNewRunsMetricsPerS,
            @JsonProperty("log_batch_metrics_per_s") double logBatchMetricsPerS,
            @JsonProperty("rest") RestBench.@Nullable Result rest,
            @JsonProperty("mlflow") RestBench.@Nullable Result mlflow,
            @JsonProperty("ratio_of_new_runs") @Nullable Double ratioOfNewRuns,
            @JsonProperty("ratio_of_batches") @Nullable Double ratioOfBatches,
            @JsonProperty("ratio_of_search_p95") @Nullable Double ratioOfSearchP95) {}

    private static final String EXPERIMENT = "bench";
    private static final int LONG_RUNS = 20;

    private TrackerBench() {}

    /**
     * Measures on a stack that nothing else uses.
     *
     * @param progress told what each part came to
     */
    public static Result run(OwnStack stack, Options options, Consumer<String> progress) {
        MlflowCaller ours = new MlflowCaller(URI.create(stack.toldUsers("millrace.tracker.url")), token(stack));
        String experimentId = ours.experiment(EXPERIMENT);
        RunMix mix = new RunMix(options.seed(), options.metrics());
        double newRuns;
        double histories;
        try (LogBench log = new LogBench(stack, ours, EXPERIMENT, experimentId)) {
            log.logHistories(LONG_RUNS, Math.max(LONG_RUNS, options.batches() / 4)); // to warm up
            histories = log.logHistories(LONG_RUNS, options.batches());
            progress.accept(line("log, records of 1,000 measurements: %.0f metrics/s", histories));
            newRuns = log.logRuns(mix, options.runs());
            progress.accept(line("log, new runs of %d metrics: %.0f metrics/s", options.metrics(), newRuns));
        }
        RestBench.Result rest = rest("tracker", ours, experimentId, options, 0, progress);
        RestBench.Result mlflow = null;
        if (options.beside() != null) {
            MlflowCaller theirs = new MlflowCaller(options.beside(), null);
            // They have no log: what came by it into the tracker comes by REST.
            mlflow = rest(
                    "mlflow",
                    theirs,
                    theirs.experiment(EXPERIMENT + "-" + System.nanoTime()),
                    options,
                    options.runs(),
                    progress);
        }
        return new Result(
                options.runs(),
                options.metrics(),
                newRuns,
                histories,
                rest,
                mlflow,
                mlflow == null ? null : rest.newRunsMetricsPerS() / mlflow.newRunsMetricsPerS(),
                mlflow == null ? null : rest.batchMetricsPerS() / mlflow.batchMetricsPerS(),
                mlflow == null ? null : mlflow.searchMsP95() / rest.searchMsP95());
    }

    private static RestBench.Result rest(
            String who,
            MlflowCaller server,
            String experimentId,
            Options options,
            int before,
            Consumer<String> progress) {
        RestBench.logRuns(
                server,
                experimentId,
                new RunMix(options.seed() + 1, options.metrics()),
                Math.max(4, options.restRuns() / 4));
        if (before > 0) {
            RestBench.logRuns(server, experimentId, new RunMix(options.seed(), options.metrics()), before);
        }
        double runs = RestBench.logRuns(
                server, experimentId, new RunMix(options.seed() + 2, options.metrics()), options.restRuns());
        progress.accept(line("%s, REST, new runs of %d metrics: %.0f metrics/s", who, options.metrics(), runs));
        double batches = RestBench.logBatches(server, experimentId, options.restBatches());
        progress.accept(line("%s, REST, batches of 1,000 measurements: %.0f metrics/s", who, batches));
        RestBench.Result result = RestBench.searching(
                server,
                experimentId,
                new RunMix(options.seed() + 3, options.metrics()),
                options.searches(),
                runs,
                batches);
        progress.accept(line(
                "%s, search, a page of 100: median %.1f ms, p95 %.1f ms; of 1,000: median %.1f ms, p95 %.1f ms",
                who,
                result.searchMsMedian(),
                result.searchMsP95(),
                result.largePageMsMedian(),
                result.largePageMsP95()));
        progress.accept(who + ", p95 by kind, ms: " + result.searchMsP95ByKind());
        return result;
    }

    private static String line(String format, Object... figures) {
        return String.format(Locale.ROOT, format, figures);
    }

    private static String token(OwnStack stack) {
        String token = stack.toldUsers("millrace.token");
        if (token != null) {
            return token;
        }
        try {
            return Files.readString(Path.of(stack.toldUsers("millrace.token.file")))
                    .strip();
        } catch (IOException e) {
            throw new StackException("can't read the token of the stack: " + e.getMessage(), e);
        }
    }
}
