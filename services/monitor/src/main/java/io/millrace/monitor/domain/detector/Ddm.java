package io.millrace.monitor.domain.detector;

/** Gama's drift detection method over a stream of errors: the error rate has risen well above its lowest. */
public final class Ddm implements ChangeDetector {

    private final int warmUp;
    private final double warningAt;
    private final double driftAt;

    private boolean drifted;
    private long count;
    private double rate;
    private double lowestRate;
    private double lowestDeviation;

    /** After more than 30 values; warns at 2 standard deviations, drifts at 3. */
    public Ddm() {
        this(30, 2, 3);
    }

    /**
     * @param warmUp values of which nothing is said
     * @param warningAt standard deviations above the lowest error rate
     * @param driftAt standard deviations above the lowest error rate
     */
    public Ddm(int warmUp, double warningAt, double driftAt) {
        this.warmUp = warmUp;
        this.warningAt = warningAt;
        this.driftAt = driftAt;
        begin();
    }

    private void begin() {
        drifted = false;
        count = 0;
        rate = 0;
        lowestRate = Double.POSITIVE_INFINITY;
        lowestDeviation = 0;
    }

    /** With the usual settings, going on with what another remembered. */
    public static Ddm of(double[] state) {
        Ddm detector = new Ddm();
        detector.drifted = state[0] != 0;
        detector.count = (long) state[1];
        detector.rate = state[2];
        detector.lowestRate = state[3];
        detector.lowestDeviation = state[4];
        return detector;
    }

    @Override
    public double[] state() {
        return new double[] {drifted ? 1 : 0, count, rate, lowestRate, lowestDeviation};
    }

    /** @param error 1 where the model was wrong, 0 where it was right */
    @Override
    public Change update(double error) {
        if (drifted) {
            begin();
        }
        count++;
        rate += (error - rate) / count;
        double deviation = StrictMath.sqrt(rate * (1 - rate) / count);
        if (count <= warmUp) {
            return Change.NONE;
        }
        if (rate + deviation <= lowestRate + lowestDeviation) {
            lowestRate = rate;
            lowestDeviation = deviation;
        }
        if (rate + deviation > lowestRate + driftAt * lowestDeviation) {
            drifted = true;
            return Change.DRIFT;
        }
        return rate + deviation > lowestRate + warningAt * lowestDeviation ? Change.WARNING : Change.NONE;
    }
}
