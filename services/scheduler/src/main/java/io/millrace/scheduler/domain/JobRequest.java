package io.millrace.scheduler.domain;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a user asked for.
 *
 * @param gpus GPUs needed, all at once
 * @param gpuType model the GPUs must have; null for any
 * @param gpusPerNode GPUs wanted on each node; null to let the scheduler pack
 * @param limitMs longest the job may run; null for its queue's own limit
 * @param estimateMs the user's guess of the length; orders, never reserves
 * @param type what the user says the job is for
 * @param deadlineMs when the user says its result is needed, ms since the epoch; null for no deadline
 * @param array which of the jobs submitted together it is; null when it was submitted by itself
 * @param after jobs that must come to an end first
 */
public record JobRequest(
        String queue,
        String team,
        String user,
        int gpus,
        @Nullable String gpuType,
        @Nullable Integer gpusPerNode,
        @Nullable Long limitMs,
        @Nullable Long estimateMs,
        JobType type,
        @Nullable Long deadlineMs,
        @Nullable ArrayMembership array,
        List<Dependency> after) {

    /** A request by itself. */
    public JobRequest(
            String queue,
            String team,
            String user,
            int gpus,
            @Nullable String gpuType,
            @Nullable Integer gpusPerNode,
            @Nullable Long limitMs,
            @Nullable Long estimateMs,
            JobType type,
            @Nullable Long deadlineMs) {
        this(queue, team, user, gpus, gpuType, gpusPerNode, limitMs, estimateMs, type, deadlineMs, null, List.of());
    }

    /** A request that claims nothing: an experiment without a deadline. */
    public JobRequest(
            String queue,
            String team,
            String user,
            int gpus,
            @Nullable String gpuType,
            @Nullable Integer gpusPerNode,
            @Nullable Long limitMs,
            @Nullable Long estimateMs) {
        this(queue, team, user, gpus, gpuType, gpusPerNode, limitMs, estimateMs, JobType.EXPERIMENTATION, null);
    }

    /** The same without what it waits for. */
    JobRequest withoutDependencies() {
        return after.isEmpty()
                ? this
                : new JobRequest(
                        queue,
                        team,
                        user,
                        gpus,
                        gpuType,
                        gpusPerNode,
                        limitMs,
                        estimateMs,
                        type,
                        deadlineMs,
                        array,
                        List.of());
    }

    /** What decides where the job fits: requests of the same shape fit or don't fit alike. */
    public Shape shape() {
        return new Shape(gpus, gpuType, gpusPerNode);
    }

    /** The part of a request that placement looks at. */
    public record Shape(
            int gpus, @Nullable String gpuType, @Nullable Integer gpusPerNode) {}
}
