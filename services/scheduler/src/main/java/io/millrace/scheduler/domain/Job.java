package io.millrace.scheduler.domain;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A job as its pool knows it.
 *
 * @param submissionId event id of its submission; orders jobs of the same submit time
 * @param submittedAt when the pool's log saw it, ms
 * @param since from when on its age counts and its place in a queue rests on, ms: its submission, or when the last job it
 *     waited for came to its end
 * @param attempts attempts placed so far
 * @param reasons why it waits; empty unless it waits
 * @param reservedFor the job that its room is kept for; null unless that is a reason
 * @param checkpoint newest checkpoint; null when there is none
 * @param promise GPUs kept for it while it waits; null when none are
 * @param preemptedFor jobs that it made room for, once for each time
 * @param overridden whether a manager put it before others
 * @param slaMissed whether it was told that it has waited longer than its queue promises
 */
public record Job(
        String id,
        String submissionId,
        long submittedAt,
        long since,
        JobRequest request,
        Phase phase,
        int attempts,
        boolean cancelRequested,
        Set<PendingReason> reasons,
        @Nullable String reservedFor,
        @Nullable Checkpoint checkpoint,
        @Nullable Promise promise,
        List<String> preemptedFor,
        boolean overridden,
        boolean slaMissed) {

    /** The order of submissions, of those that waited for others from then on; total, because job ids differ. */
    static final Comparator<Job> BY_SUBMISSION = Job::compareSubmission;

    private static int compareSubmission(Job one, Job other) {
        int order = Long.compare(one.since, other.since);
        if (order == 0) {
            order = one.submissionId.compareTo(other.submissionId);
        }
        return order == 0 ? one.id.compareTo(other.id) : order;
    }

    /** Where a job is in its life. */
    public sealed interface Phase {
        /** Read, not yet answered. */
        record Submitted() implements Phase {}

        /** Accepted; waits for the end of other jobs. */
        record Depending() implements Phase {}

        /** Waits for room since {@code from}, ms: since it was queued, or since its last attempt was over. */
        record Waiting(long from) implements Phase {}

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

    /** @param at when it was saved, ms */
    public record Checkpoint(int attempt, long step, String path, long at) {}

    /** A job as it is when its submission is read. */
    public static Job submitted(String id, String submissionId, long at, JobRequest request) {
        return new Job(
                id,
                submissionId,
                at,
                at,
                request,
                new Phase.Submitted(),
                0,
                false,
                EnumSet.noneOf(PendingReason.class),
                null,
                null,
                null,
                List.of(),
                false,
                false);
    }

    /** The attempt that holds GPUs; null when none does. */
    public @Nullable Attempt active() {
        return phase instanceof Phase.Active(Attempt attempt) ? attempt : null;
    }

    /** Accepted, and without GPUs. */
    boolean waits() {
        return phase instanceof Phase.Waiting || phase instanceof Phase.Depending;
    }

    /** Waits for room from now on, which it is told at its turn; reasons stay until then. */
    Job withDependenciesMet(long ageFrom, long now) {
        return new Job(
                id,
                submissionId,
                submittedAt,
                ageFrom,
                request.withoutDependencies(),
                new Phase.Waiting(now),
                attempts,
                cancelRequested,
                reasons,
                reservedFor,
                checkpoint,
                promise,
                preemptedFor,
                overridden,
                slaMissed);
    }

    /** Whether both wait for room, and nothing differs that decides where: reasons, a wish to cancel and checkpoints don't. */
    boolean waitsAs(Job next) {
        return phase instanceof Phase.Waiting
                && next.phase instanceof Phase.Waiting
                && request == next.request
                && since == next.since
                && submissionId.equals(next.submissionId)
                && attempts == next.attempts
                && overridden == next.overridden
                && slaMissed == next.slaMissed
                && Objects.equals(promise, next.promise);
    }

    /** In another phase, where neither reasons nor a promise of the last one count. */
    Job withPhase(Phase next) {
        return new Job(
                id,
                submissionId,
                submittedAt,
                since,
                request,
                next,
                attempts,
                cancelRequested,
                EnumSet.noneOf(PendingReason.class),
                null,
                checkpoint,
                null,
                preemptedFor,
                overridden,
                slaMissed);
    }

    /** The same phase with its attempt changed, reasons and all else kept. */
    Job withAttempt(Attempt attempt) {
        return new Job(
                id,
                submissionId,
                submittedAt,
                since,
                request,
                new Phase.Active(attempt),
                attempt.number(),
                cancelRequested,
                reasons,
                reservedFor,
                checkpoint,
                promise,
                preemptedFor,
                overridden,
                slaMissed);
    }

    Job withCancelRequested() {
        return new Job(
                id,
                submissionId,
                submittedAt,
                since,
                request,
                phase,
                attempts,
                true,
                reasons,
                reservedFor,
                checkpoint,
                promise,
                preemptedFor,
                overridden,
                slaMissed);
    }

    Job withReasons(Set<PendingReason> why, @Nullable String keptFor) {
        return new Job(
                id,
                submissionId,
                submittedAt,
                since,
                request,
                phase,
                attempts,
                cancelRequested,
                why,
                keptFor,
                checkpoint,
                promise,
                preemptedFor,
                overridden,
                slaMissed);
    }

    Job withCheckpoint(Checkpoint newest) {
        return new Job(
                id,
                submissionId,
                submittedAt,
                since,
                request,
                phase,
                attempts,
                cancelRequested,
                reasons,
                reservedFor,
                newest,
                promise,
                preemptedFor,
                overridden,
                slaMissed);
    }

    Job withPromise(@Nullable Promise next) {
        return new Job(
                id,
                submissionId,
                submittedAt,
                since,
                request,
                phase,
                attempts,
                cancelRequested,
                reasons,
                reservedFor,
                checkpoint,
                next,
                preemptedFor,
                overridden,
                slaMissed);
    }

    /** It has to make room for another. */
    Job withPreemptedFor(String jobId) {
        List<String> more = new ArrayList<>(preemptedFor);
        more.add(jobId);
        return new Job(
                id,
                submissionId,
                submittedAt,
                since,
                request,
                phase,
                attempts,
                cancelRequested,
                reasons,
                reservedFor,
                checkpoint,
                promise,
                List.copyOf(more),
                overridden,
                slaMissed);
    }

    Job withOverride() {
        return new Job(
                id,
                submissionId,
                submittedAt,
                since,
                request,
                phase,
                attempts,
                cancelRequested,
                reasons,
                reservedFor,
                checkpoint,
                promise,
                preemptedFor,
                true,
                slaMissed);
    }

    Job withSlaMissed() {
        return new Job(
                id,
                submissionId,
                submittedAt,
                since,
                request,
                phase,
                attempts,
                cancelRequested,
                reasons,
                reservedFor,
                checkpoint,
                promise,
                preemptedFor,
                overridden,
                true);
    }
}
