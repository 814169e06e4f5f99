package io.millrace.monitor.domain.quality;

import java.util.Arrays;

/**
 * Quantiles of positive numbers, to a relative error of {@link #ERROR}: counts in buckets whose bounds grow by a fixed
 * factor, as DDSketch has them. Counts are exact integers, so sketches of parts add up to the sketch of the whole in
 * whatever order. Holds at most {@link #MOST_BUCKETS} counts.
 */
public final class LogSketch {

    /** By which a quantile may be off, as a share of it. */
    public static final double ERROR = 0.01;

    /** What is smaller counts as this, what is larger as {@link #LARGEST}. */
    public static final double SMALLEST = 1e-3;

    public static final double LARGEST = 1e9;

    private static final double LOG_GAMMA = StrictMath.log((1 + ERROR) / (1 - ERROR));
    private static final int FIRST = bucket(SMALLEST);

    /** From a microsecond to eleven days where the numbers are milliseconds. */
    public static final int MOST_BUCKETS = bucket(LARGEST) - FIRST + 1;

    private int offset;
    private long[] counts;
    private long total;

    public LogSketch() {
        this(0, new long[0]);
    }

    /**
     * @param offset of the first count; from 0 to {@link #MOST_BUCKETS} - 1
     * @param counts of the buckets from there on
     */
    public LogSketch(int offset, long[] counts) {
        if (offset < 0 || offset + counts.length > MOST_BUCKETS) {
            throw new IllegalArgumentException("buckets " + offset + " to " + (offset + counts.length)
                    + " are beyond the " + MOST_BUCKETS + " that there are");
        }
        this.offset = offset;
        this.counts = counts.clone();
        for (long count : counts) {
            total = Math.addExact(total, count);
        }
    }

    private static int bucket(double value) {
        return (int) Math.ceil(StrictMath.log(value) / LOG_GAMMA);
    }

    /** @throws IllegalArgumentException for what is no number, or below 0 */
    public void add(double value) {
        if (!(value >= 0)) {
            throw new IllegalArgumentException(value + " is no length of time");
        }
        int at = bucket(Math.min(LARGEST, Math.max(SMALLEST, value))) - FIRST;
        reach(at, at + 1);
        counts[at - offset]++;
        total++;
    }

    private void reach(int from, int to) {
        if (counts.length == 0) {
            offset = from;
            counts = new long[to - from];
            return;
        }
        int low = Math.min(offset, from);
        int high = Math.max(offset + counts.length, to);
        if (low != offset || high != offset + counts.length) {
            long[] wider = new long[high - low];
            System.arraycopy(counts, 0, wider, offset - low, counts.length);
            offset = low;
            counts = wider;
        }
    }

    /** Takes in what another has counted. */
    public void merge(LogSketch other) {
        if (other.counts.length == 0) {
            return;
        }
        reach(other.offset, other.offset + other.counts.length);
        for (int i = 0; i < other.counts.length; i++) {
            int at = other.offset + i - offset;
            counts[at] = Math.addExact(counts[at], other.counts[i]);
        }
        total = Math.addExact(total, other.total);
    }

    public long total() {
        return total;
    }

    /**
     * The smallest number that at least a share of all numbers do not exceed; NaN where there are none.
     *
     * @param share from 0 to 1
     */
    public double quantile(double share) {
        if (total == 0) {
            return Double.NaN;
        }
        long rank = Math.max(1, (long) Math.ceil(share * total));
        long sum = 0;
        int at = -1;
        while (sum < rank) {
            at++;
            sum += counts[at];
        }
        int bucket = at + offset + FIRST;
        return 2 * StrictMath.exp(bucket * LOG_GAMMA) / (StrictMath.exp(LOG_GAMMA) + 1);
    }

    public int offset() {
        return offset;
    }

    public long[] counts() {
        return counts.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LogSketch that && offset == that.offset && Arrays.equals(counts, that.counts);
    }

    @Override
    public int hashCode() {
        return 31 * offset + Arrays.hashCode(counts);
    }
}
