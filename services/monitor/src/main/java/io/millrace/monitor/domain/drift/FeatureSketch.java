package io.millrace.monitor.domain.drift;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What was seen of one feature in a window: a count for each bin of its reference. Counts are exact integers and
 * extremes are extremes, so it matters neither in which order values came nor how they were spread over sketches that are
 * merged. Takes eight bytes a bin, however much it counts: below 1.2 KB.
 */
public final class FeatureSketch {

    private final long[] counts;
    private long missing;
    private long outOfRange;
    private long unseen;
    private long mistyped;
    private double low = Double.POSITIVE_INFINITY;
    private double high = Double.NEGATIVE_INFINITY;

    public FeatureSketch(FeatureReference reference) {
        this.counts = new long[reference.bins()];
    }

    /**
     * @param missing values that were not there, or no number
     * @param outOfRange numbers below the smallest or above the largest of the reference
     * @param unseen categories that the reference does not tell apart
     * @param mistyped categories where a number was expected, or numbers where a category was
     */
    public FeatureSketch(
            long[] counts, long missing, long outOfRange, long unseen, long mistyped, double low, double high) {
        this.counts = counts.clone();
        this.missing = missing;
        this.outOfRange = outOfRange;
        this.unseen = unseen;
        this.mistyped = mistyped;
        this.low = low;
        this.high = high;
    }

    /** Counts a value: a {@link Double}, a {@link String}, or null where it was missing. */
    public void add(FeatureReference reference, @Nullable Object value) {
        switch (reference) {
            case FeatureReference.Numeric numeric -> {
                if (value instanceof Double number) {
                    add(numeric, number.doubleValue());
                } else if (value == null) {
                    missing++;
                } else {
                    mistyped++;
                }
            }
            case FeatureReference.Categorical categorical -> {
                if (value instanceof String category) {
                    add(categorical, category);
                } else if (value == null) {
                    missing++;
                } else {
                    mistyped++;
                }
            }
        }
    }

    public void add(FeatureReference.Numeric reference, double value) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            missing++;
            return;
        }
        counts[reference.intervals().index(value)]++;
        if (value < reference.low() || value > reference.high()) {
            outOfRange++;
        }
        low = Math.min(low, value);
        high = Math.max(high, value);
    }

    public void add(FeatureReference.Categorical reference, String category) {
        Integer index = reference.index().get(category);
        if (index == null) {
            unseen++;
            counts[counts.length - 1]++;
        } else {
            counts[index]++;
        }
    }

    /** Takes in what another sketch on the same bins has counted. */
    public void merge(FeatureSketch other) {
        Objects.checkIndex(other.counts.length - 1, counts.length);
        for (int i = 0; i < counts.length; i++) {
            counts[i] = Math.addExact(counts[i], other.counts[i]);
        }
        missing = Math.addExact(missing, other.missing);
        outOfRange = Math.addExact(outOfRange, other.outOfRange);
        unseen = Math.addExact(unseen, other.unseen);
        mistyped = Math.addExact(mistyped, other.mistyped);
        low = Math.min(low, other.low);
        high = Math.max(high, other.high);
    }

    public long[] counts() {
        return counts.clone();
    }

    /** Values that were there and of the right kind. */
    public long size() {
        return Counts.total(counts);
    }

    public long missing() {
        return missing;
    }

    public long outOfRange() {
        return outOfRange;
    }

    public long unseen() {
        return unseen;
    }

    public long mistyped() {
        return mistyped;
    }

    /** The smallest number; positive infinity while there is none. */
    public double low() {
        return low;
    }

    /** The largest number; negative infinity while there is none. */
    public double high() {
        return high;
    }
}
