package io.millrace.monitor.domain.detector;

/** Reads a stream value by value, in constant or logarithmic memory; begins anew with the value after a drift. */
public sealed interface ChangeDetector permits Adwin, Ddm, PageHinkley {

    Change update(double value);

    /** What it remembers; the {@code of} of its class, which has the usual settings, goes on with it. */
    double[] state();
}
