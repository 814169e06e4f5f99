package io.millrace.monitor.topology;

import io.millrace.events.truth.TruthEvent;
import io.millrace.events.truth.TruthJoined;
import io.millrace.monitor.codec.TruthCodec;
import io.millrace.monitor.codec.TruthCodec.ModelTruth;
import io.millrace.monitor.codec.TruthCodec.TruthWindow;
import io.millrace.monitor.codec.VerdictCodec;
import io.millrace.monitor.codec.VerdictCodec.Model;
import io.millrace.monitor.codec.VerdictCodec.Span;
import io.millrace.monitor.domain.quality.ShareHistogram;
import io.millrace.monitor.domain.quality.Truth;
import io.millrace.monitor.domain.window.WindowPolicy;
import io.millrace.streams.decider.DeciderStore;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Says again how often a model version was right in a window, as its labels come: when they are a tenth more than when it
 * was last told, and for the rest when the time of labels passes into the next service window.
 */
final class TruthProcessor implements Processor<String, TruthEvent, String, Object> {

    /** Classes that count as what is looked for, where the truth is a class and the answer a score. */
    private static final Set<String> TRUE = Set.of("1", "true", "yes", "positive");

    private final WindowPolicy policy;
    private final String storeName;
    private final String verdictsSink;
    private final TruthCodec codec = new TruthCodec();

    private final TreeMap<String, ModelTruth> models = new TreeMap<>();
    private long labelMinute = Long.MIN_VALUE;
    private @Nullable ProcessorContext<String, Object> context;

    TruthProcessor(WindowPolicy policy, String storeName, String verdictsSink) {
        this.policy = policy;
        this.storeName = storeName;
        this.verdictsSink = verdictsSink;
    }

    @Override
    public void init(ProcessorContext<String, Object> processorContext) {
        context = processorContext;
        DeciderStore entities = processorContext.getStateStore(storeName);
        KeyValueStore<String, byte[]> stored = entities.entities();
        models.clear();
        labelMinute = codec.restore(stored, models);
        entities.beforeCommit(() -> codec.settle(stored, models, labelMinute));
    }

    @Override
    public void process(Record<String, TruthEvent> record) {
        if (!(record.value().getPayload() instanceof TruthJoined joined)) {
            return; // the monitor's own topic holds nothing else
        }
        long minute = policy.serviceStart(record.timestamp());
        if (minute > labelMinute) {
            if (labelMinute != Long.MIN_VALUE) {
                models.forEach((key, model) -> model.windows().forEach((start, window) -> {
                    if (window.labels() > window.told()) {
                        tell(model, start, window, record.timestamp());
                    }
                }));
            }
            labelMinute = minute;
        }
        ModelTruth model = models.computeIfAbsent(
                record.key(), key -> new ModelTruth(new Model(joined.getModelName(), joined.getModelVersion())));
        long start = policy.driftStart(joined.getPredictedAt().toEpochMilli());
        TruthWindow window = model.window(start);
        window.count();
        Boolean right = count(window.truth(), joined);
        if (right != null) {
            model.detect(right);
        }
        if (window.labels() * 10 >= window.told() * 11) {
            tell(model, start, window, record.timestamp());
        }
        model.forgetBefore(start - LabelProcessor.KEPT.toMillis());
    }

    /** Whether the answer was right; null where that is no question of yes and no. */
    private static @Nullable Boolean count(Truth truth, TruthJoined joined) {
        String actual = joined.getTrueLabel();
        Double score = joined.getScore();
        if (actual == null) {
            Double value = joined.getTrueValue();
            if (score != null && value != null) {
                truth.addNumber(score, value);
            }
            return null;
        }
        if (score != null && ShareHistogram.isShare(score)) {
            truth.addScore(score, TRUE.contains(actual));
        }
        String answered = joined.getLabel();
        if (answered == null) {
            return null;
        }
        truth.addClass(answered, actual);
        return answered.equals(actual);
    }

    private void tell(ModelTruth model, long start, TruthWindow window, long at) {
        ProcessorContext<String, Object> to = context;
        if (to == null) {
            throw new IllegalStateException("not initialised");
        }
        List<String> detected = model.takeDetected();
        to.forward(
                new Record<>(
                        model.model().key(),
                        (Object) VerdictCodec.quality(
                                model.model(),
                                new Span(start, start + policy.drift()),
                                window.labels(),
                                window.truth(),
                                detected),
                        at),
                verdictsSink);
        window.tell();
    }
}
