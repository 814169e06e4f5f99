package io.millrace.cli.demo;

import io.millrace.cli.Connection;
import io.millrace.events.alert.AlertEvent;
import io.millrace.events.alert.AlertFired;
import io.millrace.events.alert.AlertState;
import io.millrace.events.alert.NotificationDue;
import io.millrace.events.alertinput.AlertInputEvent;
import io.millrace.events.alertinput.Gathered;
import io.millrace.events.drift.DriftEvent;
import io.millrace.events.drift.DriftMeasured;
import io.millrace.events.drift.Outcome;
import io.millrace.events.verdict.QualityRestated;
import io.millrace.events.verdict.VerdictEvent;
import io.millrace.simulator.traffic.Story;
import io.millrace.simulator.traffic.Story.Change;
import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.Topics;
import io.millrace.streams.runtime.TopicReader;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Counts, from the topics alone, what the monitor made of a model that was played. Used by one thread. */
public final class ModelAudit implements AutoCloseable {

    private static final double MS_PER_HOUR = 3_600_000;
    private static final long LOOK_AGAIN_MS = 500;
    private static final String SURE = "ADWIN";

    /** What one receiver was told first by one rule. */
    private record Notice(Instant at, String text) {}

    private final Story story;
    private final EventSerde<DriftEvent> drifts;
    private final EventSerde<VerdictEvent> verdicts;
    private final EventSerde<AlertEvent> alerts;
    private final EventSerde<AlertInputEvent> inputs;
    private final TopicReader reader;

    private long predictions;
    private long joined;
    private long judged;
    private long gathered;
    private long falseAlarms;
    private final Map<String, String> found = new TreeMap<>();
    private final Set<String> fired = new HashSet<>();
    private final Set<String> told = new HashSet<>();
    private final Set<String> ofModel = new HashSet<>();
    private final Map<String, Notice> notices = new TreeMap<>();

    public ModelAudit(Story story, Connection connection, SchemaLookup schemas) {
        this.story = story;
        this.drifts = EventSerde.of(Topics.DRIFT_STATS, schemas);
        this.verdicts = EventSerde.of(Topics.MODEL_VERDICTS, schemas);
        this.alerts = EventSerde.of(Topics.ALERTS, schemas);
        this.inputs = EventSerde.of(Topics.ALERT_INPUTS, schemas);
        this.reader = new TopicReader(
                connection.kafkaProperties(),
                List.of(
                        Topics.PREDICTIONS.name(),
                        Topics.PREDICTION_TRUTHS.name(),
                        Topics.DRIFT_STATS.name(),
                        Topics.MODEL_VERDICTS.name(),
                        Topics.ALERT_INPUTS.name(),
                        Topics.ALERTS.name()));
    }

    /**
     * What came of it, as soon as the monitor has caught up.
     *
     * @param pass lets some time pass, as groups of alerts are told of after a while
     */
    public ModelOutcome outcome(Duration atMost, Runnable pass) {
        long deadline = System.nanoTime() + atMost.toNanos();
        long seen = -1;
        while (true) {
            reader.toEnd(this::take);
            long now = judged + gathered + told.size() + fired.size();
            boolean caughtUp = joined >= story.answers().size() && gathered >= judged;
            if ((caughtUp && seen == now && told.containsAll(fired)) || System.nanoTime() > deadline) {
                return new ModelOutcome(
                        predictions,
                        joined,
                        List.of(Story.CONCEPT, Story.POPULATION),
                        found,
                        falseAlarms,
                        ofModel.size(),
                        notices.values().stream()
                                .sorted(Comparator.comparing(Notice::at))
                                .map(Notice::text)
                                .toList());
            }
            if (caughtUp) {
                seen = now;
                pass.run();
            }
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(LOOK_AGAIN_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void take(ConsumerRecord<String, byte[]> record) {
        if (record.topic().equals(Topics.PREDICTIONS.name())) {
            predictions++;
        } else if (record.topic().equals(Topics.PREDICTION_TRUTHS.name())) {
            joined++;
        } else if (record.topic().equals(Topics.DRIFT_STATS.name())) {
            if (drifts.decode(record.value()).getPayload() instanceof DriftMeasured measured
                    && measured.getOutcome() == Outcome.DRIFTED) {
                drifted(measured);
            }
        } else if (record.topic().equals(Topics.MODEL_VERDICTS.name())) {
            judged++;
            if (verdicts.decode(record.value()).getPayload() instanceof QualityRestated quality
                    && quality.getDriftDetectedBy().contains(SURE)) {
                detected(quality);
            }
        } else if (record.topic().equals(Topics.ALERT_INPUTS.name())) {
            if (inputs.decode(record.value()).getPayload() instanceof Gathered one
                    && one.getTopic().equals(Topics.MODEL_VERDICTS.name())) {
                gathered++;
            }
        } else {
            alert(alerts.decode(record.value()));
        }
    }

    private void drifted(DriftMeasured measured) {
        long at = measured.getWindowStart().toEpochMilli();
        for (Map.Entry<String, Change> change : story.planted().entrySet()) {
            if (change.getValue().features().contains(measured.getFeature())
                    && at >= change.getValue().fromMs()) {
                find(
                        change.getKey(),
                        measured.getFeature() + " drifts",
                        measured.getWindowEnd().toEpochMilli());
                return;
            }
        }
        falseAlarms++;
    }

    private void detected(QualityRestated quality) {
        long by = quality.getWindowEnd().toEpochMilli();
        Change concept = story.planted().get(Story.CONCEPT);
        if (concept != null && by > concept.fromMs()) {
            find(Story.CONCEPT, "errors change, says " + SURE + " by the labels", by);
        } else {
            falseAlarms++;
        }
    }

    private void find(String change, String how, long byMs) {
        Change planted = story.planted().get(change);
        if (planted != null) {
            double hours = (byMs - planted.fromMs()) / MS_PER_HOUR;
            found.putIfAbsent(
                    change, String.format(Locale.ROOT, "%s, in the window that ends %.0f h after", how, hours));
        }
    }

    private void alert(AlertEvent event) {
        switch (event.getPayload()) {
            case AlertFired alert -> fired.add(alert.getAlert().getFingerprint());
            case NotificationDue due -> {
                due.getFiring().forEach(alert -> told(event.getOccurredAt(), due.getReceiver(), alert));
                due.getResolved().forEach(alert -> told(event.getOccurredAt(), due.getReceiver(), alert));
            }
            default -> {} // that it is over, or somebody has it
        }
    }

    private void told(Instant at, String receiver, AlertState alert) {
        told.add(alert.getFingerprint());
        if (Story.MODEL.equals(alert.getLabels().get("model_name"))) {
            ofModel.add(alert.getFingerprint());
            String text =
                    receiver + " was told, " + alert.getSeverity() + " " + alert.getRule() + ": " + alert.getSummary();
            notices.merge(
                    receiver + "/" + alert.getRule(),
                    new Notice(at, text),
                    (one, other) -> other.at().isBefore(one.at()) ? other : one);
        }
    }

    @Override
    public void close() {
        reader.close();
    }
}
