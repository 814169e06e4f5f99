package io.millrace.monitor.domain.drift;

import java.util.Arrays;

/** Wasserstein's first distance: how far values have to be moved to make one distribution of the other. */
public final class Wasserstein {

    private Wasserstein() {}

    /** Of two samples, not empty, in the values' own unit. */
    public static double distance(double[] first, double[] second) {
        double[] a = first.clone();
        double[] b = second.clone();
        Arrays.sort(a);
        Arrays.sort(b);
        double sum = 0;
        double before = Math.min(a[0], b[0]);
        int i = 0;
        int j = 0;
        while (i < a.length || j < b.length) {
            double value = i == a.length ? b[j] : j == b.length ? a[i] : Math.min(a[i], b[j]);
            sum += (value - before) * Math.abs((double) i / a.length - (double) j / b.length);
            before = value;
            while (i < a.length && a[i] == value) {
                i++;
            }
            while (j < b.length && b[j] == value) {
                j++;
            }
        }
        return sum;
    }

    /**
     * Of counts on the same bins, as if values were spread evenly within each; {@link #bound} says how wrong that may
     * be.
     *
     * @param low the smallest value of either side
     * @param high the largest
     */
    public static double distance(Bins bins, long[] reference, long[] window, double low, double high) {
        double m = Counts.total(reference);
        double n = Counts.total(window);
        if (m == 0 || n == 0) {
            return 0;
        }
        double sum = 0;
        double gap = 0;
        for (int bin = 0; bin < reference.length; bin++) {
            double next = gap + reference[bin] / m - window[bin] / n;
            double width = width(bins, bin, low, high);
            // |gap| falls or rises on a straight line from here to there, and may cross zero on the way.
            sum += gap * next >= 0
                    ? width * Math.abs(gap + next) / 2
                    : width * (gap * gap + next * next) / (2 * Math.abs(next - gap));
            gap = next;
        }
        return sum;
    }

    /** The most by which the distance of counts differs from that of the samples: for each bin its width by its shares. */
    public static double bound(Bins bins, long[] reference, long[] window, double low, double high) {
        double m = Math.max(1, Counts.total(reference));
        double n = Math.max(1, Counts.total(window));
        double sum = 0;
        for (int bin = 0; bin < reference.length; bin++) {
            sum += width(bins, bin, low, high) * (reference[bin] / m + window[bin] / n);
        }
        return sum;
    }

    private static double width(Bins bins, int bin, double low, double high) {
        if (bin == 0) {
            return Math.max(0, bins.edge(0) - low);
        }
        return bin == bins.count() - 1 ? Math.max(0, high - bins.edge(bin - 1)) : bins.edge(bin) - bins.edge(bin - 1);
    }
}
