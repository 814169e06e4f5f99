package io.millrace.monitor.domain.drift;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What is normal of one feature: counts of a reference sample on bins that were made of it. Its size is bounded. */
public sealed interface FeatureReference {

    /** The most categories that are told apart; the rarer ones are one. */
    int MOST_CATEGORIES = 100;

    String feature();

    /** Counts by bin. */
    long[] counts();

    /** How many bins a sketch of it has. */
    int bins();

    /** How many values were missing in the reference. */
    long missing();

    /** Values that were there. */
    default long size() {
        return Counts.total(counts());
    }

    /**
     * @param deviation standard deviation of the sample, which distances are told in
     * @param low the smallest value of the sample
     * @param high the largest
     */
    record Numeric(
            String feature, Bins intervals, long[] counts, long missing, double deviation, double low, double high)
            implements FeatureReference {

        public Numeric {
            if (counts.length != intervals.count()) {
                throw new IllegalArgumentException(
                        "feature " + feature + " has " + counts.length + " counts for " + intervals.count() + " bins");
            }
        }

        @Override
        public int bins() {
            return intervals.count();
        }
    }

    /**
     * @param categories those told apart; the last bin is for all others
     * @param index of each category
     */
    record Categorical(String feature, List<String> categories, Map<String, Integer> index, long[] counts, long missing)
            implements FeatureReference {

        public Categorical {
            if (counts.length != categories.size() + 1) {
                throw new IllegalArgumentException("feature " + feature + " has " + counts.length + " counts for "
                        + categories.size() + " categories and all others");
            }
        }

        public static Categorical of(String feature, List<String> categories, long[] counts, long missing) {
            Map<String, Integer> index = new HashMap<>();
            for (String category : categories) {
                if (index.put(category, index.size()) != null) {
                    throw new IllegalArgumentException("feature " + feature + " has category " + category + " twice");
                }
            }
            return new Categorical(feature, List.copyOf(categories), Map.copyOf(index), counts, missing);
        }

        @Override
        public int bins() {
            return counts.length;
        }
    }

    /**
     * Made of a sample.
     *
     * @param sample without what was missing
     */
    static Numeric numeric(String feature, double[] sample, long missing) {
        for (double value : sample) {
            if (!Double.isFinite(value)) {
                throw new IllegalArgumentException("feature " + feature + " has " + value + " among its values");
            }
        }
        Bins bins = Bins.of(sample);
        long[] counts = new long[bins.count()];
        double mean = Arrays.stream(sample).average().orElseThrow();
        double squares = 0;
        for (double value : sample) {
            counts[bins.index(value)]++;
            squares += (value - mean) * (value - mean);
        }
        return new Numeric(
                feature,
                bins,
                counts,
                missing,
                StrictMath.sqrt(squares / sample.length),
                Arrays.stream(sample).min().orElseThrow(),
                Arrays.stream(sample).max().orElseThrow());
    }

    /** Made of a sample. */
    static Categorical categorical(String feature, List<String> sample, long missing) {
        if (sample.isEmpty()) {
            throw new IllegalArgumentException("feature " + feature + " has no values");
        }
        Map<String, Long> byCategory = new TreeMap<>();
        sample.forEach(value -> byCategory.merge(value, 1L, Long::sum));
        List<String> categories = byCategory.entrySet().stream()
                .sorted((a, b) -> a.getValue().equals(b.getValue())
                        ? a.getKey().compareTo(b.getKey())
                        : Long.compare(b.getValue(), a.getValue()))
                .limit(MOST_CATEGORIES)
                .map(Map.Entry::getKey)
                .toList();
        long[] counts = new long[categories.size() + 1];
        for (int i = 0; i < categories.size(); i++) {
            counts[i] = byCategory.getOrDefault(categories.get(i), 0L);
        }
        counts[categories.size()] = sample.size() - Counts.total(counts);
        return Categorical.of(feature, categories, counts, missing);
    }
}
