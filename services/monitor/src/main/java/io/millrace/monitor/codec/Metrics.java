package io.millrace.monitor.codec;

import io.millrace.events.verdict.DriftJudged;
import io.millrace.events.verdict.Outcome;
import io.millrace.events.verdict.QualityRestated;
import io.millrace.events.verdict.ServiceJudged;
import io.millrace.events.verdict.VerdictEvent;
import io.millrace.monitor.domain.alert.AlertInput;
import io.millrace.monitor.domain.alert.Figure;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The figures of a verdict by the names that rules know them by. */
public final class Metrics {

    /** All of them, as rules may name them. */
    public static final List<String> NAMES = List.of(
            "requests",
            "error_rate",
            "throughput",
            "latency_p50_ms",
            "latency_p95_ms",
            "latency_p99_ms",
            "confidence_mean",
            "ahead",
            "repeated",
            "data_set_drifted",
            "drifted_features",
            "drift_p_value",
            "missing_rate",
            "out_of_range",
            "unseen",
            "unknown_features",
            "labels",
            "accuracy",
            "precision",
            "recall",
            "f1",
            "auc",
            "calibration_error",
            "brier",
            "mae",
            "rmse",
            "errors_changed",
            "adwin",
            "ddm",
            "page_hinkley");

    private Metrics() {}

    /** Null for a verdict of a kind that this version does not know. */
    static AlertInput.@Nullable Observed observed(long at, VerdictEvent event) {
        return switch (event.getPayload()) {
            case ServiceJudged service -> {
                Map<String, String> labels = labels(service.getModelName(), service.getModelVersion());
                if (service.getSegment() != null) {
                    labels.put("segment", service.getSegment());
                }
                yield new AlertInput.Observed(
                        at,
                        service.getWindowStart().toEpochMilli(),
                        service.getWindowEnd().toEpochMilli(),
                        labels,
                        of(service));
            }
            case DriftJudged drift ->
                new AlertInput.Observed(
                        at,
                        drift.getWindowStart().toEpochMilli(),
                        drift.getWindowEnd().toEpochMilli(),
                        labels(drift.getModelName(), drift.getModelVersion()),
                        of(drift));
            case QualityRestated quality ->
                new AlertInput.Observed(
                        at,
                        quality.getWindowStart().toEpochMilli(),
                        quality.getWindowEnd().toEpochMilli(),
                        labels(quality.getModelName(), quality.getModelVersion()),
                        of(quality));
            default -> null;
        };
    }

    private static TreeMap<String, String> labels(String model, String version) {
        return new TreeMap<>(Map.of("model_name", model, "model_version", version));
    }

    private static Map<String, Figure> of(ServiceJudged service) {
        Map<String, Figure> metrics = new HashMap<>();
        put(metrics, "requests", (double) service.getRequests());
        put(metrics, "error_rate", service.getErrorRate());
        put(metrics, "throughput", service.getThroughput());
        put(metrics, "latency_p50_ms", service.getLatencyP50Ms());
        put(metrics, "latency_p95_ms", service.getLatencyP95Ms());
        put(metrics, "latency_p99_ms", service.getLatencyP99Ms());
        put(metrics, "confidence_mean", service.getConfidenceMean());
        put(metrics, "ahead", (double) service.getAhead());
        put(metrics, "repeated", (double) service.getRepeated());
        return metrics;
    }

    private static Map<String, Figure> of(DriftJudged drift) {
        Map<String, Figure> metrics = new HashMap<>();
        put(metrics, "data_set_drifted", drift.getOutcome() == Outcome.DRIFTED ? 1.0 : 0.0);
        put(metrics, "drifted_features", (double) drift.getDrifted().size());
        if (drift.getOutcome() != Outcome.INCONCLUSIVE) {
            put(metrics, "drift_p_value", drift.getLowestAdjustedP());
        }
        if (drift.getPredictions() > 0) {
            put(metrics, "missing_rate", (double) drift.getMissing() / drift.getPredictions());
        }
        put(metrics, "out_of_range", (double) drift.getOutOfRange());
        put(metrics, "unseen", (double) drift.getUnseen());
        put(metrics, "unknown_features", (double) drift.getUnknownFeatures().size());
        return metrics;
    }

    private static Map<String, Figure> of(QualityRestated quality) {
        Map<String, Figure> metrics = new HashMap<>();
        put(metrics, "labels", (double) quality.getLabels());
        if (quality.getAccuracy() != null) {
            metrics.put("accuracy", Figure.share(quality.getAccuracy(), quality.getLabels()));
        }
        put(metrics, "precision", quality.getPrecision());
        put(metrics, "recall", quality.getRecall());
        put(metrics, "f1", quality.getF1());
        put(metrics, "auc", quality.getAuc());
        put(metrics, "calibration_error", quality.getCalibrationError());
        put(metrics, "brier", quality.getBrier());
        put(metrics, "mae", quality.getMae());
        put(metrics, "rmse", quality.getRmse());
        put(metrics, "errors_changed", (double) quality.getDriftDetectedBy().size());
        // That a detector saw nothing with these labels takes back nothing that it saw with others.
        quality.getDriftDetectedBy().forEach(name -> put(metrics, name.toLowerCase(Locale.ROOT), 1.0));
        return metrics;
    }

    private static void put(Map<String, Figure> metrics, String name, @Nullable Double value) {
        if (value != null) {
            metrics.put(name, Figure.exact(value));
        }
    }
}
