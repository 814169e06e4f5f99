package io.millrace.monitor.topology;

import io.millrace.events.label.LabelEvent;
import io.millrace.events.label.LabelKnown;
import io.millrace.events.outcome.OutcomeEvent;
import io.millrace.events.outcome.OutcomeTold;
import io.millrace.events.truth.TruthEvent;
import io.millrace.events.truth.TruthJoined;
import io.millrace.monitor.codec.VerdictCodec;
import io.millrace.monitor.domain.window.StreamTime;
import io.millrace.service.topology.DeadLetters;
import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.Topics;
import io.millrace.streams.UndecodableException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.WindowStore;
import org.apache.kafka.streams.state.WindowStoreIterator;
import org.jspecify.annotations.Nullable;

/**
 * Brings labels and predictions together, whichever comes first. A prediction is waited for a while by its label, a label
 * for weeks by its prediction. The first label counts; what has none to go with is a dead letter.
 */
final class LabelProcessor implements Processor<String, byte[], String, Object> {

    /** How long a prediction may wait for its label. */
    static final Duration KEPT = Duration.ofDays(35);

    /**
     * A label is given up when predictions of so much later have come without its own; by the time of predictions, so
     * that labels which are read faster than predictions, as after an outage, wait for them.
     */
    static final Duration PATIENCE = Duration.ofHours(1);

    /** How far apart the clocks may be of those who tell one prediction twice. */
    private static final Duration REPEATED_WITHIN = Duration.ofDays(1);

    /** In place of a prediction: it has its label. */
    private static final byte[] JOINED = "joined".getBytes(StandardCharsets.UTF_8);

    private final String outcomesStore;
    private final String waitingStore;
    private final String truthsSink;
    private final DeadLetters deadLetters;
    private final EventSerde<LabelEvent> labelSerde;
    private final EventSerde<OutcomeEvent> outcomeSerde;

    private @Nullable ProcessorContext<String, Object> context;
    private @Nullable WindowStore<String, byte[]> outcomes;

    /** Labels by when they came, partition, offset and prediction. */
    private @Nullable KeyValueStore<String, byte[]> waiting;

    /** Key of the waiting label of each prediction. */
    private final Map<String, String> waitingKeys = new HashMap<>();

    private long labelTime = Long.MIN_VALUE;
    private StreamTime predictionTime = new StreamTime(PATIENCE.toMillis());

    LabelProcessor(
            String outcomesStore,
            String waitingStore,
            String truthsSink,
            DeadLetters deadLetters,
            SchemaLookup schemas) {
        this.outcomesStore = outcomesStore;
        this.waitingStore = waitingStore;
        this.truthsSink = truthsSink;
        this.deadLetters = deadLetters;
        this.labelSerde = EventSerde.of(Topics.LABELS, schemas);
        this.outcomeSerde = EventSerde.of(Topics.PREDICTION_OUTCOMES, schemas);
    }

    @Override
    public void init(ProcessorContext<String, Object> processorContext) {
        context = processorContext;
        outcomes = processorContext.getStateStore(outcomesStore);
        KeyValueStore<String, byte[]> stored = processorContext.getStateStore(waitingStore);
        waiting = stored;
        waitingKeys.clear();
        labelTime = Long.MIN_VALUE;
        predictionTime = new StreamTime(PATIENCE.toMillis());
        try (KeyValueIterator<String, byte[]> all = stored.all()) {
            while (all.hasNext()) {
                String key = all.next().key;
                waitingKeys.put(key.split("/", 4)[3], key);
                labelTime = Math.max(labelTime, Long.parseLong(key.split("/", 4)[0]));
            }
        }
    }

    @Override
    public void process(Record<String, byte[]> record) {
        RecordMetadata metadata = initialised(context)
                .recordMetadata()
                .orElseThrow(() -> new IllegalStateException("a label must come from a topic"));
        if (metadata.topic().equals(Topics.PREDICTION_OUTCOMES.name())) {
            if (outcomeSerde.decode(record.value()).getPayload() instanceof OutcomeTold told) {
                predicted(record, told);
                if (!predictionTime.isAhead(record.timestamp())) {
                    giveUp();
                }
            }
            return;
        }
        if (record.key() == null || record.value() == null) {
            condemn(record, record.value() == null ? "it has no value" : "it has no key");
            return;
        }
        try {
            if (labelSerde.decode(record.value()).getPayload() instanceof LabelKnown known) {
                labelled(record, metadata, known);
            } else {
                condemn(record, "it is no label that this version knows");
            }
        } catch (UndecodableException e) {
            condemn(record, String.valueOf(e.getMessage()));
        }
    }

    private void predicted(Record<String, byte[]> record, OutcomeTold told) {
        String id = told.getPredictionId();
        // Near its time alone: each further segment of the store costs as much as all the rest.
        long at = record.timestamp();
        KeyValue<Long, byte[]> known =
                outcome(id, Math.max(0, at - REPEATED_WITHIN.toMillis()), at + REPEATED_WITHIN.toMillis());
        if (known != null) {
            return; // told twice, by producers whose clocks put it into different windows
        }
        String key = waitingKeys.remove(id);
        if (key == null) {
            initialised(outcomes).put(id, record.value(), record.timestamp());
            return;
        }
        byte[] label = initialised(waiting).delete(key);
        initialised(outcomes).put(id, JOINED, record.timestamp());
        if (label != null && labelSerde.decode(label).getPayload() instanceof LabelKnown known2) {
            join(told, known2, Math.max(record.timestamp(), labelTime));
        }
    }

    private void labelled(Record<String, byte[]> record, RecordMetadata metadata, LabelKnown label) {
        String id = label.getPredictionId();
        if (!id.equals(record.key())) {
            condemn(record, "its key must be its prediction id, " + id);
            return;
        }
        if (label.getLabel() == null && label.getValue() == null) {
            condemn(record, "it says neither a class nor a number");
            return;
        }
        labelTime = Math.max(labelTime, record.timestamp());
        KeyValue<Long, byte[]> known = outcome(id, 0, Long.MAX_VALUE);
        if (known == null) {
            if (waitingKeys.containsKey(id)) {
                condemn(record, "prediction " + id + " has a label already, and the first one counts");
            } else {
                String key = String.format(
                        "%015d/%05d/%019d/%s", record.timestamp(), metadata.partition(), metadata.offset(), id);
                initialised(waiting).put(key, record.value());
                waitingKeys.put(id, key);
            }
        } else if (java.util.Arrays.equals(known.value, JOINED)) {
            condemn(record, "prediction " + id + " has a label already, and the first one counts");
        } else if (outcomeSerde.decode(known.value).getPayload() instanceof OutcomeTold told) {
            initialised(outcomes).put(id, JOINED, known.key);
            join(told, label, record.timestamp());
        }
        giveUp();
    }

    /** What was told of a prediction and when; null for nothing. */
    private @Nullable KeyValue<Long, byte[]> outcome(String id, long from, long to) {
        try (WindowStoreIterator<byte[]> found = initialised(outcomes).fetch(id, from, to)) {
            return found.hasNext() ? found.next() : null;
        }
    }

    private void join(OutcomeTold told, LabelKnown label, long at) {
        TruthEvent event = new TruthEvent(
                told.getPredictionId() + "/truth",
                told.getPredictedAt(),
                VerdictCodec.ACTOR,
                new TruthJoined(
                        told.getPredictionId(),
                        told.getModelName(),
                        told.getModelVersion(),
                        told.getPredictedAt(),
                        told.getScore(),
                        told.getLabel(),
                        label.getLabel(),
                        label.getValue()));
        initialised(context)
                .forward(
                        new Record<>(told.getModelName() + "/" + told.getModelVersion(), (Object) event, at),
                        truthsSink);
    }

    private void giveUp() {
        if (waitingKeys.isEmpty()) {
            return;
        }
        // Where no predictions come at all, labels still don't wait for ever.
        long over = Math.max(labelTime - KEPT.toMillis(), Math.max(0, predictionTime.now()) - PATIENCE.toMillis());
        String before = String.format("%015d", Math.max(0, over));
        List<KeyValue<String, byte[]>> late = new ArrayList<>();
        try (KeyValueIterator<String, byte[]> all = initialised(waiting).range("0", before)) {
            all.forEachRemaining(late::add);
        }
        for (KeyValue<String, byte[]> label : late) {
            String[] parts = label.key.split("/", 4);
            initialised(waiting).delete(label.key);
            waitingKeys.remove(parts[3]);
            deadLetters.condemn(
                    initialised(context),
                    new Record<>(parts[3], label.value, Long.parseLong(parts[0])),
                    new DeadLetters.Source(Topics.LABELS.name(), Integer.parseInt(parts[1]), Long.parseLong(parts[2])),
                    "nobody has heard of prediction " + parts[3] + ", and those of an hour later have come");
        }
    }

    private void condemn(Record<String, byte[]> record, String reason) {
        deadLetters.condemn(initialised(context), record, reason);
    }

    private static <T> T initialised(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("not initialised");
        }
        return value;
    }
}
