package io.millrace.bench;

import java.util.Arrays;
import java.util.Collection;

/** Measured values, ordered. */
public final class Sample {

    private final double[] ordered;

    private Sample(double[] ordered) {
        this.ordered = ordered;
    }

    /** @throws IllegalArgumentException when there are none: nothing can be said of nothing */
    public static Sample of(Collection<Double> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("nothing was measured");
        }
        double[] ordered =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return new Sample(ordered);
    }

    public int size() {
        return ordered.length;
    }

    /** The middle one; between two, their mean. */
    public double median() {
        int middle = ordered.length / 2;
        return ordered.length % 2 == 1 ? ordered[middle] : (ordered[middle - 1] + ordered[middle]) / 2;
    }

    /** The smallest value that at least {@code percent} of all don't exceed: one that was measured, none in between. */
    public double percentile(double percent) {
        int rank = (int) Math.ceil(percent / 100 * ordered.length);
        return ordered[Math.max(1, rank) - 1];
    }

    public double min() {
        return ordered[0];
    }

    public double max() {
        return ordered[ordered.length - 1];
    }

    public double mean() {
        return Arrays.stream(ordered).sum() / ordered.length;
    }
}
