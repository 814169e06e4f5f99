package io.millrace.bench.pipeline;

import io.millrace.bench.pipeline.JobStream.Encoded;
import io.millrace.events.prediction.PredictionEvent;
import io.millrace.events.prediction.PredictionMade;
import io.millrace.events.reference.ReferenceEvent;
import io.millrace.events.reference.ReferenceSet;
import io.millrace.monitor.codec.ReferenceCodec;
import io.millrace.monitor.domain.drift.FeatureReference;
import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.Topics;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Predictions of a few models, a thousand a second by their own time; every fourth feature is a category. */
final class PredictionStream {

    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    private static final int MODELS = 4;
    private static final int REFERENCE = 2_000;
    private static final int CATEGORIES = 20;

    private final int features;
    private final Random random;
    private final EventSerde<PredictionEvent> predictions;
    private final EventSerde<ReferenceEvent> references;
    private long made;

    PredictionStream(int features, long seed, SchemaLookup schemas) {
        this.features = features;
        this.random = new Random(seed);
        this.predictions = EventSerde.of(Topics.PREDICTIONS, schemas);
        this.references = EventSerde.of(Topics.REFERENCES, schemas);
    }

    /** What each model's features are compared with. */
    List<Encoded> references() {
        List<io.millrace.events.reference.FeatureBaseline> baselines = new ArrayList<>();
        for (int i = 0; i < features; i++) {
            baselines.add(ReferenceCodec.baseline(
                    isCategory(i)
                            ? FeatureReference.categorical(name(i), categories(), 0)
                            : FeatureReference.numeric(
                                    name(i),
                                    random.doubles(REFERENCE)
                                            .map(u -> -Math.log(u))
                                            .toArray(),
                                    0)));
        }
        List<Encoded> all = new ArrayList<>();
        for (int model = 0; model < MODELS; model++) {
            ReferenceSet set = new ReferenceSet("bench", "m" + model, "1", BEGIN, "bench", null, baselines);
            ReferenceEvent event = new ReferenceEvent("reference-" + model, BEGIN, "user:bench", set);
            all.add(new Encoded("m" + model + "/1", Objects.requireNonNull(references.serialize(null, event))));
        }
        return all;
    }

    /**
     * @param prefix of their ids
     * @param byId whether their key is their id, and not their model's
     */
    List<Encoded> events(String prefix, int count, boolean byId) {
        List<Encoded> events = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            String id = prefix + String.format("%08d", i);
            int model = i % MODELS;
            PredictionMade prediction = PredictionMade.newBuilder()
                    .setPredictionId(id)
                    .setModelName("m" + model)
                    .setModelVersion("1")
                    .setFeatures(values())
                    .setScore(random.nextDouble())
                    .setLabel(random.nextBoolean() ? "yes" : "no")
                    .setLatencyMs(1 + 20 * random.nextDouble())
                    .build();
            PredictionEvent event = new PredictionEvent(id, BEGIN.plusMillis(made++), "model:bench", prediction);
            events.add(new Encoded(
                    byId ? id : "m" + model + "/1", Objects.requireNonNull(predictions.serialize(null, event))));
        }
        return events;
    }

    private Map<String, @Nullable Object> values() {
        Map<String, @Nullable Object> values = new HashMap<>();
        for (int i = 0; i < features; i++) {
            values.put(name(i), isCategory(i) ? category() : (Object) (-Math.log(random.nextDouble())));
        }
        return values;
    }

    private static boolean isCategory(int feature) {
        return feature % 4 == 3;
    }

    private static String name(int feature) {
        return "feature-" + feature;
    }

    private String category() {
        return "category-" + random.nextInt(CATEGORIES);
    }

    private List<String> categories() {
        List<String> texts = new ArrayList<>(REFERENCE);
        for (int i = 0; i < REFERENCE; i++) {
            texts.add(category());
        }
        return texts;
    }
}
