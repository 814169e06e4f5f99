package io.millrace.scheduler.domain;

import io.millrace.scheduler.domain.PoolInput.Tick;
import io.millrace.scheduler.domain.Promise.RevisionCause;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A part of a pool's state that is stored, and hashed, by itself. */
public sealed interface PoolEntity {

    record JobEntity(Job job) implements PoolEntity {}

    /** Of a job that has not ended. By itself, because a job changes often and its work never. */
    record WorkEntity(String jobId, Work work) implements PoolEntity {}

    record NodeEntity(Node node) implements PoolEntity {}

    /** When a node was last heard of, in observed time, roughly. By itself: it changes often and the node does not. */
    record HeardEntity(String nodeId, long observed) implements PoolEntity {}

    /** A submission under an id that is taken, waiting to be refused. */
    record DuplicateEntity(String jobId, String submissionId) implements PoolEntity {}

    /** An attempt that is heard of although it is not the job's current one, waiting to be stopped. */
    record StaleEntity(String jobId, int attempt) implements PoolEntity {}

    record MemberEntity(Member member) implements PoolEntity {}

    record AccountEntity(UserAccount account) implements PoolEntity {}

    record LengthsEntity(RunLengths lengths) implements PoolEntity {}

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
     * @param disturbances what happened since the last cycle that may move a promised start
     * @param lookAt when waiting jobs may have waited long enough to make others give way, ms; null when none may
     */
    record HeaderEntity(
            long now,
            long observed,
            long cycle,
            long folded,
            boolean changed,
            @Nullable Tick tick,
            SortedSet<RevisionCause> disturbances,
            @Nullable Long lookAt)
            implements PoolEntity {

        static final HeaderEntity FIRST = new HeaderEntity(0, 0, 0, 0, false, null, Collections.emptySortedSet(), null);

        /** One more input of others is folded. */
        HeaderEntity withFolded() {
            return new HeaderEntity(now, observed, cycle, folded + 1, changed, tick, disturbances, lookAt);
        }

        HeaderEntity withChanged() {
            return changed ? this : new HeaderEntity(now, observed, cycle, folded, true, tick, disturbances, lookAt);
        }

        HeaderEntity withTick(Tick read) {
            return new HeaderEntity(now, observed, cycle, folded, changed, read, disturbances, lookAt);
        }

        /** The tick takes effect. */
        HeaderEntity reached(long at, long watched) {
            return new HeaderEntity(at, observed + watched, cycle, folded, changed, null, disturbances, lookAt);
        }

        HeaderEntity withDisturbance(RevisionCause cause) {
            if (disturbances.contains(cause)) {
                return this;
            }
            SortedSet<RevisionCause> more = new TreeSet<>(disturbances);
            more.add(cause);
            return new HeaderEntity(now, observed, cycle, folded, changed, tick, more, lookAt);
        }

        HeaderEntity withLookAt(@Nullable Long at) {
            return new HeaderEntity(now, observed, cycle, folded, changed, tick, disturbances, at);
        }

        HeaderEntity closed(long number) {
            return new HeaderEntity(now, observed, number, folded, false, null, Collections.emptySortedSet(), lookAt);
        }
    }

    /** Where the entity is stored, unique in its pool. */
    default String key() {
        return switch (this) {
            case JobEntity(Job job) -> jobKey(job.id());
            case WorkEntity(String jobId, Work work) -> workKey(jobId);
            case NodeEntity(Node node) -> "node/" + node.id();
            case HeardEntity(String nodeId, long observed) -> heardKey(nodeId);
            case DuplicateEntity(String jobId, String submissionId) ->
                "duplicate/" + jobId.length() + "/" + jobId + "/" + submissionId;
            case StaleEntity(String jobId, int attempt) -> "stale/" + jobId + "/" + attempt;
            case MemberEntity(Member.Team team) -> "team/" + team.name();
            case MemberEntity(Member.User user) -> "user/" + user.name();
            case AccountEntity(UserAccount account) -> accountKey(account.team(), account.user());
            case LengthsEntity(RunLengths lengths) -> lengthsKey(lengths.user(), lengths.shape());
            case PolicyEntity policy -> "policy";
            case HeaderEntity header -> "header";
        };
    }

    static String heardKey(String nodeId) {
        return "heard/" + nodeId;
    }

    static String workKey(String jobId) {
        return "work/" + jobId;
    }

    static String jobKey(String jobId) {
        return "job/" + jobId;
    }

    /** A team's name holds no '/'. */
    static String accountKey(String team, String user) {
        return "account/" + team + "/" + user;
    }

    static String lengthsKey(String user, JobRequest.Shape shape) {
        return "lengths/" + shape.gpus() + "/" + shape.gpusPerNode() + "/" + user + "/" + shape.gpuType();
    }
}
