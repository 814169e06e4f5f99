package io.millrace.monitor.domain.alert;

/**
 * A figure, and between what it may lie as far as chance goes.
 *
 * @param low at most {@code value}
 * @param high at least {@code value}
 */
public record Figure(double value, double low, double high) {

    /** Looked at some fifty times while labels come in, so this is farther out than for one look. */
    private static final double DEVIATIONS = 3;

    /** Of fewer cases a share says nothing. */
    private static final long FEWEST = 30;

    /** Of which nothing is left to chance. */
    public static Figure exact(double value) {
        return new Figure(value, value, value);
    }

    /** A share of so many cases, with Wilson's interval of three standard deviations. */
    public static Figure share(double share, long cases) {
        if (cases < FEWEST) {
            return new Figure(share, 0, 1);
        }
        double spread = DEVIATIONS * DEVIATIONS / cases;
        double middle = (share + spread / 2) / (1 + spread);
        double half = StrictMath.sqrt(share * (1 - share) * spread + spread * spread / 4) / (1 + spread);
        return new Figure(share, Math.min(share, middle - half), Math.max(share, middle + half));
    }
}
