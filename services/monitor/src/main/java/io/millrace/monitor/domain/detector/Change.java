package io.millrace.monitor.domain.detector;

/** What a detector says of the value it was given last. */
public enum Change {
    NONE,
    /** It may be about to change. */
    WARNING,
    DRIFT
}
