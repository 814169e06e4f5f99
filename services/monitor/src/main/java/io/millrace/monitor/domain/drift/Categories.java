package io.millrace.monitor.domain.drift;

import java.util.ArrayList;
import java.util.List;
import org.apache.commons.statistics.distribution.HypergeometricDistribution;

/**
 * Counts of categories on both sides, the rare ones taken together: χ² is no χ² where few of a category are expected, and
 * would find drift in one of ten small windows where there is none.
 *
 * @param before of the reference, the rare ones last
 * @param now of the window
 * @param chiSquared of what is frequent enough for it
 * @param pValue also of the rare ones, by an exact test where they are too few even together
 */
record Categories(long[] before, long[] now, ChiSquared.Result chiSquared, double pValue) {

    /** Twice Cochran's 5: at the small p-values that decide here, 5 still finds too much. */
    private static final double EXPECTED = 10;

    private static final double EXPECTED_TOGETHER = 5;

    static Categories of(long[] before, long[] now) {
        double m = Counts.total(before);
        double n = Counts.total(now);
        double share = m + n == 0 ? 0 : Math.min(m, n) / (m + n);
        List<long[]> kept = new ArrayList<>();
        long[] rare = new long[2];
        for (int i = 0; i < before.length; i++) {
            if ((before[i] + now[i]) * share >= EXPECTED) {
                kept.add(new long[] {before[i], now[i]});
            } else {
                rare[0] += before[i];
                rare[1] += now[i];
            }
        }
        boolean few = rare[0] + rare[1] > 0 && (rare[0] + rare[1]) * share < EXPECTED_TOGETHER;
        if (!few) {
            kept.add(rare);
        }
        ChiSquared.Result chi = ChiSquared.test(side(kept, 0), side(kept, 1));
        double pValue = chi.pValue();
        if (few) {
            kept.add(rare);
            pValue = Math.min(1, 2 * Math.min(pValue, exact(rare, m, n)));
        }
        return new Categories(side(kept, 0), side(kept, 1), chi, pValue);
    }

    /** How often chance puts as many of the rare ones, or more, into the window. */
    private static double exact(long[] rare, double m, double n) {
        if (rare[1] == 0) {
            return 1;
        }
        return HypergeometricDistribution.of((int) (m + n), (int) (rare[0] + rare[1]), (int) n)
                .survivalProbability((int) rare[1] - 1);
    }

    private static long[] side(List<long[]> kept, int which) {
        return kept.stream().mapToLong(both -> both[which]).toArray();
    }
}
