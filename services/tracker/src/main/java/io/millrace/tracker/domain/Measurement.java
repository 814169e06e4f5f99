package io.millrace.tracker.domain;

import java.util.Comparator;

/**
 * One value of one metric.
 *
 * @param value NaN and both infinities are values
 * @param time ms since the epoch
 */
public record Measurement(String key, double value, long step, long time) {

    /** In the order of a history: by time, then step, then value; NaN is before every other value. */
    public static final Comparator<Measurement> IN_TIME = Comparator.comparingLong(Measurement::time)
            .thenComparingLong(Measurement::step)
            .thenComparing(Measurement::value, Measurement::compareValues);

    /** Which of two is the newer one: by time, ties by value, then by step; NaN is below every other value. */
    static final Comparator<Measurement> BY_NEWNESS = Comparator.comparingLong(Measurement::time)
            .thenComparing(Measurement::value, Measurement::compareValues)
            .thenComparingLong(Measurement::step);

    private static int compareValues(double one, double other) {
        if (Double.isNaN(one) || Double.isNaN(other)) {
            return Boolean.compare(!Double.isNaN(one), !Double.isNaN(other));
        }
        return one == other ? 0 : Double.compare(one, other); // zero has no sign here
    }
}
