package io.millrace.tracker.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.millrace.tracker.domain.DatasetUse;
import io.millrace.tracker.domain.Measurement;
import io.millrace.tracker.domain.RunState;
import io.millrace.tracker.store.StoredRun;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs in MLflow's words. Empty lists are left out, as MLflow does. */
public final class RunAnswers {

    /** A run. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Run(Summary info, Entries data, Inputs inputs) {}

    /** What a run has one of; times in ms since the epoch. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Summary(
            String runUuid,
            String runId,
            String runName,
            String experimentId,
            String userId,
            String status,
            @Nullable Long startTime,
            @Nullable Long endTime,
            String artifactUri,
            String lifecycleStage) {}

    /** What was logged. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Entries(List<Metric> metrics, List<Pair> params, List<Pair> tags) {}

    /** A value of a metric; NaN and the infinities are texts. */
    public record Metric(String key, double value, long timestamp, long step) {}

    /** A param or a tag. */
    public record Pair(String key, String value) {}

    /** Data sets. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Inputs(List<Input> datasetInputs) {}

    /** A data set as the run read it. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Input(List<Pair> tags, Dataset dataset) {}

    /** A data set. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Dataset(
            String name,
            String digest,
            String sourceType,
            String source,
            @Nullable String schema,
            @Nullable String profile) {}

    private RunAnswers() {}

    static Run run(StoredRun run) {
        return new Run(
                summary(run.summary()),
                new Entries(
                        run.metrics().stream().map(RunAnswers::metric).toList(),
                        pairs(run.params()),
                        pairs(run.tags())),
                new Inputs(run.inputs().stream().map(RunAnswers::input).toList()));
    }

    static Summary summary(StoredRun.Summary info) {
        return new Summary(
                info.runId(),
                info.runId(),
                info.name(),
                info.experimentId(),
                info.user(),
                status(info.state()),
                info.startTime(),
                info.endTime(),
                info.artifactUri(),
                info.deleted() ? "deleted" : "active");
    }

    /** MLflow has no word for a run of which nobody knows how it ended. */
    private static String status(RunState state) {
        return state == RunState.UNKNOWN ? RunState.FAILED.name() : state.name();
    }

    static Metric metric(Measurement one) {
        return new Metric(one.key(), one.value(), one.time(), one.step());
    }

    static List<Pair> pairs(Map<String, String> entries) {
        return entries.entrySet().stream()
                .map(entry -> new Pair(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static Input input(DatasetUse use) {
        return new Input(
                pairs(use.tags()),
                new Dataset(use.name(), use.digest(), use.sourceType(), use.source(), use.schema(), use.profile()));
    }
}
