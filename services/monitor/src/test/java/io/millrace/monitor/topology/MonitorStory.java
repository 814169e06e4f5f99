package io.millrace.monitor.topology;

import io.millrace.events.alertaction.AlertActionEvent;
import io.millrace.events.alertaction.AlertRulesAdopted;
import io.millrace.events.prediction.PredictionEvent;
import io.millrace.events.prediction.PredictionMade;
import io.millrace.events.reference.ReferenceEvent;
import io.millrace.events.reference.ReferenceSet;
import io.millrace.events.verdict.DriftJudged;
import io.millrace.events.verdict.ServiceJudged;
import io.millrace.events.verdict.VerdictEvent;
import io.millrace.monitor.codec.AlertRulesDocument;
import io.millrace.monitor.codec.ReferenceCodec;
import io.millrace.monitor.domain.drift.DriftPolicy;
import io.millrace.monitor.domain.drift.FeatureReference;
import io.millrace.monitor.domain.window.WindowPolicy;
import io.millrace.streams.ServiceClock;
import io.millrace.streams.Topics;
import io.millrace.testkit.RecordedSchemas;
import io.millrace.testkit.TopologyHarness;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A monitor without a broker, told a story by model servers. Windows of a minute and of an hour, half a minute's grace. */
final class MonitorStory implements AutoCloseable {

    static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
    static final WindowPolicy WINDOWS = new WindowPolicy(60_000, 3_600_000, 30_000, 600_000, 300_000);

    private final RecordedSchemas schemas = new RecordedSchemas();
    private final TopologyHarness harness;
    private Instant now = START;
    private int events;

    /** What was written, topic by topic, in the order of each. */
    private final List<VerdictEvent> verdicts = new ArrayList<>();

    MonitorStory() {
        harness = new TopologyHarness(
                MonitorTopology.build(WINDOWS, DriftPolicy.DEFAULT, new ServiceClock.Wall(() -> now), schemas),
                schemas,
                START);
    }

    TopologyHarness harness() {
        return harness;
    }

    /** A prediction of model m/1 that is fine. */
    static PredictionMade.Builder answer(String id) {
        return PredictionMade.newBuilder()
                .setPredictionId(id)
                .setModelName("m")
                .setModelVersion("1")
                .setScore(0.7)
                .setLabel("yes")
                .setConfidence(0.7)
                .setLatencyMs(10.0);
    }

    MonitorStory predict(Instant at, PredictionMade.Builder made) {
        PredictionMade prediction = made.build();
        harness.send(
                Topics.PREDICTIONS,
                prediction.getModelName() + "/" + prediction.getModelVersion(),
                new PredictionEvent("event-" + events++, at, "server:a", prediction),
                at);
        return this;
    }

    /** A prediction so much later that every window before is over. */
    MonitorStory later(Duration after) {
        Instant at = START.plus(after);
        for (int i = 0; i < 8; i++) { // a leap has to be confirmed
            predict(at, answer("later-" + events));
        }
        return this;
    }

    MonitorStory reference(String id, Instant effectiveFrom, FeatureReference... features) {
        List<io.millrace.events.reference.FeatureBaseline> baselines = new ArrayList<>();
        for (FeatureReference feature : features) {
            baselines.add(ReferenceCodec.baseline(feature));
        }
        harness.send(
                Topics.REFERENCES,
                "m/1",
                new ReferenceEvent(
                        "event-" + events++,
                        effectiveFrom,
                        "user:ada",
                        new ReferenceSet(id, "m", "1", effectiveFrom, "a test", "token", baselines)),
                effectiveFrom);
        return this;
    }

    MonitorStory rules(String document) {
        harness.send(
                Topics.ALERT_ACTIONS,
                "rules",
                new AlertActionEvent(
                        "event-" + events++,
                        now,
                        "deployment",
                        new AlertRulesAdopted(document, AlertRulesDocument.sha256(document), null)));
        return this;
    }

    MonitorStory advance(Duration step) {
        now = now.plus(step);
        harness.advanceWallClock(step);
        return this;
    }

    List<VerdictEvent> verdicts() {
        harness.read(Topics.MODEL_VERDICTS).forEach(written -> verdicts.add(written.value()));
        return verdicts;
    }

    List<ServiceJudged> service() {
        return verdicts().stream()
                .filter(verdict -> verdict.getPayload() instanceof ServiceJudged)
                .map(verdict -> (ServiceJudged) verdict.getPayload())
                .toList();
    }

    List<DriftJudged> drift() {
        return verdicts().stream()
                .filter(verdict -> verdict.getPayload() instanceof DriftJudged)
                .map(verdict -> (DriftJudged) verdict.getPayload())
                .toList();
    }

    @Override
    public void close() {
        harness.close();
    }
}
