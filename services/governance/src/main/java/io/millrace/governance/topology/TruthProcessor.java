package io.millrace.governance.topology;

import io.millrace.events.fairanswer.DecisionMade;
import io.millrace.events.fairanswer.FairAnswerEvent;
import io.millrace.events.fairdecision.DecisionAnswered;
import io.millrace.events.fairdecision.DecisionKnown;
import io.millrace.events.fairdecision.FairDecisionEvent;
import io.millrace.events.fairdecision.GroupedDecision;
import io.millrace.events.label.LabelEvent;
import io.millrace.events.label.LabelKnown;
import io.millrace.governance.codec.FairnessCodec;
import io.millrace.governance.domain.fairness.Favourable;
import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.Topics;
import io.millrace.streams.UndecodableException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.WindowStore;
import org.apache.kafka.streams.state.WindowStoreIterator;
import org.jspecify.annotations.Nullable;

/**
 * Brings labels and decisions together, whichever comes first, and says each decision once and its truth once. Labels
 * that can't be read, that come twice or that nobody waits for are the monitor's business.
 */
final class TruthProcessor implements Processor<String, byte[], String, Object> {

    /** How long a decision may wait for its label. */
    static final Duration KEPT = Duration.ofDays(35);

    /** How long a label waits for its decision, which has come a longer way. */
    static final Duration PATIENCE = Duration.ofDays(2);

    /** How far apart the clocks may be of those who tell one prediction twice. */
    private static final long REPEATED_WITHIN_MS = Duration.ofDays(1).toMillis();

    /** In place of a decision: its truth is known. */
    private static final byte[] JOINED = "joined".getBytes(StandardCharsets.UTF_8);

    private final Favourable favourable;
    private final EventSerde<LabelEvent> labels;
    private final EventSerde<FairAnswerEvent> answers;
    private final String decisionStore;
    private final String waitingStore;
    private final String decisionsSink;
    private @Nullable ProcessorContext<String, Object> context;
    private @Nullable WindowStore<String, byte[]> decisions;
    private @Nullable WindowStore<String, byte[]> waiting;

    TruthProcessor(
            Favourable favourable,
            SchemaLookup schemas,
            String decisionStore,
            String waitingStore,
            String decisionsSink) {
        this.favourable = favourable;
        this.labels = EventSerde.of(Topics.LABELS, schemas);
        this.answers = EventSerde.of(Topics.FAIRNESS_ANSWERS, schemas);
        this.decisionStore = decisionStore;
        this.waitingStore = waitingStore;
        this.decisionsSink = decisionsSink;
    }

    @Override
    public void init(ProcessorContext<String, Object> processorContext) {
        context = processorContext;
        decisions = processorContext.getStateStore(decisionStore);
        waiting = processorContext.getStateStore(waitingStore);
    }

    @Override
    public void process(Record<String, byte[]> record) {
        RecordMetadata from = initialised(context)
                .recordMetadata()
                .orElseThrow(() -> new IllegalStateException("it must come from a topic"));
        if (from.topic().equals(Topics.FAIRNESS_ANSWERS.name())) {
            if (answers.decode(record.value()).getPayload() instanceof DecisionMade made) {
                decided(record, made);
            }
            return;
        }
        LabelKnown label = label(record.key(), record.value());
        if (label != null) {
            labelled(record, label);
        }
    }

    private @Nullable LabelKnown label(@Nullable String key, byte @Nullable [] value) {
        try {
            return value != null
                            && labels.decode(value).getPayload() instanceof LabelKnown known
                            && known.getPredictionId().equals(key)
                            && known.getLabel() != null
                    ? known
                    : null;
        } catch (UndecodableException e) {
            return null;
        }
    }

    private void decided(Record<String, byte[]> record, DecisionMade made) {
        String id = made.getPredictionId();
        long at = record.timestamp();
        WindowStore<String, byte[]> kept = initialised(decisions);
        if (first(kept, id, Math.max(0, at - REPEATED_WITHIN_MS), at + REPEATED_WITHIN_MS) != null) {
            return; // told twice
        }
        tell(made, id + "/answered", new DecisionAnswered(decision(made)), at);
        KeyValue<Long, byte[]> early = first(initialised(waiting), id, 0, Long.MAX_VALUE);
        LabelKnown label = early == null ? null : label(id, early.value);
        if (label == null || early == null) {
            kept.put(id, record.value(), at);
            return;
        }
        kept.put(id, JOINED, at);
        initialised(waiting).put(id, null, early.key);
        known(made, label, Math.max(at, early.key));
    }

    private void labelled(Record<String, byte[]> record, LabelKnown label) {
        String id = label.getPredictionId();
        KeyValue<Long, byte[]> decision = first(initialised(decisions), id, 0, Long.MAX_VALUE);
        if (decision == null) {
            if (first(initialised(waiting), id, 0, Long.MAX_VALUE) == null) {
                initialised(waiting).put(id, record.value(), record.timestamp());
            }
        } else if (!Arrays.equals(decision.value, JOINED)
                && answers.decode(decision.value).getPayload() instanceof DecisionMade made) {
            initialised(decisions).put(id, JOINED, decision.key);
            known(made, label, record.timestamp());
        }
    }

    private void known(DecisionMade made, LabelKnown label, long at) {
        String actual = label.getLabel();
        if (actual != null) {
            tell(made, made.getPredictionId() + "/known", new DecisionKnown(decision(made), favourable.is(actual)), at);
        }
    }

    private static GroupedDecision decision(DecisionMade made) {
        return new GroupedDecision(
                made.getPredictionId(),
                made.getModelName(),
                made.getModelVersion(),
                made.getPredictedAt(),
                made.getGroups(),
                made.getSelected(),
                made.getScore());
    }

    private void tell(DecisionMade made, String eventId, Object payload, long at) {
        initialised(context)
                .forward(
                        new Record<>(
                                made.getModelName() + "/" + made.getModelVersion(),
                                (Object) new FairDecisionEvent(
                                        eventId, made.getPredictedAt(), FairnessCodec.ACTOR, payload),
                                at),
                        decisionsSink);
    }

    private static @Nullable KeyValue<Long, byte[]> first(
            WindowStore<String, byte[]> store, String id, long from, long to) {
        try (WindowStoreIterator<byte[]> found = store.fetch(id, from, to)) {
            return found.hasNext() ? found.next() : null;
        }
    }

    private static <T> T initialised(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("not initialised");
        }
        return value;
    }
}
