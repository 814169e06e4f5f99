package io.millrace.monitor.domain.detector;

/** Page and Hinkley's test: the mean has moved up or down by more than it wanders. */
public final class PageHinkley implements ChangeDetector {

    private static final double FORGETTING = 1 - 0.0001;

    private final int fewest;
    private final double delta;
    private final double threshold;

    private boolean drifted;
    private long count;
    private double mean;
    private double up;
    private double down;
    private double lowestUp;
    private double highestDown;

    /** After 30 values at the earliest, with δ 0.005 and λ 50. */
    public PageHinkley() {
        this(30, 0.005, 50);
    }

    /**
     * @param fewest values before it says anything
     * @param delta deviation from the mean that is none
     * @param threshold sum of deviations that is a drift
     */
    public PageHinkley(int fewest, double delta, double threshold) {
        this.fewest = fewest;
        this.delta = delta;
        this.threshold = threshold;
        begin();
    }

    private void begin() {
        drifted = false;
        count = 0;
        mean = 0;
        up = 0;
        down = 0;
        lowestUp = Double.POSITIVE_INFINITY;
        highestDown = -1;
    }

    /** With the usual settings, going on with what another remembered. */
    public static PageHinkley of(double[] state) {
        PageHinkley detector = new PageHinkley();
        detector.drifted = state[0] != 0;
        detector.count = (long) state[1];
        detector.mean = state[2];
        detector.up = state[3];
        detector.down = state[4];
        detector.lowestUp = state[5];
        detector.highestDown = state[6];
        return detector;
    }

    @Override
    public double[] state() {
        return new double[] {drifted ? 1 : 0, count, mean, up, down, lowestUp, highestDown};
    }

    @Override
    public Change update(double value) {
        if (drifted) {
            begin();
        }
        count++;
        mean += (value - mean) / count;
        double deviation = value - mean;
        up = FORGETTING * up + deviation - delta;
        down = FORGETTING * down + deviation + delta;
        lowestUp = Math.min(lowestUp, up);
        highestDown = Math.max(highestDown, down);
        drifted = count >= fewest && (up - lowestUp > threshold || highestDown - down > threshold);
        return drifted ? Change.DRIFT : Change.NONE;
    }
}
