package io.millrace.monitor.domain.drift;

/** Sums over counts by bin. */
final class Counts {

    private Counts() {}

    static long total(long[] counts) {
        long sum = 0;
        for (long count : counts) {
            sum = Math.addExact(sum, count);
        }
        return sum;
    }

    /** Bins in which anything was counted on either side. */
    static int occupied(long[] reference, long[] window) {
        int occupied = 0;
        for (int i = 0; i < reference.length; i++) {
            occupied += reference[i] + window[i] > 0 ? 1 : 0;
        }
        return occupied;
    }
}
