package io.millrace.monitor.domain.drift;

/**
 * When a difference counts as drift.
 *
 * @param level a feature drifts where its corrected p-value is below it; also the level of null-calibrated thresholds
 * @param share of the features that drift, from which on the data set does
 * @param fewest values in a window below which nothing is decided
 * @param effect what a difference must reach to be called drift, however sure one is of it: of numbers, this many standard
 *     deviations of the reference and half as large a KS distance; of categories, this Jensen-Shannon distance
 */
public record DriftPolicy(double level, double share, long fewest, double effect) {

    /**
     * At most one false alarm in a hundred, which is promised, asks for half of that as the level: limiting distributions
     * are not exact. Half of the features and a tenth of a standard deviation, as Evidently has them; 100 values.
     */
    public static final DriftPolicy DEFAULT = new DriftPolicy(0.005, 0.5, 100, 0.1);

    public DriftPolicy {
        if (!(level > 0 && level < 1) || !(share > 0 && share <= 1) || fewest < 1 || !(effect >= 0)) {
            throw new IllegalArgumentException("a drift policy needs a level between 0 and 1, a share above 0 up to 1,"
                    + " a fewest from 1 on and an effect from 0 on");
        }
    }
}
