package io.millrace.monitor.api;

import io.millrace.events.alert.AlertEvent;
import io.millrace.events.alert.AlertFired;
import io.millrace.events.alert.AlertResolved;
import io.millrace.events.alert.AlertState;
import io.millrace.events.alert.AlertTaken;
import io.millrace.events.alert.NotificationDue;
import io.millrace.events.alertaction.AlertActionEvent;
import io.millrace.events.alertaction.AlertRulesAdopted;
import io.millrace.events.alertaction.SilenceEnded;
import io.millrace.events.alertaction.SilenceSet;
import io.millrace.events.drift.DriftEvent;
import io.millrace.events.drift.DriftMeasured;
import io.millrace.events.reference.ReferenceEvent;
import io.millrace.events.reference.ReferenceSet;
import io.millrace.events.verdict.DriftJudged;
import io.millrace.events.verdict.QualityRestated;
import io.millrace.events.verdict.ServiceJudged;
import io.millrace.events.verdict.VerdictEvent;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/** Everything the API tells, folded from the monitor's topics. One thread folds, many read. */
final class MonitorViews {

    /** Windows told of per model version; older ones are in the topics. */
    private static final int KEPT_WINDOWS = 200;

    private static final int KEPT_NOTIFICATIONS = 1000;

    /** An alert as it stands. */
    record AlertRow(
            String fingerprint,
            String rule,
            String severity,
            String state,
            Map<String, String> labels,
            String summary,
            String runbook,
            double value,
            Instant since,
            @Nullable Instant firedAt,
            @Nullable Instant resolvedAt,
            @Nullable String acknowledgedBy) {}

    /** Something a receiver was to be told. */
    record NotificationRow(
            String notificationId,
            Instant at,
            String receiver,
            String reason,
            String group,
            long firing,
            long resolved,
            List<String> summaries) {}

    /** Alerts that match are told to nobody for a while. */
    record SilenceRow(
            String silenceId,
            Map<String, String> matchers,
            Instant startsAt,
            Instant endsAt,
            String by,
            String reason) {}

    /** How a model version was served in a window. */
    record ServiceRow(
            @Nullable String segment,
            Instant windowStart,
            Instant windowEnd,
            long requests,
            double errorRate,
            double throughput,
            @Nullable Double latencyP50Ms,
            @Nullable Double latencyP95Ms,
            @Nullable Double latencyP99Ms,
            @Nullable Double confidenceMean) {}

    /** Whether its inputs drifted in a window. */
    record DriftRow(
            Instant windowStart,
            Instant windowEnd,
            @Nullable String referenceId,
            String outcome,
            List<String> drifted,
            int judged,
            double lowestAdjustedP,
            long predictions,
            long missing,
            long outOfRange,
            long unseen,
            List<String> unknownFeatures) {}

    /** One statistic of a feature. */
    record StatisticRow(
            String method,
            String variant,
            double value,
            @Nullable Double pValue,
            @Nullable Double threshold,
            double bound) {}

    /** A feature in the newest window. */
    record FeatureRow(
            String feature,
            Instant windowStart,
            String outcome,
            double adjustedP,
            long referenceSize,
            long windowSize,
            long missing,
            long outOfRange,
            long unseen,
            long mistyped,
            List<StatisticRow> statistics) {}

    /** How often it was right in a window. */
    record QualityRow(
            Instant windowStart,
            Instant windowEnd,
            long labels,
            @Nullable Double accuracy,
            @Nullable Double precision,
            @Nullable Double recall,
            @Nullable Double f1,
            @Nullable Double auc,
            @Nullable Double calibrationError,
            @Nullable Double mae,
            @Nullable Double rmse) {}

    /** A model version with what is known of it. */
    static final class ModelView {
        final Deque<ServiceRow> service = new ArrayDeque<>();
        final Deque<DriftRow> drift = new ArrayDeque<>();
        final TreeMap<String, FeatureRow> features = new TreeMap<>();
        final TreeMap<Instant, QualityRow> quality = new TreeMap<>();
        final LinkedHashMap<String, Instant> references = new LinkedHashMap<>();
    }

    private final TreeMap<String, ModelView> models = new TreeMap<>();
    private final TreeMap<String, AlertRow> alerts = new TreeMap<>();
    private final Deque<NotificationRow> notifications = new ArrayDeque<>();
    private final TreeMap<String, SilenceRow> silences = new TreeMap<>();
    private @Nullable String rules;

    synchronized <T extends @Nullable Object> T read(Function<MonitorViews, T> question) {
        return question.apply(this);
    }

    Map<String, ModelView> models() {
        return models;
    }

    Map<String, AlertRow> alerts() {
        return alerts;
    }

    /** Newest first. */
    Deque<NotificationRow> notifications() {
        return notifications;
    }

    Map<String, SilenceRow> silences() {
        return silences;
    }

    /** The rules adopted last, as YAML; null before any. */
    @Nullable
    String rules() {
        return rules;
    }

    synchronized void clear() {
        models.clear();
        alerts.clear();
        notifications.clear();
        silences.clear();
        rules = null;
    }

    synchronized void apply(String topic, String key, @Nullable SpecificRecord event, long timestamp) {
        switch (event) {
            case VerdictEvent verdict -> verdict(key, verdict.getPayload());
            case DriftEvent drift when drift.getPayload() instanceof DriftMeasured measured -> measured(measured);
            case ReferenceEvent reference
            when reference.getPayload() instanceof ReferenceSet set ->
                model(key).references.put(set.getReferenceId(), set.getEffectiveFrom());
            case AlertEvent alert -> alert(alert);
            case AlertActionEvent action -> action(action);
            case null, default -> {}
        }
    }

    private ModelView model(String key) {
        return models.computeIfAbsent(key, k -> new ModelView());
    }

    private static <T> void keep(Deque<T> rows, T row, int most) {
        rows.addFirst(row);
        if (rows.size() > most) {
            rows.removeLast();
        }
    }

    private void verdict(String key, Object payload) {
        ModelView model = model(key);
        switch (payload) {
            case ServiceJudged service ->
                keep(
                        model.service,
                        new ServiceRow(
                                service.getSegment(),
                                service.getWindowStart(),
                                service.getWindowEnd(),
                                service.getRequests(),
                                service.getErrorRate(),
                                service.getThroughput(),
                                service.getLatencyP50Ms(),
                                service.getLatencyP95Ms(),
                                service.getLatencyP99Ms(),
                                service.getConfidenceMean()),
                        KEPT_WINDOWS);
            case DriftJudged drift ->
                keep(
                        model.drift,
                        new DriftRow(
                                drift.getWindowStart(),
                                drift.getWindowEnd(),
                                drift.getReferenceId(),
                                drift.getOutcome().name(),
                                drift.getDrifted(),
                                drift.getJudged(),
                                drift.getLowestAdjustedP(),
                                drift.getPredictions(),
                                drift.getMissing(),
                                drift.getOutOfRange(),
                                drift.getUnseen(),
                                drift.getUnknownFeatures()),
                        KEPT_WINDOWS);
            case QualityRestated quality -> {
                model.quality.put(
                        quality.getWindowStart(),
                        new QualityRow(
                                quality.getWindowStart(),
                                quality.getWindowEnd(),
                                quality.getLabels(),
                                quality.getAccuracy(),
                                quality.getPrecision(),
                                quality.getRecall(),
                                quality.getF1(),
                                quality.getAuc(),
                                quality.getCalibrationError(),
                                quality.getMae(),
                                quality.getRmse()));
                if (model.quality.size() > KEPT_WINDOWS) {
                    model.quality.pollFirstEntry();
                }
            }
            default -> {}
        }
    }

    private void measured(DriftMeasured drift) {
        model(drift.getModelName() + "/" + drift.getModelVersion())
                .features
                .put(
                        drift.getFeature(),
                        new FeatureRow(
                                drift.getFeature(),
                                drift.getWindowStart(),
                                drift.getOutcome().name(),
                                drift.getAdjustedP(),
                                drift.getReferenceSize(),
                                drift.getWindowSize(),
                                drift.getMissing(),
                                drift.getOutOfRange(),
                                drift.getUnseen(),
                                drift.getMistyped(),
                                drift.getStatistics().stream()
                                        .map(statistic -> new StatisticRow(
                                                statistic.getMethod(),
                                                statistic.getVariant(),
                                                statistic.getValue(),
                                                statistic.getPValue(),
                                                statistic.getThreshold(),
                                                statistic.getBound()))
                                        .toList()));
    }

    private void alert(AlertEvent event) {
        switch (event.getPayload()) {
            case AlertFired fired -> put(fired.getAlert(), "FIRING");
            case AlertTaken taken -> put(taken.getAlert(), "FIRING");
            case AlertResolved resolved -> put(resolved.getAlert(), "RESOLVED");
            case NotificationDue due -> {
                List<String> summaries = new ArrayList<>();
                due.getFiring().forEach(alert -> summaries.add(alert.getSummary()));
                due.getResolved().forEach(alert -> summaries.add("over: " + alert.getSummary()));
                keep(
                        notifications,
                        new NotificationRow(
                                due.getNotificationId(),
                                event.getOccurredAt(),
                                due.getReceiver(),
                                due.getReason().name(),
                                due.getGroup(),
                                due.getFiringCount(),
                                due.getResolvedCount(),
                                summaries),
                        KEPT_NOTIFICATIONS);
            }
            default -> {}
        }
    }

    private void put(AlertState alert, String state) {
        alerts.put(
                alert.getFingerprint(),
                new AlertRow(
                        alert.getFingerprint(),
                        alert.getRule(),
                        alert.getSeverity().name(),
                        state,
                        alert.getLabels(),
                        alert.getSummary(),
                        alert.getRunbook(),
                        alert.getValue(),
                        alert.getSince(),
                        alert.getFiredAt(),
                        alert.getResolvedAt(),
                        alert.getAcknowledgedBy()));
    }

    private void action(AlertActionEvent event) {
        switch (event.getPayload()) {
            case AlertRulesAdopted adopted -> rules = adopted.getDocument();
            case SilenceSet set ->
                silences.put(
                        set.getSilenceId(),
                        new SilenceRow(
                                set.getSilenceId(),
                                set.getMatchers(),
                                set.getStartsAt(),
                                set.getEndsAt(),
                                event.getActor(),
                                set.getReason()));
            case SilenceEnded ended -> silences.remove(ended.getSilenceId());
            default -> {}
        }
    }
}
