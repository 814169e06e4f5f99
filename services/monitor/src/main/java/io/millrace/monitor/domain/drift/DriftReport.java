package io.millrace.monitor.domain.drift;

import io.millrace.monitor.domain.drift.FeatureDrift.Method;
import io.millrace.monitor.domain.drift.FeatureDrift.Outcome;
import io.millrace.monitor.domain.drift.FeatureDrift.Statistic;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The verdict on one window of all features of a model version.
 *
 * @param outcome of the data set: drifted when enough of its features are
 * @param drifted how many features are
 * @param judged how many could be judged
 * @param lowestAdjustedP of all features; 1 where none could be judged
 */
public record DriftReport(
        Outcome outcome, List<FeatureDrift> features, int drifted, int judged, double lowestAdjustedP) {

    /** A feature with what was seen of it. */
    public record Seen(FeatureReference reference, FeatureSketch sketch) {}

    private record Tested(Seen seen, List<Statistic> statistics, double pValue, double effect, boolean enough) {}

    /**
     * @param seed of permutations; of the window, so that it is judged alike each time
     */
    public static DriftReport of(List<Seen> features, DriftPolicy policy, long seed) {
        List<Tested> tested = new ArrayList<>();
        for (Seen seen : features) {
            tested.add(test(seen, policy, seed));
        }
        double[] pValues = tested.stream()
                .filter(Tested::enough)
                .mapToDouble(Tested::pValue)
                .toArray();
        double[] adjusted = BenjaminiHochberg.adjusted(pValues);
        List<FeatureDrift> found = new ArrayList<>();
        int judged = 0;
        int drifted = 0;
        double lowest = 1;
        for (Tested one : tested) {
            double adjustedP = one.enough() ? adjusted[judged++] : 1;
            boolean drifts = one.enough() && adjustedP < policy.level() && one.effect() >= policy.effect();
            drifted += drifts ? 1 : 0;
            lowest = Math.min(lowest, adjustedP);
            found.add(new FeatureDrift(
                    one.seen().reference().feature(),
                    one.statistics(),
                    one.seen().reference().size(),
                    one.seen().sketch().size(),
                    adjustedP,
                    !one.enough() ? Outcome.INCONCLUSIVE : drifts ? Outcome.DRIFTED : Outcome.STABLE));
        }
        Outcome outcome = judged == 0
                ? Outcome.INCONCLUSIVE
                : drifted >= policy.share() * judged ? Outcome.DRIFTED : Outcome.STABLE;
        return new DriftReport(outcome, List.copyOf(found), drifted, judged, lowest);
    }

    private static Tested test(Seen seen, DriftPolicy policy, long seed) {
        boolean enough =
                seen.sketch().size() >= policy.fewest() && seen.reference().size() >= policy.fewest();
        return switch (seen.reference()) {
            case FeatureReference.Numeric numeric -> numeric(seen, numeric, policy, seed, enough);
            case FeatureReference.Categorical categorical -> categorical(seen, categorical, policy, seed, enough);
        };
    }

    private static Tested numeric(
            Seen seen, FeatureReference.Numeric reference, DriftPolicy policy, long seed, boolean enough) {
        long[] before = reference.counts();
        long[] now = seen.sketch().counts();
        double distance = KolmogorovSmirnov.distance(before, now);
        double pValue = KolmogorovSmirnov.limitingP(
                distance, reference.size(), seen.sketch().size());
        double low = Math.min(reference.low(), seen.sketch().low());
        double high = Math.max(reference.high(), seen.sketch().high());
        // A feature that was constant has no deviation; any move of it is beyond all measure.
        double unit = reference.deviation() > 0 ? reference.deviation() : Double.MIN_NORMAL;
        double moved = Wasserstein.distance(reference.intervals(), before, now, low, high);
        double bound = Wasserstein.bound(reference.intervals(), before, now, low, high);
        boolean constant = reference.deviation() == 0;
        List<Statistic> statistics = List.of(
                psi(reference.intervals().grouped(before), reference.intervals().grouped(now), policy, seed, "deciles"),
                new Statistic(
                        Method.KOLMOGOROV_SMIRNOV,
                        "two-sided, limiting distribution",
                        distance,
                        pValue,
                        Double.NaN,
                        fullest(before, now)),
                jensenShannon(before, now),
                new Statistic(
                        Method.WASSERSTEIN,
                        constant ? "in the values' unit" : "in standard deviations of the reference",
                        constant ? moved : moved / unit,
                        Double.NaN,
                        constant ? Double.NaN : 0.1,
                        constant ? bound : bound / unit));
        // A few values that went far move the one, many that went nowhere the other.
        double effect = Math.min(moved / unit, 2 * distance);
        return new Tested(seen, statistics, pValue, effect, enough);
    }

    private static Tested categorical(
            Seen seen, FeatureReference.Categorical reference, DriftPolicy policy, long seed, boolean enough) {
        Categories pooled = Categories.of(reference.counts(), seen.sketch().counts());
        long[] before = pooled.before();
        long[] now = pooled.now();
        ChiSquared.Result chi = pooled.chiSquared();
        Statistic divergence = jensenShannon(before, now);
        List<Statistic> statistics = List.of(
                psi(before, now, policy, seed, "categories, rare ones together"),
                new Statistic(
                        Method.CHI_SQUARED,
                        "homogeneity, rare ones together, " + chi.degrees() + " degrees of freedom",
                        chi.value(),
                        chi.pValue(),
                        Double.NaN,
                        0),
                divergence);
        return new Tested(seen, statistics, pooled.pValue(), divergence.value(), enough);
    }

    private static Statistic psi(long[] before, long[] now, DriftPolicy policy, long seed, String over) {
        Psi.Result psi = Psi.test(before, now, policy.level(), seed);
        String calibration = psi.calibration().name().toLowerCase(Locale.ROOT);
        return new Statistic(
                Method.PSI, over + ", null by " + calibration, psi.value(), psi.pValue(), psi.threshold(), 0);
    }

    private static Statistic jensenShannon(long[] before, long[] now) {
        return new Statistic(
                Method.JENSEN_SHANNON,
                JensenShannon.Variant.DISTANCE_BASE_E.name().toLowerCase(Locale.ROOT),
                JensenShannon.value(before, now, JensenShannon.Variant.DISTANCE_BASE_E),
                Double.NaN,
                0.1,
                0);
    }

    /** The share of the fuller side in the bin where that is largest: how far D may lie below that of the values. */
    private static double fullest(long[] before, long[] now) {
        double m = Math.max(1, Counts.total(before));
        double n = Math.max(1, Counts.total(now));
        double most = 0;
        for (int bin = 0; bin < before.length; bin++) {
            most = Math.max(most, Math.max(before[bin] / m, now[bin] / n));
        }
        return most;
    }
}
