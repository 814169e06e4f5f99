package io.millrace.monitor.domain.quality;

import java.util.Arrays;

/** How often a share, a number from 0 to 1, fell into each of {@link #BINS} equal intervals. */
public final class ShareHistogram {

    public static final int BINS = 20;

    private final long[] counts;

    public ShareHistogram() {
        this(new long[BINS]);
    }

    public ShareHistogram(long[] counts) {
        if (counts.length != BINS) {
            throw new IllegalArgumentException("a histogram of shares has " + BINS + " counts, not " + counts.length);
        }
        this.counts = counts.clone();
    }

    /** Whether a number is a share. */
    public static boolean isShare(double value) {
        return value >= 0 && value <= 1;
    }

    public void add(double share) {
        counts[Math.min(BINS - 1, (int) (share * BINS))]++;
    }

    public void merge(ShareHistogram other) {
        for (int i = 0; i < BINS; i++) {
            counts[i] = Math.addExact(counts[i], other.counts[i]);
        }
    }

    public long[] counts() {
        return counts.clone();
    }

    public long total() {
        return Arrays.stream(counts).sum();
    }

    /** The mean, to half an interval; NaN where there is none. */
    public double mean() {
        double sum = 0;
        for (int i = 0; i < BINS; i++) {
            sum += counts[i] * (i + 0.5) / BINS;
        }
        return total() == 0 ? Double.NaN : sum / total();
    }
}
