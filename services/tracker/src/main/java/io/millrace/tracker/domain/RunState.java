package io.millrace.tracker.domain;

/** How a run is. */
public enum RunState {
    RUNNING,
    SCHEDULED,
    FINISHED,
    FAILED,
    KILLED,
    /** Over, nobody said how. */
    UNKNOWN;

    public boolean over() {
        return this != RUNNING && this != SCHEDULED;
    }
}
