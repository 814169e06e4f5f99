package io.millrace.scheduler.domain;

import io.millrace.scheduler.domain.Attempt.EndKind;
import io.millrace.scheduler.domain.Job.Checkpoint;
import io.millrace.scheduler.domain.Node.Health;
import org.jspecify.annotations.Nullable;

/** What a pool's log holds, in the pool's words. {@link #at} is when it happened as far as the log can tell, in ms. */
public sealed interface PoolInput {

    long at();

    /** An input that others sent, counted when a play waits until all it sent was folded. */
    sealed interface Sent extends PoolInput {}

    /** @param work what is to be run; null for a job that only holds its GPUs */
    record JobSubmitted(
            long at,
            String eventId,
            String jobId,
            JobRequest request,
            @Nullable Work work) implements Sent {

        /** Of a job that only holds its GPUs. */
        public JobSubmitted(long at, String eventId, String jobId, JobRequest request) {
            this(at, eventId, jobId, request, null);
        }
    }

    record CancelRequested(long at, String jobId) implements Sent {}

    record CheckpointSaved(long at, String jobId, Checkpoint checkpoint) implements Sent {}

    /** Progress is for the eyes of others; the pool only counts that it was told. */
    record ProgressReported(long at, String jobId) implements Sent {}

    record AttemptStarted(long at, String jobId, int attempt) implements Sent {}

    record HeartbeatSeen(long at, String jobId, int attempt) implements Sent {}

    record AttemptEnded(long at, String jobId, int attempt, EndKind kind, String message) implements Sent {}

    /**
     * @param address where other nodes reach it; null when nobody needs to
     * @param silentAfterMs how long nothing may be heard of it; null for ever
     */
    record NodeUp(
            long at,
            String eventId,
            String nodeId,
            int gpus,
            String gpuType,
            @Nullable String address,
            @Nullable Long silentAfterMs)
            implements Sent {

        /** Of a node that nobody needs to reach or to hear of. */
        public NodeUp(long at, String eventId, String nodeId, int gpus, String gpuType) {
            this(at, eventId, nodeId, gpus, gpuType, null, null);
        }
    }

    record NodeHeard(long at, String nodeId) implements Sent {}

    /** The node's health is now {@code health}: anything but UP. */
    record NodeHealthChanged(long at, String eventId, String nodeId, Health health) implements Sent {}

    record PolicyAdopted(long at, SchedulingPolicy policy, String document, String sha256) implements PoolInput {}

    /** The organisation says this of a team or a user from now on. */
    record MemberDefined(long at, Member member) implements PoolInput {}

    /** A manager puts a job before others. */
    record PriorityOverridden(long at, String jobId, String by, String reason) implements PoolInput {}

    /** A manager has a running job stopped and requeued. */
    record PreemptionOrdered(long at, String jobId, String by, String reason) implements PoolInput {}

    /**
     * Time reached {@code at}.
     *
     * @param sequence the play's advance; 0 when the pool's own clock ticked
     * @param awaited inputs of others that must have been folded first; 0 for no waiting
     */
    record Tick(long at, long sequence, long awaited) implements PoolInput {}
}
