package io.millrace.monitor.domain.drift;

import java.util.Arrays;
import java.util.TreeSet;

/**
 * The intervals that a number's values are counted in, and the coarser groups of them that PSI is taken over. An edge
 * belongs to the interval below it; before the first and after the last edge the intervals are open.
 *
 * <p>Edges are quantiles of the reference. A value that is frequent there has an interval of its own, so that a feature
 * which was constant is seen to move; the smallest and the largest reference value are edges too, so that what lies
 * beyond them is counted apart.
 */
public final class Bins {

    /** Of the quantiles that KS, Jensen-Shannon and Wasserstein are taken over. */
    private static final int FINE = 50;

    /** Of the quantiles that PSI is taken over: deciles. */
    private static final int COARSE = 10;

    /** The most edges that {@link #of} gives: each quantile may need two, as may the smallest and the largest value. */
    public static final int MOST_EDGES = 2 * (FINE - 1) + 2 * (COARSE - 1) + 2;

    private final double[] edges;
    private final int[] groups;

    /**
     * @param edges ascending, finite
     * @param groups for each interval the group it belongs to, ascending from 0; one longer than the edges
     */
    public Bins(double[] edges, int[] groups) {
        if (edges.length == 0 || groups.length != edges.length + 1) {
            throw new IllegalArgumentException(edges.length + " edges, at least one, make " + (edges.length + 1)
                    + " intervals, not " + groups.length);
        }
        for (int i = 0; i < edges.length; i++) {
            if (!Double.isFinite(edges[i]) || (i > 0 && edges[i] <= edges[i - 1])) {
                throw new IllegalArgumentException("edges must be finite and ascend");
            }
        }
        for (int i = 0; i < groups.length; i++) {
            if (i == 0 ? groups[i] != 0 : groups[i] != groups[i - 1] && groups[i] != groups[i - 1] + 1) {
                throw new IllegalArgumentException("groups must begin with 0 and ascend by one");
            }
        }
        this.edges = edges.clone();
        this.groups = groups.clone();
    }

    /**
     * Bins for a reference sample.
     *
     * @param sample finite values, at least one
     */
    public static Bins of(double[] sample) {
        if (sample.length == 0) {
            throw new IllegalArgumentException("a reference needs at least one value");
        }
        double[] sorted = sample.clone();
        Arrays.sort(sorted);
        TreeSet<Double> coarse = quantileEdges(sorted, COARSE);
        TreeSet<Double> all = quantileEdges(sorted, FINE);
        all.addAll(coarse);
        all.add(Math.nextDown(sorted[0] + 0.0));
        all.add(sorted[sorted.length - 1] + 0.0);
        double[] edges = all.stream().mapToDouble(Double::doubleValue).toArray();
        int[] groups = new int[edges.length + 1];
        for (int i = 1; i < groups.length; i++) {
            groups[i] = groups[i - 1] + (coarse.contains(edges[i - 1]) ? 1 : 0);
        }
        return new Bins(edges, groups);
    }

    private static TreeSet<Double> quantileEdges(double[] sorted, int count) {
        TreeSet<Double> edges = new TreeSet<>();
        int n = sorted.length;
        for (int i = 1; i < count; i++) {
            int rank = (int) (((long) i * n + count - 1) / count) - 1;
            double edge = sorted[rank] + 0.0; // no negative zero
            edges.add(edge);
            if ((long) occurrences(sorted, rank) * count >= n) {
                edges.add(Math.nextDown(edge));
            }
        }
        return edges;
    }

    private static int occurrences(double[] sorted, int rank) {
        int from = rank;
        int to = rank;
        while (from > 0 && sorted[from - 1] == sorted[rank]) {
            from--;
        }
        while (to + 1 < sorted.length && sorted[to + 1] == sorted[rank]) {
            to++;
        }
        return to - from + 1;
    }

    /** How many intervals there are. */
    public int count() {
        return groups.length;
    }

    /** How many groups there are. */
    public int groupCount() {
        return groups[groups.length - 1] + 1;
    }

    public double[] edges() {
        return edges.clone();
    }

    public int[] groups() {
        return groups.clone();
    }

    double edge(int index) {
        return edges[index];
    }

    /** The interval that a value falls into; the value is no NaN. */
    public int index(double value) {
        int low = 0;
        int high = edges.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (value <= edges[middle]) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /** Counts by interval, summed by group. */
    public long[] grouped(long[] counts) {
        long[] sums = new long[groupCount()];
        for (int i = 0; i < counts.length; i++) {
            sums[groups[i]] = Math.addExact(sums[groups[i]], counts[i]);
        }
        return sums;
    }
}
