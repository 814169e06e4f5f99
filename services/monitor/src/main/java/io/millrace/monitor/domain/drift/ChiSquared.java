package io.millrace.monitor.domain.drift;

import org.apache.commons.statistics.distribution.ChiSquaredDistribution;

/**
 * Pearson's χ² of homogeneity of two rows of counts, without continuity correction. Categories that neither side has are
 * left out.
 */
public final class ChiSquared {

    public record Result(double value, int degrees, double pValue) {}

    private ChiSquared() {}

    public static Result test(long[] reference, long[] window) {
        double m = Counts.total(reference);
        double n = Counts.total(window);
        int degrees = Counts.occupied(reference, window) - 1;
        if (m == 0 || n == 0 || degrees < 1) {
            return new Result(0, Math.max(0, degrees), 1);
        }
        double value = 0;
        for (int i = 0; i < reference.length; i++) {
            double both = (double) reference[i] + window[i];
            if (both > 0) {
                double ofReference = both * m / (m + n);
                double ofWindow = both * n / (m + n);
                value += (reference[i] - ofReference) * (reference[i] - ofReference) / ofReference;
                value += (window[i] - ofWindow) * (window[i] - ofWindow) / ofWindow;
            }
        }
        return new Result(value, degrees, ChiSquaredDistribution.of(degrees).survivalProbability(value));
    }
}
