package io.millrace.monitor.domain.drift;

import java.util.Arrays;

/**
 * Kolmogorov and Smirnov's test of two samples, two-sided: the largest distance D of their distributions, and how often
 * it would be as large if they were one.
 */
public final class KolmogorovSmirnov {

    private KolmogorovSmirnov() {}

    /** D of two samples, not empty. */
    public static double distance(double[] first, double[] second) {
        double[] a = first.clone();
        double[] b = second.clone();
        Arrays.sort(a);
        Arrays.sort(b);
        double most = 0;
        int i = 0;
        int j = 0;
        while (i < a.length && j < b.length) {
            double value = Math.min(a[i], b[j]);
            while (i < a.length && a[i] <= value) {
                i++;
            }
            while (j < b.length && b[j] <= value) {
                j++;
            }
            most = Math.max(most, Math.abs((double) i / a.length - (double) j / b.length));
        }
        return most;
    }

    /**
     * D of counts on the same bins. Never above D of the samples themselves, and below it by no more than the share of
     * the fuller side in the fullest bin.
     */
    public static double distance(long[] reference, long[] window) {
        double m = Counts.total(reference);
        double n = Counts.total(window);
        if (m == 0 || n == 0) {
            return 0;
        }
        double most = 0;
        long i = 0;
        long j = 0;
        for (int bin = 0; bin < reference.length; bin++) {
            i += reference[bin];
            j += window[bin];
            most = Math.max(most, Math.abs(i / m - j / n));
        }
        return most;
    }

    /**
     * By the exact distribution for samples without ties. Takes time in proportion to {@code n} times {@code m}.
     *
     * @param n size of the one sample
     * @param m size of the other
     */
    public static double exactP(double distance, int n, int m) {
        // Counts lattice paths from (0,0) to (n,m) that stay nearer to the diagonal than D, as a share of all paths.
        int low = Math.min(n, m);
        int high = Math.max(n, m);
        double product = (double) low * high;
        double reach = (0.5 + Math.floor(distance * product - 1e-7)) / product;
        double[] share = new double[high + 1];
        for (int j = 0; j <= high; j++) {
            share[j] = (double) j / high > reach ? 0 : 1;
        }
        for (int i = 1; i <= low; i++) {
            double weight = (double) i / (i + high);
            double at = (double) i / low;
            share[0] = at > reach ? 0 : weight * share[0];
            for (int j = 1; j <= high; j++) {
                share[j] = Math.abs(at - (double) j / high) > reach ? 0 : weight * share[j] + share[j - 1];
            }
        }
        return Math.min(1, Math.max(0, 1 - share[high]));
    }

    /** By the limiting distribution: too large rather than too small for small samples and where values tie. */
    public static double limitingP(double distance, long n, long m) {
        if (n == 0 || m == 0) {
            return 1;
        }
        return survival(StrictMath.sqrt((double) n / (n + m) * m) * distance);
    }

    /** How often Kolmogorov's limiting distribution exceeds {@code x}. */
    static double survival(double x) {
        if (x <= 0) {
            return 1;
        }
        if (x < 1) {
            // The alternating series converges badly here, its transform at once.
            double sum = 0;
            for (int k = 1; k <= 20; k++) {
                double odd = (2 * k - 1) * StrictMath.PI / x;
                sum += StrictMath.exp(-odd * odd / 8);
            }
            return 1 - StrictMath.sqrt(2 * StrictMath.PI) / x * sum;
        }
        double sum = 0;
        for (int k = 1; k <= 20; k++) {
            double term = StrictMath.exp(-2.0 * k * k * x * x);
            sum += (k & 1) == 1 ? term : -term;
        }
        return 2 * sum;
    }
}
