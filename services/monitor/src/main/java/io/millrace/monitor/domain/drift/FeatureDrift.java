package io.millrace.monitor.domain.drift;

import java.util.List;

/**
 * What was found of one feature in one window.
 *
 * @param referenceSize values in the reference
 * @param windowSize values in the window
 * @param adjustedP of the feature's deciding test, corrected for all features of the window
 */
public record FeatureDrift(
        String feature,
        List<Statistic> statistics,
        long referenceSize,
        long windowSize,
        double adjustedP,
        Outcome outcome) {

    /** What is said of a feature, or of a data set. */
    public enum Outcome {
        STABLE,
        DRIFTED,
        /** Too little was seen to say. */
        INCONCLUSIVE
    }

    /** Which statistic. */
    public enum Method {
        PSI,
        KOLMOGOROV_SMIRNOV,
        CHI_SQUARED,
        JENSEN_SHANNON,
        WASSERSTEIN
    }

    /**
     * @param variant which of several things of that name it is
     * @param pValue NaN where the statistic has none
     * @param threshold from which on it counts; NaN where the p-value decides
     * @param bound by how much it may differ from the same statistic of the values themselves; 0 for exact
     */
    public record Statistic(
            Method method, String variant, double value, double pValue, double threshold, double bound) {}
}
