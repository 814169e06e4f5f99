package io.millrace.monitor.codec;

import io.millrace.events.verdict.DriftJudged;
import io.millrace.events.verdict.Outcome;
import io.millrace.events.verdict.QualityRestated;
import io.millrace.events.verdict.ServiceJudged;
import io.millrace.events.verdict.VerdictEvent;
import io.millrace.monitor.domain.alert.AlertInput;
import java.util.HashMap;
import java.util.List;
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
            "errors_changed");

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

    private static Map<String, Double> of(ServiceJudged service) {
        Map<String, Double> metrics = new HashMap<>();
        metrics.put("requests", (double) service.getRequests());
        metrics.put("error_rate", service.getErrorRate());
        metrics.put("throughput", service.getThroughput());
        put(metrics, "latency_p50_ms", service.getLatencyP50Ms());
        put(metrics, "latency_p95_ms", service.getLatencyP95Ms());
        put(metrics, "latency_p99_ms", service.getLatencyP99Ms());
        put(metrics, "confidence_mean", service.getConfidenceMean());
        metrics.put("ahead", (double) service.getAhead());
        metrics.put("repeated", (double) service.getRepeated());
        return metrics;
    }

    private static Map<String, Double> of(DriftJudged drift) {
        Map<String, Double> metrics = new HashMap<>();
        metrics.put("data_set_drifted", drift.getOutcome() == Outcome.DRIFTED ? 1.0 : 0.0);
        metrics.put("drifted_features", (double) drift.getDrifted().size());
        if (drift.getOutcome() != Outcome.INCONCLUSIVE) {
            metrics.put("drift_p_value", drift.getLowestAdjustedP());
        }
        if (drift.getPredictions() > 0) {
            metrics.put("missing_rate", (double) drift.getMissing() / drift.getPredictions());
        }
        metrics.put("out_of_range", (double) drift.getOutOfRange());
        metrics.put("unseen", (double) drift.getUnseen());
        metrics.put("unknown_features", (double) drift.getUnknownFeatures().size());
        return metrics;
    }

    private static Map<String, Double> of(QualityRestated quality) {
        Map<String, Double> metrics = new HashMap<>();
        metrics.put("labels", (double) quality.getLabels());
        put(metrics, "accuracy", quality.getAccuracy());
        put(metrics, "precision", quality.getPrecision());
        put(metrics, "recall", quality.getRecall());
        put(metrics, "f1", quality.getF1());
        put(metrics, "auc", quality.getAuc());
        put(metrics, "calibration_error", quality.getCalibrationError());
        put(metrics, "brier", quality.getBrier());
        put(metrics, "mae", quality.getMae());
        put(metrics, "rmse", quality.getRmse());
        metrics.put("errors_changed", (double) quality.getDriftDetectedBy().size());
        return metrics;
    }

    private static void put(Map<String, Double> metrics, String name, @Nullable Double value) {
        if (value != null) {
            metrics.put(name, value);
        }
    }
}
