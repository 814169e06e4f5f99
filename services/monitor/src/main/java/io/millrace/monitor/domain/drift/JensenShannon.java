package io.millrace.monitor.domain.drift;

/** How far two distributions are from their mean, in one of several variants that are often taken for each other. */
public final class JensenShannon {

    /** Which of them a figure is. */
    public enum Variant {
        /** In bits, from 0 to 1. */
        DIVERGENCE_BASE_2,
        /** In nats, from 0 to ln 2. */
        DIVERGENCE_BASE_E,
        /** Square root of the divergence in bits, from 0 to 1. */
        DISTANCE_BASE_2,
        /** Square root of the divergence in nats, from 0 to √(ln 2). */
        DISTANCE_BASE_E
    }

    private JensenShannon() {}

    /** By counts on the same bins; 0 where either side is empty. */
    public static double value(long[] reference, long[] window, Variant variant) {
        double m = Counts.total(reference);
        double n = Counts.total(window);
        if (m == 0 || n == 0) {
            return 0;
        }
        double nats = 0;
        for (int i = 0; i < reference.length; i++) {
            double p = reference[i] / m;
            double q = window[i] / n;
            double middle = (p + q) / 2;
            nats += term(p, middle) / 2 + term(q, middle) / 2;
        }
        nats = Math.max(0, nats);
        return switch (variant) {
            case DIVERGENCE_BASE_E -> nats;
            case DIVERGENCE_BASE_2 -> nats / StrictMath.log(2);
            case DISTANCE_BASE_E -> StrictMath.sqrt(nats);
            case DISTANCE_BASE_2 -> StrictMath.sqrt(nats / StrictMath.log(2));
        };
    }

    private static double term(double share, double middle) {
        return share == 0 ? 0 : share * StrictMath.log(share / middle);
    }
}
