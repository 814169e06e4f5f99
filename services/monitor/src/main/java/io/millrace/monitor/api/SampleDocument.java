package io.millrace.monitor.api;

import io.millrace.monitor.domain.drift.FeatureReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A reference as it is set: a sample of each feature, or the window of the past that it is taken from. What is kept of
 * it are counts.
 *
 * @param referenceId a name for it; null for one that is made up
 * @param effectiveFrom RFC 3339; null for from now on
 * @param source where the sample is from
 * @param from RFC 3339; the past window begins then, null where there is a sample
 * @param to RFC 3339; the past window ends then
 * @param features for each the values of the sample: numbers, or texts, null where one was missing
 */
public record SampleDocument(
        @Nullable String referenceId,
        @Nullable String effectiveFrom,
        @Nullable String source,
        @Nullable String from,
        @Nullable String to,
        @Nullable Map<String, @Nullable List<@Nullable Object>> features) {

    private static final int MOST_FEATURES = 500;

    /** @throws IllegalArgumentException when it is not to be understood; says what to do */
    List<FeatureReference> baselines() {
        if (features == null || features.isEmpty() || features.size() > MOST_FEATURES) {
            throw new IllegalArgumentException("a reference needs features, from 1 to " + MOST_FEATURES
                    + ": {\"features\": {\"age\": [31, 47, null], \"country\": [\"DE\", \"FR\", \"DE\"]}}");
        }
        List<FeatureReference> baselines = new ArrayList<>();
        for (String name : new TreeSet<>(features.keySet())) {
            baselines.add(baseline(name, features.get(name)));
        }
        return baselines;
    }

    private static FeatureReference baseline(String name, @Nullable List<@Nullable Object> values) {
        List<Double> numbers = new ArrayList<>();
        List<String> categories = new ArrayList<>();
        long missing = 0;
        for (Object value : values == null ? List.<@Nullable Object>of() : values) {
            switch (value) {
                case null -> missing++;
                case Number number -> numbers.add(number.doubleValue());
                case String category -> categories.add(category);
                default ->
                    throw new IllegalArgumentException(
                            "feature " + name + " has " + value + " among its values; they are numbers, texts or null");
            }
        }
        if (numbers.isEmpty() == categories.isEmpty()) {
            throw new IllegalArgumentException(
                    "feature " + name + " needs values, and either all of them numbers or all of them texts");
        }
        return categories.isEmpty()
                ? FeatureReference.numeric(
                        name, numbers.stream().mapToDouble(Double::doubleValue).toArray(), missing)
                : FeatureReference.categorical(name, categories, missing);
    }
}
