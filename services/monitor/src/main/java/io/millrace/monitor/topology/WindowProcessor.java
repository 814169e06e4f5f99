package io.millrace.monitor.topology;

import io.millrace.events.outcome.OutcomeEvent;
import io.millrace.events.outcome.OutcomeTold;
import io.millrace.events.prediction.PredictionEvent;
import io.millrace.events.prediction.PredictionMade;
import io.millrace.events.prediction.TimePassed;
import io.millrace.events.reference.ReferenceEvent;
import io.millrace.events.reference.ReferenceSet;
import io.millrace.monitor.codec.ReferenceCodec;
import io.millrace.monitor.codec.VerdictCodec;
import io.millrace.monitor.codec.VerdictCodec.Model;
import io.millrace.monitor.codec.VerdictCodec.Span;
import io.millrace.monitor.codec.WindowCodec;
import io.millrace.monitor.domain.drift.DriftPolicy;
import io.millrace.monitor.domain.drift.DriftReport;
import io.millrace.monitor.domain.drift.FeatureDrift;
import io.millrace.monitor.domain.drift.FeatureReference;
import io.millrace.monitor.domain.quality.ServiceWindow;
import io.millrace.monitor.domain.window.OpenWindow;
import io.millrace.monitor.domain.window.StreamTime;
import io.millrace.monitor.domain.window.WindowPolicy;
import io.millrace.service.topology.DeadLetters;
import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.ServiceClock;
import io.millrace.streams.Topics;
import io.millrace.streams.UndecodableException;
import io.millrace.streams.decider.DeciderStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * Counts predictions in windows of their own time, and judges a window when it closes. Windows in memory are a cache of
 * the store: what changed is stored once before a transaction ends, and read anew by {@code init}.
 *
 * <p>What is counted, and when a window closes, follows from the records of the partition alone, in their order; and
 * within a window their order is no matter. So a crash, or reading them again, changes no verdict. That nobody spoke for
 * a while is one of those records too.
 */
final class WindowProcessor implements Processor<String, byte[], String, Object> {

    /** Names of the sinks it forwards to. */
    record Outputs(String verdicts, String drift, String outcomes, String silence, DeadLetters deadLetters) {}

    private static final Duration SILENCE_CHECK = Duration.ofSeconds(1);

    /** The end of the year 9999: what is said to happen later is a mistake in units. */
    private static final long LATEST_MS = 253_402_300_799_999L;

    private final WindowPolicy policy;
    private final DriftPolicy driftPolicy;
    private final ServiceClock clock;
    private final String storeName;
    private final Outputs outputs;
    private final EventSerde<PredictionEvent> predictionSerde;
    private final EventSerde<ReferenceEvent> referenceSerde;
    private final WindowCodec codec = new WindowCodec();

    private final TreeMap<String, ModelWindows> models = new TreeMap<>();
    private StreamTime time;
    private @Nullable ProcessorContext<String, Object> context;
    private @Nullable WindowStore store;
    private long earliestEnd = Long.MAX_VALUE;

    /** When a prediction was read last, by the service's clock. */
    private long heardAt;

    /** How far the time of predictions had come then. */
    private long heardTime;

    private boolean unreadSilence;

    WindowProcessor(
            WindowPolicy policy,
            DriftPolicy driftPolicy,
            ServiceClock clock,
            String storeName,
            SchemaLookup schemas,
            Outputs outputs) {
        this.policy = policy;
        this.driftPolicy = driftPolicy;
        this.clock = clock;
        this.storeName = storeName;
        this.outputs = outputs;
        this.predictionSerde = EventSerde.of(Topics.PREDICTIONS, schemas);
        this.referenceSerde = EventSerde.of(Topics.REFERENCES, schemas);
        this.time = new StreamTime(policy.leap());
    }

    @Override
    public void init(ProcessorContext<String, Object> processorContext) {
        context = processorContext;
        DeciderStore entities = processorContext.getStateStore(storeName);
        WindowStore opened = new WindowStore(entities.entities(), codec, referenceSerde);
        store = opened;
        models.clear();
        time = opened.restore(models, policy.leap());
        earliestEnd = earliestEnd();
        entities.beforeCommit(() -> opened.settle(models.values(), time));
        unreadSilence = false;
        if (clock.ticks()) {
            heard();
            processorContext.schedule(SILENCE_CHECK, PunctuationType.WALL_CLOCK_TIME, ignored -> listen());
        }
    }

    private void heard() {
        if (clock.ticks()) {
            heardAt = clock.nowMs();
            heardTime = time.now();
        }
    }

    /**
     * Says in the partition itself that nobody said anything, where a window would close by now: what comes before it
     * there was in time, whoever reads it and whenever.
     */
    private void listen() {
        long quiet = clock.nowMs() - heardAt;
        if (unreadSilence || earliestEnd == Long.MAX_VALUE || quiet < policy.silence()) {
            return;
        }
        long until = heardTime + quiet;
        if (until < earliestEnd + policy.grace()) {
            return;
        }
        ProcessorContext<String, Object> to = initialised(context);
        String partition = Integer.toString(to.taskId().partition());
        PredictionEvent event = new PredictionEvent(
                "silence/" + partition + "/" + until,
                Instant.ofEpochMilli(until),
                VerdictCodec.ACTOR,
                new TimePassed(Instant.ofEpochMilli(time.now()), Instant.ofEpochMilli(until)));
        unreadSilence = true;
        to.forward(new Record<>(partition, (Object) event, until), outputs.silence());
    }

    private void pass(TimePassed passed) {
        unreadSilence = false;
        if (passed.getSince().toEpochMilli() != time.now()) {
            return; // somebody spoke meanwhile
        }
        long last = latestEnd();
        if (last != Long.MIN_VALUE) {
            time.pass(Math.min(passed.getUntil().toEpochMilli(), last + policy.grace()));
            closeWhatIsOver();
        }
    }

    @Override
    public void process(Record<String, byte[]> record) {
        ProcessorContext<String, Object> to = initialised(context);
        RecordMetadata metadata =
                to.recordMetadata().orElseThrow(() -> new IllegalStateException("a prediction must come from a topic"));
        if (record.key() == null || record.value() == null) {
            condemn(record, record.value() == null ? "it has no value" : "it has no key");
            return;
        }
        try {
            if (metadata.topic().equals(Topics.REFERENCES.name())) {
                refer(record, referenceSerde.decode(record.value()));
            } else {
                PredictionEvent event = predictionSerde.decode(record.value());
                if (event.getPayload() instanceof TimePassed passed) {
                    pass(passed);
                } else {
                    predict(record, event);
                    heard();
                }
            }
        } catch (UndecodableException e) {
            condemn(record, String.valueOf(e.getMessage()));
        }
    }

    private void refer(Record<String, byte[]> record, ReferenceEvent event) {
        if (!(event.getPayload() instanceof ReferenceSet set)) {
            condemn(record, "it is no reference that this version knows");
            return;
        }
        try {
            OpenWindow.Reference reference = ReferenceCodec.reference(set);
            ModelWindows model = model(record.key(), set.getModelName(), set.getModelVersion());
            model.references().put(reference.id(), reference);
            initialised(store).putReference(record.key(), reference.id(), record.value());
        } catch (IllegalArgumentException e) {
            condemn(record, String.valueOf(e.getMessage()));
        }
    }

    private ModelWindows model(String key, String name, String version) {
        ModelWindows known = models.get(key);
        if (known == null) {
            known = new ModelWindows(new Model(name, version));
            models.put(key, known);
        }
        return known;
    }

    private void predict(Record<String, byte[]> record, PredictionEvent event) {
        if (!(event.getPayload() instanceof PredictionMade made)) {
            condemn(record, "it is no prediction that this version knows");
            return;
        }
        long at = event.getOccurredAt().toEpochMilli();
        if (at < 0 || at > LATEST_MS) {
            condemn(record, "it says that it happened before 1970 or after 9999");
            return;
        }
        if (!record.key().equals(made.getModelName() + "/" + made.getModelVersion())) {
            condemn(record, "its key must be its model version, " + made.getModelName() + "/" + made.getModelVersion());
            return;
        }
        if (made.getModelVersion().contains("/")) {
            condemn(record, "its model version " + made.getModelVersion() + " must not contain a slash");
            return;
        }
        boolean ahead = time.isAhead(at);
        if (policy.isLate(at, time.now())) {
            condemn(
                    record,
                    "it says " + Instant.ofEpochMilli(at) + ", and its window closed when others had come to "
                            + Instant.ofEpochMilli(time.now()) + "; the clock of its producer may be behind");
            return;
        }
        ModelWindows model = model(record.key(), made.getModelName(), made.getModelVersion());
        ServiceWindow.Answer answer = new ServiceWindow.Answer(
                made.getError() != null, made.getLatencyMs(), made.getConfidence(), made.getScore(), made.getLabel());
        OpenWindow.OfService service = model.service(policy, at);
        model.change(service);
        if (service.add(made.getPredictionId(), answer, made.getSegment(), ahead)) {
            OpenWindow.OfFeatures features = model.features(policy, at);
            features.add(values(made), answer);
            model.change(features);
            if (made.getError() == null) {
                outcome(made, event.getOccurredAt());
            }
        }
        earliestEnd = Math.min(earliestEnd, service.start() + policy.service());
        if (time.now() >= earliestEnd + policy.grace()) {
            closeWhatIsOver();
        }
    }

    private void outcome(PredictionMade made, Instant at) {
        OutcomeEvent event = new OutcomeEvent(
                made.getPredictionId() + "/outcome",
                at,
                VerdictCodec.ACTOR,
                new OutcomeTold(
                        made.getPredictionId(),
                        made.getModelName(),
                        made.getModelVersion(),
                        at,
                        made.getScore(),
                        made.getLabel()));
        initialised(context)
                .forward(new Record<>(made.getPredictionId(), (Object) event, at.toEpochMilli()), outputs.outcomes());
    }

    private static Map<String, ? extends @Nullable Object> values(PredictionMade made) {
        if (made.getPersonalFeatures().isEmpty()) {
            return made.getFeatures();
        }
        Map<String, @Nullable Object> all = new HashMap<>(made.getFeatures());
        all.putAll(made.getPersonalFeatures());
        return all;
    }

    private void closeWhatIsOver() {
        long over = time.now() - policy.grace();
        for (ModelWindows model : models.values()) {
            while (!model.service().isEmpty() && model.service().firstKey() + policy.service() <= over) {
                closeService(model, model.service().pollFirstEntry().getValue());
            }
            while (!model.features().isEmpty() && model.features().firstKey() + policy.drift() <= over) {
                closeFeatures(model, model.features().pollFirstEntry().getValue());
            }
        }
        earliestEnd = earliestEnd();
    }

    private long earliestEnd() {
        long earliest = Long.MAX_VALUE;
        for (ModelWindows model : models.values()) {
            if (!model.service().isEmpty()) {
                earliest = Math.min(earliest, model.service().firstKey() + policy.service());
            }
            if (!model.features().isEmpty()) {
                earliest = Math.min(earliest, model.features().firstKey() + policy.drift());
            }
        }
        return earliest;
    }

    /** When the last open window ends; the least there is where none is open. */
    private long latestEnd() {
        long latest = Long.MIN_VALUE;
        for (ModelWindows model : models.values()) {
            if (!model.service().isEmpty()) {
                latest = Math.max(latest, model.service().lastKey() + policy.service());
            }
            if (!model.features().isEmpty()) {
                latest = Math.max(latest, model.features().lastKey() + policy.drift());
            }
        }
        return latest;
    }

    private void closeService(ModelWindows model, OpenWindow.OfService window) {
        Span span = new Span(window.start(), window.start() + policy.service());
        verdict(model, VerdictCodec.service(model.model(), null, span, window.all()), span);
        window.segments()
                .forEach((segment, counted) ->
                        verdict(model, VerdictCodec.service(model.model(), segment, span, counted), span));
        initialised(store).remove(model, window);
        model.closed(window);
    }

    private void closeFeatures(ModelWindows model, OpenWindow.OfFeatures window) {
        Span span = new Span(window.start(), window.start() + policy.drift());
        OpenWindow.Reference reference = window.reference();
        List<DriftReport.Seen> seen = new ArrayList<>();
        if (reference != null) {
            window.sketches().forEach((name, sketch) -> {
                FeatureReference feature = reference.features().get(name);
                if (feature != null) {
                    seen.add(new DriftReport.Seen(feature, sketch));
                }
            });
        }
        DriftReport report = DriftReport.of(seen, driftPolicy, window.start());
        if (reference != null) {
            for (int i = 0; i < seen.size(); i++) {
                FeatureDrift feature = report.features().get(i);
                initialised(context)
                        .forward(
                                new Record<>(
                                        model.model().key() + "/" + feature.feature(),
                                        (Object) VerdictCodec.feature(
                                                model.model(),
                                                span,
                                                reference.id(),
                                                feature,
                                                seen.get(i).sketch()),
                                        span.end()),
                                outputs.drift());
            }
        }
        verdict(model, VerdictCodec.drift(model.model(), span, window, report), span);
        initialised(store).remove(model, window);
        model.closed(window);
    }

    private void verdict(ModelWindows model, Object event, Span span) {
        initialised(context).forward(new Record<>(model.model().key(), event, span.end()), outputs.verdicts());
    }

    private void condemn(Record<String, byte[]> record, String reason) {
        outputs.deadLetters().condemn(initialised(context), record, reason);
    }

    private static <T> T initialised(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("not initialised");
        }
        return value;
    }
}
