package io.millrace.scheduler.api;

import io.millrace.scheduler.domain.PendingReason;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a job is where it is.
 *
 * @param position in its pool's queue, from 1; null unless it waits
 * @param ahead the last few jobs before it
 * @param blockers all that holds it back, and what would change that
 * @param free what its pool has for it now; null unless it waits
 * @param decisions what was decided about it, in order; the newest 200
 */
public record Explanation(
        JobRow job,
        @Nullable String policy,
        @Nullable String policySha256,
        @Nullable Integer position,
        List<String> ahead,
        List<Blocker> blockers,
        @Nullable Free free,
        List<JobView.Step> decisions) {

    /** A reason, and what would change it. */
    public record Blocker(String reason, String remedy) {}

    /**
     * GPUs of the type the job needs.
     *
     * @param largestBlock most free GPUs on one node
     */
    public record Free(int gpus, int freeGpus, int freeWholeNodes, int largestBlock) {}

    /**
     * Whom room is kept for.
     *
     * @param startsBy null when no start is promised
     */
    record KeptFor(String jobId, @Nullable Instant startsBy) {}

    static List<Blocker> blockers(
            List<String> reasons, Free free, @Nullable String head, @Nullable KeptFor kept) {
        return reasons.stream()
                .map(reason -> new Blocker(reason, remedy(PendingReason.valueOf(reason), free, head, kept)))
                .toList();
    }

    private static String remedy(
            PendingReason reason, Free free, @Nullable String head, @Nullable KeptFor kept) {
        return switch (reason) {
            case QUOTA_USER -> "jobs of the same user must end first";
            case QUOTA_TEAM -> "jobs of the same team must end first";
            case NO_MATCHING_GPU_TYPE ->
                "a node with that GPU type must join the pool, or the job must ask for another";
            case INSUFFICIENT_GPUS ->
                free.gpus() == 0
                        ? "a node must join the pool: it has no GPUs the job could use"
                        : "running jobs must end: " + free.freeGpus() + " of " + free.gpus() + " GPUs are free";
            case FRAGMENTATION ->
                "GPUs must become free together: " + free.freeGpus() + " are free, at most " + free.largestBlock()
                        + " on one node, " + free.freeWholeNodes() + " whole nodes";
            case RESERVED_FOR ->
                "there is room, but it is kept for " + (kept == null ? "another job" : kept.jobId())
                        + (kept == null || kept.startsBy() == null ? "" : ", which starts by " + kept.startsBy());
            case BELOW_QUEUE_HEAD ->
                "the policy places nothing past the first job that waits for room"
                        + (head == null ? "" : "; the queue's head is " + head);
            case NODE_DOWN -> "nodes that are down, drained or suspect must come back";
        };
    }
}
