package io.millrace.monitor.api;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.millrace.monitor.api.MonitorViews.AlertRow;
import io.millrace.monitor.api.MonitorViews.DriftRow;
import io.millrace.monitor.api.MonitorViews.QualityRow;
import io.millrace.monitor.api.MonitorViews.ServiceRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Figures of the newest windows and of alerts, for Prometheus. Rows come and go with model versions. */
final class MonitorMetrics {

    private MonitorMetrics() {}

    /** What is told of each model version that has it. */
    private record Figure<R>(
            MultiGauge gauge, Function<MonitorViews.ModelView, @Nullable R> newest, ToDoubleFunction<R> value) {
        void refresh(Map<String, MonitorViews.ModelView> models) {
            List<MultiGauge.Row<?>> rows = new ArrayList<>();
            models.forEach((model, view) -> {
                R row = newest.apply(view);
                if (row != null && !Double.isNaN(value.applyAsDouble(row))) {
                    rows.add(MultiGauge.Row.of(Tags.of("model", model), value.applyAsDouble(row)));
                }
            });
            gauge.register(rows, true);
        }
    }

    /** @return what brings the figures up to date */
    static Runnable register(MonitorViews views, MeterRegistry meters) {
        List<Figure<?>> figures = List.of(
                service(meters, "millrace_model_error_rate", "Share of failed requests.", ServiceRow::errorRate),
                service(meters, "millrace_model_throughput", "Requests a second.", ServiceRow::throughput),
                service(meters, "millrace_model_latency_p50_ms", "Median latency.", row -> or(row.latencyP50Ms())),
                service(meters, "millrace_model_latency_p95_ms", "95th percentile.", row -> or(row.latencyP95Ms())),
                service(meters, "millrace_model_latency_p99_ms", "99th percentile.", row -> or(row.latencyP99Ms())),
                service(meters, "millrace_model_confidence", "Mean confidence.", row -> or(row.confidenceMean())),
                drift(
                        meters,
                        "millrace_model_drifted_features",
                        "Features that drift.",
                        row -> row.drifted().size()),
                drift(meters, "millrace_model_drift_p_value", "Lowest corrected p.", DriftRow::lowestAdjustedP),
                quality(meters, "millrace_model_accuracy", "Right answers as a share.", row -> or(row.accuracy())),
                quality(meters, "millrace_model_auc", "Area under the ROC curve.", row -> or(row.auc())),
                quality(meters, "millrace_model_labels", "Labels known.", QualityRow::labels));
        MultiGauge alerts = MultiGauge.builder("millrace_alerts_firing")
                .description("Alerts that fire.")
                .register(meters);
        Gauge.builder("millrace_models", () -> views.read(all -> all.models().size()))
                .description("Model versions of which predictions were seen.")
                .register(meters);
        // Rows can't come and go while somebody reads them all, so this is not done when asked for a figure.
        return () -> views.read(all -> {
            figures.forEach(figure -> figure.refresh(all.models()));
            alerts.register(firing(all), true);
            return figures.size();
        });
    }

    private static List<MultiGauge.Row<?>> firing(MonitorViews all) {
        Map<String, Long> bySeverity = new TreeMap<>(Map.of("P1", 0L, "P2", 0L, "P3", 0L, "P4", 0L));
        for (AlertRow alert : all.alerts().values()) {
            if (alert.state().equals("FIRING")) {
                bySeverity.merge(alert.severity(), 1L, Long::sum);
            }
        }
        List<MultiGauge.Row<?>> rows = new ArrayList<>();
        bySeverity.forEach((severity, count) -> rows.add(MultiGauge.Row.of(Tags.of("severity", severity), count)));
        return rows;
    }

    private static MultiGauge gauge(MeterRegistry meters, String name, String description) {
        return MultiGauge.builder(name).description(description).register(meters);
    }

    private static Figure<ServiceRow> service(
            MeterRegistry meters, String name, String description, ToDoubleFunction<ServiceRow> value) {
        return new Figure<>(
                gauge(meters, name, description),
                model -> model.service.stream()
                        .filter(row -> row.segment() == null)
                        .findFirst()
                        .orElse(null),
                value);
    }

    private static Figure<DriftRow> drift(
            MeterRegistry meters, String name, String description, ToDoubleFunction<DriftRow> value) {
        return new Figure<>(gauge(meters, name, description), model -> model.drift.peekFirst(), value);
    }

    private static Figure<QualityRow> quality(
            MeterRegistry meters, String name, String description, ToDoubleFunction<QualityRow> value) {
        return new Figure<>(
                gauge(meters, name, description),
                model -> model.quality.isEmpty()
                        ? null
                        : model.quality.lastEntry().getValue(),
                value);
    }

    private static double or(@Nullable Double value) {
        return value == null ? Double.NaN : value;
    }
}
