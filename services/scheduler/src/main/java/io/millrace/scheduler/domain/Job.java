package io.millrace.scheduler.domain;

import java.util.Comparator;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A job as its pool knows it.
 *
 * @param submissionId event id of its submission; orders jobs of the same submit time
 * @param submittedAt when the pool's log saw it, ms
 * @param attempts attempts placed so far
 * @param reasons why it waits; empty unless it waits
 * @param checkpoint newest checkpoint; null when there is none
 */
public record Job(
        String id,
        String submissionId,
        long submittedAt,
        JobRequest request,
        Phase phase,
        int attempts,
        boolean cancelRequested,
        Set<PendingReason> reasons,
        @Nullable Checkpoint checkpoint) {

    /** The order of submissions; total, because job ids differ. */
    static final Comparator<Job> BY_SUBMISSION = Comparator.comparingLong(Job::submittedAt)
            .thenComparing(Job::submissionId)
            .thenComparing(Job::id);

    /** Where a job is in its life. */
    public sealed interface Phase {
        /** Read, not yet answered. */
        record Submitted() implements Phase {}

        record Waiting() implements Phase {}

        /** Holds GPUs. */
        record Active(Attempt attempt) implements Phase {}

        record Ended(EndState state, long at) implements Phase {}
    }

    /** How a job ended. */
    public enum EndState {
        COMPLETED,
        FAILED,
        /** Stopped while it held GPUs, because its user said so. */
        STOPPED,
        /** Cancelled while it waited. */
        CANCELLED,
        /** Reached its limit. */
        TIMED_OUT
    }

    public record Checkpoint(int attempt, long step, String path) {}

    /** A job as it is when its submission is read. */
    public static Job submitted(String id, String submissionId, long at, JobRequest request) {
        return new Job(
                id,
                submissionId,
                at,
                request,
                new Phase.Submitted(),
                0,
                false,
                EnumSet.noneOf(PendingReason.class),
                null);
    }

    /** The attempt that holds GPUs; null when none does. */
    public @Nullable Attempt active() {
        return phase instanceof Phase.Active(Attempt attempt) ? attempt : null;
    }

    boolean waits() {
        return phase instanceof Phase.Waiting;
    }

    Job withPhase(Phase next) {
        return new Job(
                id,
                submissionId,
                submittedAt,
                request,
                next,
                attempts,
                cancelRequested,
                EnumSet.noneOf(PendingReason.class),
                checkpoint);
    }

    /** The same phase with its attempt changed, reasons and all else kept. */
    Job withAttempt(Attempt attempt) {
        return new Job(
                id,
                submissionId,
                submittedAt,
                request,
                new Phase.Active(attempt),
                attempt.number(),
                cancelRequested,
                reasons,
                checkpoint);
    }

    Job withCancelRequested() {
        return new Job(id, submissionId, submittedAt, request, phase, attempts, true, reasons, checkpoint);
    }

    Job withReasons(Set<PendingReason> why) {
        return new Job(id, submissionId, submittedAt, request, phase, attempts, cancelRequested, why, checkpoint);
    }

    Job withCheckpoint(Checkpoint newest) {
        return new Job(id, submissionId, submittedAt, request, phase, attempts, cancelRequested, reasons, newest);
    }
}
