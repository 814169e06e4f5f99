package io.millrace.monitor;

import io.millrace.events.prediction.PredictionEvent;
import io.millrace.events.prediction.PredictionMade;
import io.millrace.monitor.domain.drift.FeatureReference;
import io.millrace.monitor.domain.window.OpenWindow.OfFeatures;
import io.millrace.monitor.domain.window.RowSample;
import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.Topics;
import io.millrace.streams.UndecodableException;
import io.millrace.streams.runtime.TopicReader;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a model version was given and answered in a past span of time, while its predictions are kept: a reference to
 * compare later windows with.
 *
 * @param name of the model
 * @param from the first instant that counts
 * @param to the first one that no longer does
 */
public record PastWindow(String name, String version, Instant from, Instant to) {

    /** Rows that a reference is made of at most: more say little further, and all are in memory. */
    static final int MOST_ROWS = 20_000;

    private static final int MOST_FEATURES = 500;

    /**
     * Reads it, and makes a reference of each feature and of the answers. Where most values of a feature are numbers the
     * texts among them count as missing, and the other way round.
     *
     * @param broker how it is reached
     * @param earliest nothing of it was stored before; null where that is not known
     * @param fewest predictions that make a reference
     * @throws IllegalArgumentException when there are fewer; says what to do
     */
    public List<FeatureReference> read(
            Map<String, Object> broker, SchemaLookup schemas, @Nullable Instant earliest, long fewest) {
        Collection<PredictionMade> rows = rows(broker, schemas, earliest);
        if (rows.size() < fewest) {
            throw new IllegalArgumentException("there are " + rows.size() + " predictions of " + name + "/" + version
                    + " from " + from + " to " + to + ", and a reference needs " + fewest
                    + "; name a longer window, within the days that predictions are kept");
        }
        TreeSet<String> names = new TreeSet<>(List.of(OfFeatures.SCORE, OfFeatures.LABEL, OfFeatures.CONFIDENCE));
        for (PredictionMade row : rows) {
            names.addAll(row.getFeatures().keySet());
            names.addAll(row.getPersonalFeatures().keySet());
        }
        if (names.size() > MOST_FEATURES) {
            throw new IllegalArgumentException(
                    "there are " + names.size() + " features, and a reference has at most " + MOST_FEATURES);
        }
        List<FeatureReference> references = new ArrayList<>();
        for (String feature : names) {
            FeatureReference reference = reference(feature, rows);
            if (reference != null) {
                references.add(reference);
            }
        }
        return references;
    }

    private Collection<PredictionMade> rows(
            Map<String, Object> broker, SchemaLookup schemas, @Nullable Instant earliest) {
        EventSerde<PredictionEvent> serde = EventSerde.of(Topics.PREDICTIONS, schemas);
        RowSample<PredictionMade> sample = new RowSample<>(MOST_ROWS);
        String key = name + "/" + version;
        try (TopicReader reader = new TopicReader(broker, List.of(Topics.PREDICTIONS.name()))) {
            if (earliest != null) {
                reader.skipTo(earliest);
            }
            reader.toEnd(record -> {
                if (key.equals(record.key()) && record.value() != null) {
                    add(sample, serde, record.value());
                }
            });
        }
        return sample.rows();
    }

    private void add(RowSample<PredictionMade> sample, EventSerde<PredictionEvent> serde, byte[] value) {
        try {
            PredictionEvent event = serde.decode(value);
            Instant at = event.getOccurredAt();
            if (event.getPayload() instanceof PredictionMade made && !at.isBefore(from) && at.isBefore(to)) {
                sample.add(made.getPredictionId(), made);
            }
        } catch (UndecodableException e) {
            return; // a dead letter, and of no window
        }
    }

    private static @Nullable FeatureReference reference(String feature, Collection<PredictionMade> rows) {
        Function<PredictionMade, @Nullable Object> value = switch (feature) {
            case OfFeatures.SCORE -> PredictionMade::getScore;
            case OfFeatures.LABEL -> PredictionMade::getLabel;
            case OfFeatures.CONFIDENCE -> PredictionMade::getConfidence;
            default ->
                row -> row.getPersonalFeatures()
                        .getOrDefault(feature, row.getFeatures().get(feature));
        };
        List<Double> numbers = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        for (PredictionMade row : rows) {
            Object given = value.apply(row);
            if (given instanceof Double number && Double.isFinite(number)) {
                numbers.add(number);
            } else if (given instanceof String text) {
                texts.add(text);
            }
        }
        if (numbers.isEmpty() && texts.isEmpty()) {
            return null;
        }
        return numbers.size() >= texts.size()
                ? FeatureReference.numeric(
                        feature,
                        numbers.stream().mapToDouble(Double::doubleValue).toArray(),
                        rows.size() - numbers.size())
                : FeatureReference.categorical(feature, texts, rows.size() - texts.size());
    }
}
