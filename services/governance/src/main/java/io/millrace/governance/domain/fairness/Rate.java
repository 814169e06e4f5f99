package io.millrace.governance.domain.fairness;

/** How many of how many. */
public record Rate(long part, long whole) {

    public Rate {
        if (part < 0 || part > whole) {
            throw new IllegalArgumentException(part + " of " + whole + " is no rate");
        }
    }

    /** NaN of nobody. */
    public double value() {
        return whole == 0 ? Double.NaN : (double) part / whole;
    }

    /**
     * Wilson's score interval, which keeps its confidence near 0 and 1 and of few; all there is, of nobody.
     *
     * @param z standard deviations on either side, see {@link FairnessPolicy#deviations}
     */
    public Interval interval(double z) {
        if (whole == 0) {
            return new Interval(0, 1);
        }
        double n = whole;
        double p = value();
        double divisor = 1 + z * z / n;
        double middle = (p + z * z / (2 * n)) / divisor;
        double half = z / divisor * StrictMath.sqrt(p * (1 - p) / n + z * z / (4 * n * n));
        // Rounding must not put the rate itself outside.
        double low = part == 0 ? 0 : Math.min(p, Math.max(0, middle - half));
        double high = part == whole ? 1 : Math.max(p, Math.min(1, middle + half));
        return new Interval(low, high);
    }
}
