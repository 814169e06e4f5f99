package io.millrace.monitor.domain.window;

import io.millrace.monitor.domain.drift.FeatureReference;
import io.millrace.monitor.domain.drift.FeatureSketch;
import io.millrace.monitor.domain.quality.ServiceWindow;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A window of a model version that may still take predictions in. */
public sealed interface OpenWindow {

    /** ms */
    long start();

    /** Of how its requests were served, all of them and by segment. */
    final class OfService implements OpenWindow {

        /** Segments that are told apart; the others are {@link ServiceWindow#OTHER}. */
        public static final int MOST_SEGMENTS = 32;

        private final long start;
        private final ServiceWindow all;
        private final TreeMap<String, ServiceWindow> segments;
        private final SeenIds seen;

        public OfService(long start) {
            this(start, new ServiceWindow(), Map.of(), new SeenIds());
        }

        public OfService(long start, ServiceWindow all, Map<String, ServiceWindow> segments, SeenIds seen) {
            this.start = start;
            this.all = all;
            this.segments = new TreeMap<>(segments);
            this.seen = seen;
        }

        /** Whether the prediction is new; it counts once. */
        public boolean add(String predictionId, ServiceWindow.Answer answer, @Nullable String segment, boolean ahead) {
            if (!seen.add(predictionId)) {
                all.repeat();
                return false;
            }
            all.add(answer, ahead);
            if (segment != null) {
                segments.computeIfAbsent(segment, name -> new ServiceWindow()).add(answer, ahead);
                displace();
            }
            return true;
        }

        // Which segments are told apart must not hang on their order: the first by name are.
        private void displace() {
            while (segments.size() - (segments.containsKey(ServiceWindow.OTHER) ? 1 : 0) > MOST_SEGMENTS) {
                Map.Entry<String, ServiceWindow> last = segments.pollLastEntry();
                if (last != null) {
                    segments.computeIfAbsent(ServiceWindow.OTHER, name -> new ServiceWindow())
                            .merge(last.getValue());
                }
            }
        }

        @Override
        public long start() {
            return start;
        }

        public ServiceWindow all() {
            return all;
        }

        public Map<String, ServiceWindow> segments() {
            return segments;
        }

        public SeenIds seen() {
            return seen;
        }
    }

    /** What predictions are compared with: the features of one sample. */
    record Reference(String id, long effectiveFrom, Map<String, FeatureReference> features) {
        public Reference {
            features = Map.copyOf(features);
        }
    }

    /** Of what the model was given and what it answered. */
    final class OfFeatures implements OpenWindow {

        /** Of features that the reference does not know, those told by name. */
        public static final int MOST_UNKNOWN = 20;

        /** The answers, as features. */
        public static final String SCORE = "@score";

        public static final String LABEL = "@label";
        public static final String CONFIDENCE = "@confidence";

        private final long start;
        private final @Nullable Reference reference;
        private final LinkedHashMap<String, FeatureSketch> sketches = new LinkedHashMap<>();
        private final TreeSet<String> unknown;
        private long predictions;

        public OfFeatures(long start, @Nullable Reference reference) {
            this(start, reference, Map.of(), Set.of(), 0);
        }

        public OfFeatures(
                long start,
                @Nullable Reference reference,
                Map<String, FeatureSketch> counted,
                Set<String> unknown,
                long predictions) {
            this.start = start;
            this.reference = reference;
            this.unknown = new TreeSet<>(unknown);
            this.predictions = predictions;
            if (reference != null) {
                new TreeMap<>(reference.features()).forEach((name, feature) -> {
                    FeatureSketch sketch = counted.get(name);
                    sketches.put(name, sketch == null ? new FeatureSketch(feature) : sketch);
                });
            }
        }

        /**
         * Counts a prediction.
         *
         * @param features values by name: {@link Double}, {@link String} or null
         */
        public void add(Map<String, ? extends @Nullable Object> features, ServiceWindow.Answer answer) {
            predictions++;
            if (reference == null) {
                return;
            }
            Map<String, FeatureReference> known = reference.features();
            sketches.forEach((name, sketch) -> {
                FeatureReference feature = known.get(name);
                if (feature != null) {
                    sketch.add(feature, value(name, features, answer));
                }
            });
            if (features.size() > sketches.size() || !sketches.keySet().containsAll(features.keySet())) {
                note(features.keySet());
            }
        }

        private static @Nullable Object value(
                String name, Map<String, ? extends @Nullable Object> features, ServiceWindow.Answer answer) {
            return switch (name) {
                case SCORE -> answer.score();
                case LABEL -> answer.label();
                case CONFIDENCE -> answer.confidence();
                default -> features.get(name);
            };
        }

        // The first by name, whatever came first.
        private void note(Set<String> names) {
            for (String name : names) {
                if (!sketches.containsKey(name)) {
                    unknown.add(name);
                    if (unknown.size() > MOST_UNKNOWN) {
                        unknown.pollLast();
                    }
                }
            }
        }

        @Override
        public long start() {
            return start;
        }

        public @Nullable Reference reference() {
            return reference;
        }

        /** By feature, ascending; those of the reference. */
        public Map<String, FeatureSketch> sketches() {
            return sketches;
        }

        public Set<String> unknown() {
            return unknown;
        }

        public long predictions() {
            return predictions;
        }
    }

    /** The newest of some references that a window which begins at {@code start} is compared with. */
    static @Nullable Reference inForce(Iterable<Reference> references, long start) {
        Reference newest = null;
        for (Reference reference : references) {
            if (reference.effectiveFrom() <= start
                    && (newest == null
                            || reference.effectiveFrom() > newest.effectiveFrom()
                            || (reference.effectiveFrom() == newest.effectiveFrom()
                                    && reference.id().compareTo(newest.id()) > 0))) {
                newest = reference;
            }
        }
        return newest;
    }
}
