package io.millrace.agent.domain;

/**
 * What an agent has to say of an attempt, and says again until it is stored.
 *
 * @param id the same each time it is said
 * @param at when it happened; ms since the epoch
 * @param nodeId whose part it is about
 * @param cause who stopped the attempt or made it fail; meaningful for STOPPED and FAILED
 */
public record Report(
        String id, AttemptKey key, long at, Kind kind, String nodeId, int exitCode, String reason, Cause.Kind cause) {

    /** The events of the same names, in short. */
    public enum Kind {
        STARTED,
        COMPLETED,
        FAILED,
        STOPPED,
        READY,
        ABORTED,
        ENDED
    }
}
