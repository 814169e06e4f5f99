package io.millrace.agent.domain;

/**
 * Why an attempt ends other than by success.
 *
 * @param exitCode of the process that failed; 0 where none did
 */
public record Cause(Kind kind, int exitCode, String reason) {

    /** Who or what ended it. */
    public enum Kind {
        /** A process ended by itself without success, or could not be started. */
        FAILED,
        USER,
        SCHEDULER,
        LEASE_EXPIRED,
        NODE_LOST
    }

    static Cause failed(int exitCode, String reason) {
        return new Cause(Kind.FAILED, exitCode, reason);
    }

    static Cause stopped(Kind kind, String reason) {
        return new Cause(kind, 0, reason);
    }
}
