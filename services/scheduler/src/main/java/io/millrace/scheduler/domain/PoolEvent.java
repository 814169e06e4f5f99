package io.millrace.scheduler.domain;

import io.millrace.scheduler.domain.Attempt.StopCause;
import io.millrace.scheduler.domain.Job.EndState;
import io.millrace.scheduler.domain.Promise.RevisionCause;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a pool decides at a tick. */
public sealed interface PoolEvent {

    /** What is published about a job, and covered by the cycle's digest. */
    sealed interface Decision extends PoolEvent {
        String jobId();
    }

    /** @param submittedAt when the pool's log saw the submission, ms: the job's place in a queue rests on it */
    record JobQueued(
            String jobId,
            long submittedAt,
            String submissionId,
            JobRequest request,
            @Nullable Long limitMs) implements Decision {}

    /** All that the job waited for came to the end it waited for; its age counts from {@code since}. */
    record DependenciesMet(String jobId, long since) implements PoolEvent {}

    record JobRejected(String jobId, String submissionId, RejectionCode code, String message) implements Decision {}

    /**
     * @param weight of each of its GPUs in usage, in thousandths
     * @param priority it was placed with; null where the policy computes none
     */
    record JobPlaced(
            String jobId,
            int attempt,
            List<NodeShare> shares,
            String gpuType,
            long at,
            long startBefore,
            long leaseMs,
            JobRequest request,
            @Nullable Long limitMs,
            int weight,
            @Nullable Priority priority,
            Launch launch)
            implements Decision {}

    /** With enforced limits the job starts at {@code startBy} or before. */
    record StartPromised(String jobId, long startBy) implements Decision {}

    /**
     * The promise made last does not hold any more.
     *
     * @param startBy the new promise; null when none can be made
     */
    record PromiseRevised(
            String jobId, long promised, @Nullable Long startBy, RevisionCause cause) implements Decision {}

    /** GPUs are kept for the job as its promise says; null: none any more. */
    record StartPlanned(String jobId, @Nullable Promise promise) implements PoolEvent {}

    /** Nothing was heard of the node for too long. */
    record NodeSilenced(String nodeId) implements PoolEvent {}

    /**
     * A node that was given up was heard of again, and nothing is held there. Its agent may not know that it was given
     * up: it had nothing that it was asked to stop.
     */
    record NodeReturned(String nodeId) implements PoolEvent {}

    /** The job has waited longer than its queue promises. Told once. */
    record StartSlaMissed(String jobId, String queue, String team, long dueAt) implements PoolEvent {}

    record JobRequeued(
            String jobId,
            int attempt,
            RequeueCause cause,
            @Nullable Long startedAt,
            long endedAt,
            long gpuMs) implements Decision {}

    record JobEnded(
            String jobId,
            int attempt,
            EndState state,
            @Nullable Long startedAt,
            long endedAt,
            long gpuMs,
            String message)
            implements Decision {}

    record StopRequested(String jobId, int attempt, StopCause cause, long graceMs) implements Decision {}

    /**
     * An attempt must stop because others need its GPUs; its job goes on later where it was.
     *
     * @param forJob that gets its GPUs; null when a manager asked
     * @param lostGpuMs since its last checkpoint, GPU milliseconds
     */
    record PreemptionRequested(
            String jobId,
            int attempt,
            PreemptionCause cause,
            @Nullable String forJob,
            long lostGpuMs,
            long graceMs) implements Decision {}

    /** When waiting jobs may have waited long enough to make others give way, ms; null when none may. */
    record LookPlanned(@Nullable Long at) implements PoolEvent {}

    /**
     * The set of reasons a waiting job waits for changed.
     *
     * @param reservedFor whom the room is kept for, where that is a reason
     */
    record ReasonsChanged(
            String jobId,
            Set<PendingReason> reasons,
            @Nullable String reservedFor) implements PoolEvent {

        ReasonsChanged(String jobId, Set<PendingReason> reasons) {
            this(jobId, reasons, null);
        }
    }

    /** A tick takes effect. Always the first event; the only one when the tick gives no cycle. */
    record TimeReached(long at) implements PoolEvent {}

    /**
     * The cycle is over. Always its last event.
     *
     * @param cycle its number, from 1
     * @param sequence the play's advance it answers; 0 when no play drives the clock
     */
    record CycleClosed(long cycle, long at, long sequence) implements PoolEvent {}

    /** Why a submission is refused. */
    enum RejectionCode {
        INVALID_GPUS,
        INVALID_LIMIT,
        EXCEEDS_POOL,
        EXCEEDS_QUEUE_LIMIT,
        EXCEEDS_QUOTA,
        EXCEEDS_QUEUED_JOBS,
        UNKNOWN_QUEUE,
        DUPLICATE_JOB,
        INVALID_WORK,
        UNKNOWN_DEPENDENCY
    }

    /** Why an attempt ended without ending its job. */
    enum RequeueCause {
        NOT_STARTED,
        LEASE_EXPIRED,
        NODE_LOST,
        NODE_DRAINED,
        SPOT_INTERRUPTION,
        STOPPED_BY_AGENT,
        PREEMPTED
    }

    /** Why an attempt is preempted. */
    enum PreemptionCause {
        /** A job of higher priority has waited too long. */
        HIGHER_PRIORITY,
        MANAGER
    }
}
