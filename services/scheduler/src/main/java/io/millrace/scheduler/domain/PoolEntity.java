package io.millrace.scheduler.domain;

import io.millrace.scheduler.domain.PoolInput.Tick;
import org.jspecify.annotations.Nullable;

/** A part of a pool's state that is stored, and hashed, by itself. */
public sealed interface PoolEntity {

    record JobEntity(Job job) implements PoolEntity {}

    record NodeEntity(Node node) implements PoolEntity {}

    /** A submission under an id that is taken, waiting to be refused. */
    record DuplicateEntity(String jobId, String submissionId) implements PoolEntity {}

    /** An attempt that is heard of although it is not the job's current one, waiting to be stopped. */
    record StaleEntity(String jobId, int attempt) implements PoolEntity {}

    /** The policy in force, with the text it was read from. */
    record PolicyEntity(SchedulingPolicy policy, String document, String sha256) implements PoolEntity {}

    /**
     * What belongs to the pool as a whole.
     *
     * @param now logical time, ms
     * @param observed sum of the time steps that were surely watched, ms
     * @param cycle cycles closed so far
     * @param folded inputs of others folded so far
     * @param changed whether something happened since the last cycle that may change a decision
     * @param tick a tick that was read and not yet acted on; null when there is none
     */
    record HeaderEntity(
            long now,
            long observed,
            long cycle,
            long folded,
            boolean changed,
            @Nullable Tick tick) implements PoolEntity {}

    /** Where the entity is stored, unique in its pool. */
    default String key() {
        return switch (this) {
            case JobEntity(Job job) -> "job/" + job.id();
            case NodeEntity(Node node) -> "node/" + node.id();
            case DuplicateEntity(String jobId, String submissionId) ->
                "duplicate/" + jobId.length() + "/" + jobId + "/" + submissionId;
            case StaleEntity(String jobId, int attempt) -> "stale/" + jobId + "/" + attempt;
            case PolicyEntity policy -> "policy";
            case HeaderEntity header -> "header";
        };
    }
}
