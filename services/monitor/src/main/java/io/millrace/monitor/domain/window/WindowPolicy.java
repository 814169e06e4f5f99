package io.millrace.monitor.domain.window;

/**
 * Lengths, in ms.
 *
 * @param service of the windows that service quality is told of
 * @param drift of the windows that drift is judged in; a multiple of the former
 * @param grace how long after its end a window waits for what is late
 * @param leap from how far ahead on a record's clock is not believed alone
 * @param silence after how long without predictions time passes without them
 */
public record WindowPolicy(long service, long drift, long grace, long leap, long silence) {

    public WindowPolicy {
        if (service < 1 || drift < service || drift % service != 0 || grace < 0 || leap < 1 || silence < 1) {
            throw new IllegalArgumentException("a service window of " + service + " ms must be above 0, one of drift, "
                    + drift + " ms, a multiple of it, the grace of " + grace
                    + " ms not below 0, and the leap of " + leap + " ms and the silence of " + silence + " ms above 0");
        }
    }

    public long serviceStart(long time) {
        return Math.floorDiv(time, service) * service;
    }

    public long driftStart(long time) {
        return Math.floorDiv(time, drift) * drift;
    }

    /** Whether a service window that a time falls into is over. */
    public boolean isLate(long time, long now) {
        return now != StreamTime.NONE && serviceStart(time) + service + grace <= now;
    }
}
