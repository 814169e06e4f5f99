package io.millrace.agent.domain;

/** What an agent reads in topics or sees on its node. */
public sealed interface Input {

    /** The scheduler placed an attempt, here or elsewhere. */
    record Placed(Placement placement) implements Input {}

    /** The scheduler wants an attempt stopped. */
    record StopAsked(AttemptKey key, Cause.Kind by, String reason, long graceMs) implements Input {}

    /** For the scheduler the attempt is over. */
    record Closed(AttemptKey key) implements Input {}

    // ---- what agents said of an attempt, in the order of the log; one's own words too

    record Ready(AttemptKey key, String nodeId) implements Input {}

    record Aborted(AttemptKey key, String nodeId, String reason) implements Input {}

    record Ended(AttemptKey key, String nodeId, int exitCode, String reason) implements Input {}

    record PartBeat(AttemptKey key, String nodeId) implements Input {}

    /**
     * The lead's word that all parts are alive.
     *
     * @param saidAt when it was said, by the lead's clock; ms since the epoch
     */
    record LeadBeat(AttemptKey key, long saidAt) implements Input {}

    // ---- what happened on this node

    /** The process runs. */
    record Launched(AttemptKey key) implements Input {}

    /** The process can't be started, and was not. */
    record NotLaunched(AttemptKey key, int exitCode, String reason) implements Input {}

    /** The start came too late, and nothing was started. */
    record TooLate(AttemptKey key) implements Input {}

    /** The process and all it started are gone. */
    record Exited(AttemptKey key, int exitCode, How how) implements Input {}

    /** How a process came to its end. */
    enum How {
        BY_ITSELF,
        /** Killed because the agent had not renewed its lease. */
        LEASE_EXPIRED,
        /** What ran it is gone, so that nobody knows. */
        LOST
    }

    /** A sign of life was stored; it was sent at that time. */
    record BeatStored(AttemptKey key, long sentAt) implements Input {}

    /** A report was stored. */
    record ReportStored(String id) implements Input {}

    /** This agent is to end, and its jobs with it. */
    record ShutDown(long graceMs) implements Input {}
}
