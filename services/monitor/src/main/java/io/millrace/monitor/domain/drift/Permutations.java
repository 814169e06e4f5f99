package io.millrace.monitor.domain.drift;

import java.util.Arrays;

/**
 * What a statistic of two samples comes to when it is chance alone which value is of which sample. Repeatable: the
 * shuffling is a fixed function of the seed.
 */
final class Permutations {

    /** A statistic of counts on the same bins. */
    @FunctionalInterface
    interface Statistic {
        double of(long[] reference, long[] window);
    }

    private final long[] pooled;
    private final int[] values;
    private final int drawn;
    private final boolean drawsReference;
    private long state;

    /** At most 2^31 values on both sides together. */
    Permutations(long[] reference, long[] window, long seed) {
        long m = Counts.total(reference);
        long n = Counts.total(window);
        drawsReference = m < n;
        drawn = Math.toIntExact(Math.min(m, n));
        pooled = new long[reference.length];
        values = new int[Math.toIntExact(m + n)];
        int at = 0;
        for (int bin = 0; bin < reference.length; bin++) {
            pooled[bin] = reference[bin] + window[bin];
            Arrays.fill(values, at, at + (int) pooled[bin], bin);
            at += (int) pooled[bin];
        }
        state = seed;
    }

    /** Ascending. */
    double[] values(int count, Statistic statistic) {
        double[] found = new double[count];
        long[] some = new long[pooled.length];
        long[] others = new long[pooled.length];
        for (int round = 0; round < count; round++) {
            Arrays.fill(some, 0);
            for (int i = 0; i < drawn; i++) {
                int j = i + below(values.length - i);
                int value = values[j];
                values[j] = values[i];
                values[i] = value;
                some[value]++;
            }
            for (int bin = 0; bin < pooled.length; bin++) {
                others[bin] = pooled[bin] - some[bin];
            }
            found[round] = drawsReference ? statistic.of(some, others) : statistic.of(others, some);
        }
        Arrays.sort(found);
        return found;
    }

    /** From 0 to {@code bound} - 1, by SplitMix64; its bias, below 2^-32, is of no account here. */
    private int below(int bound) {
        state += 0x9E3779B97F4A7C15L;
        long mixed = state;
        mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        mixed ^= mixed >>> 31;
        return (int) (((mixed >>> 32) * bound) >>> 32);
    }
}
