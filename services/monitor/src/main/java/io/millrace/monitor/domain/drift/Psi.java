package io.millrace.monitor.domain.drift;

import org.apache.commons.statistics.distribution.ChiSquaredDistribution;

/**
 * Population stability index: Σ (q − p) ln(q / p) over bins, p of the reference and q of the window. An empty bin counts
 * as a share of {@link #FLOOR}.
 *
 * <p>What is much depends on how much was counted: without drift PSI is about (1/n + 1/m)·χ²(B − 1). From {@value
 * #ASYMPTOTIC_FROM} values on either side its threshold is taken from that; below, from permutations of what was counted.
 */
public final class Psi {

    /** Share that an empty bin counts as. */
    public static final double FLOOR = 1e-4;

    public static final int ASYMPTOTIC_FROM = 500;

    private static final int PERMUTATIONS = 999;

    /**
     * @param pValue how often PSI would be as large without drift
     * @param threshold what PSI exceeds without drift as often as the level says
     * @param calibration how both were found
     */
    public record Result(double value, double pValue, double threshold, Calibration calibration) {}

    /** Where a threshold comes from. */
    public enum Calibration {
        CHI_SQUARED,
        PERMUTATION,
        /** One side is empty: nothing can be said. */
        NONE
    }

    private Psi() {}

    /** By counts on the same bins; 0 where either side is empty. */
    public static double value(long[] reference, long[] window) {
        double m = Counts.total(reference);
        double n = Counts.total(window);
        if (m == 0 || n == 0) {
            return 0;
        }
        double sum = 0;
        for (int i = 0; i < reference.length; i++) {
            if (reference[i] == 0 && window[i] == 0) {
                continue;
            }
            double p = reference[i] == 0 ? FLOOR : reference[i] / m;
            double q = window[i] == 0 ? FLOOR : window[i] / n;
            sum += (q - p) * StrictMath.log(q / p);
        }
        return sum;
    }

    /**
     * @param level how often a threshold may be exceeded without drift
     * @param seed of the permutations; the same seed gives the same result
     */
    public static Result test(long[] reference, long[] window, double level, long seed) {
        double value = value(reference, window);
        long m = Counts.total(reference);
        long n = Counts.total(window);
        int bins = Counts.occupied(reference, window);
        if (m == 0 || n == 0) {
            return new Result(value, 1, Double.POSITIVE_INFINITY, Calibration.NONE);
        }
        if (bins < 2) {
            return new Result(value, 1, 0, Calibration.CHI_SQUARED);
        }
        if (Math.min(m, n) >= ASYMPTOTIC_FROM) {
            double scale = 1.0 / n + 1.0 / m;
            ChiSquaredDistribution chi = ChiSquaredDistribution.of(bins - 1);
            return new Result(
                    value,
                    chi.survivalProbability(value / scale),
                    scale * chi.inverseSurvivalProbability(level),
                    Calibration.CHI_SQUARED);
        }
        double[] permuted = new Permutations(reference, window, seed).values(PERMUTATIONS, Psi::value);
        int asLarge = 0;
        for (double one : permuted) {
            asLarge += one >= value - 1e-12 ? 1 : 0;
        }
        int rank = (int) Math.ceil((1 - level) * (PERMUTATIONS + 1)) - 1;
        return new Result(
                value,
                (1.0 + asLarge) / (PERMUTATIONS + 1),
                permuted[Math.min(rank, PERMUTATIONS - 1)],
                Calibration.PERMUTATION);
    }
}
