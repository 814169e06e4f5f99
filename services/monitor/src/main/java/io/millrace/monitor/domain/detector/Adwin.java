package io.millrace.monitor.domain.detector;

import java.util.ArrayList;
import java.util.List;

/**
 * Bifet and Gavaldà's adaptive window: keeps as many of the newest values as show no change of their mean, in buckets
 * that double in size, and drops the oldest when a cut parts the window into two of different means.
 */
public final class Adwin implements ChangeDetector {

    private static final int CHECKED_EVERY = 32;
    private static final int MOST_BUCKETS = 5;
    private static final int SHORTEST = 5;
    private static final int GRACE = 10;

    /** Buckets of one size, oldest first. */
    private static final class Row {
        private final double[] totals = new double[MOST_BUCKETS + 1];
        private final double[] variances = new double[MOST_BUCKETS + 1];
        private int count;

        void add(double total, double variance) {
            totals[count] = total;
            variances[count] = variance;
            count++;
        }

        void dropOldest(int dropped) {
            System.arraycopy(totals, dropped, totals, 0, count - dropped);
            System.arraycopy(variances, dropped, variances, 0, count - dropped);
            count -= dropped;
        }
    }

    private final double delta;

    /** The row at index i has buckets of 2^i values. */
    private final List<Row> rows = new ArrayList<>();

    private boolean drifted;
    private long seen;
    private double width;
    private double total;
    private double variance;

    /** With δ 0.002. */
    public Adwin() {
        this(0.002);
    }

    /** @param delta how often a change may be seen where there is none */
    public Adwin(double delta) {
        this.delta = delta;
        begin();
    }

    private void begin() {
        rows.clear();
        rows.add(new Row());
        drifted = false;
        seen = 0;
        width = 0;
        total = 0;
        variance = 0;
    }

    /** With δ 0.002, going on with what another remembered. */
    public static Adwin of(double[] state) {
        Adwin detector = new Adwin();
        detector.drifted = state[0] != 0;
        detector.seen = (long) state[1];
        detector.width = state[2];
        detector.total = state[3];
        detector.variance = state[4];
        detector.rows.clear();
        int at = 5;
        while (at < state.length) {
            Row row = new Row();
            int count = (int) state[at++];
            for (int i = 0; i < count; i++) {
                row.add(state[at], state[at + 1]);
                at += 2;
            }
            detector.rows.add(row);
        }
        return detector;
    }

    @Override
    public double[] state() {
        double[] state =
                new double[5 + rows.stream().mapToInt(row -> 1 + 2 * row.count).sum()];
        state[0] = drifted ? 1 : 0;
        state[1] = seen;
        state[2] = width;
        state[3] = total;
        state[4] = variance;
        int at = 5;
        for (Row row : rows) {
            state[at++] = row.count;
            for (int i = 0; i < row.count; i++) {
                state[at++] = row.totals[i];
                state[at++] = row.variances[i];
            }
        }
        return state;
    }

    /** How many values the window holds. */
    public long width() {
        return (long) width;
    }

    /** Mean of the window; 0 while it is empty. */
    public double mean() {
        return width == 0 ? 0 : total / width;
    }

    @Override
    public Change update(double value) {
        if (drifted) {
            begin();
        }
        insert(value);
        seen++;
        if (seen % CHECKED_EVERY == 0 && width > GRACE) {
            while (cut()) {
                drifted = true;
            }
        }
        return drifted ? Change.DRIFT : Change.NONE;
    }

    private void insert(double value) {
        rows.get(0).add(value, 0);
        width++;
        if (width > 1) {
            double deviation = value - total / (width - 1);
            variance += (width - 1) * deviation * deviation / width;
        }
        total += value;
        for (int i = 0; i < rows.size() && rows.get(i).count > MOST_BUCKETS; i++) {
            if (i + 1 == rows.size()) {
                rows.add(new Row());
            }
            Row row = rows.get(i);
            double size = size(i);
            double apart = (row.totals[0] - row.totals[1]) / size;
            rows.get(i + 1)
                    .add(row.totals[0] + row.totals[1], row.variances[0] + row.variances[1] + size * apart * apart / 2);
            row.dropOldest(2);
        }
    }

    private static double size(int row) {
        return (double) (1L << row);
    }

    /** Drops the oldest bucket where some cut parts the window into two of different means. */
    private boolean cut() {
        double before = 0;
        double after = width;
        double totalBefore = 0;
        double totalAfter = total;
        for (int i = rows.size() - 1; i >= 0; i--) {
            Row row = rows.get(i);
            for (int k = 0; k < row.count; k++) {
                before += size(i);
                after -= size(i);
                totalBefore += row.totals[k];
                totalAfter -= row.totals[k];
                if (after >= SHORTEST
                        && before >= SHORTEST
                        && differ(before, after, totalBefore / before - totalAfter / after)) {
                    dropOldest();
                    return true;
                }
            }
        }
        return false;
    }

    private boolean differ(double before, double after, double means) {
        double confidence = StrictMath.log(2 * StrictMath.log(width) / delta);
        double harmonic = 1 / (before - SHORTEST + 1) + 1 / (after - SHORTEST + 1);
        double bound =
                StrictMath.sqrt(2 * harmonic * (variance / width) * confidence) + 2.0 / 3 * confidence * harmonic;
        return Math.abs(means) > bound;
    }

    private void dropOldest() {
        int last = rows.size() - 1;
        Row row = rows.get(last);
        double size = size(last);
        double dropped = row.totals[0];
        width -= size;
        total -= dropped;
        double apart = dropped / size - total / width;
        variance -= row.variances[0] + size * width * apart * apart / (size + width);
        row.dropOldest(1);
        if (row.count == 0) {
            rows.remove(last);
        }
    }
}
