package io.millrace.simulator.trace;

/** How a job ended, by its trace. */
public enum TracedEnd {
    COMPLETED,
    FAILED,
    /** Stopped by its own user. */
    KILLED
}
