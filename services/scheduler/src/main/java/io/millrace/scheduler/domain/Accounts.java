package io.millrace.scheduler.domain;

import io.millrace.scheduler.domain.Job.EndState;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what users have had of a pool, and how long their jobs ran. Attempts are counted when a decision says so, in its
 * order, because sums of fractions depend on their order.
 */
final class Accounts {

    private final PoolEntities entities;

    Accounts(PoolEntities entities) {
        this.entities = entities;
    }

    /** A job was placed. */
    void placed(Job job, long now) {
        long halfLife = entities.policy() == null
                ? UsageAccount.HALF_LIFE_MS
                : entities.policy().policy().priority().usageHalfLifeMs();
        entities.put(of(job).withJob(now, halfLife));
    }

    /** Usage follows what became known of an attempt's start. */
    void countStart(Job job) {
        Attempt attempt = job.active();
        if (attempt != null && attempt.isMiscounted()) {
            entities.put(of(job).withUsage(counted(of(job).usage(), attempt, attempt.startedAt())));
            entities.put(job.withAttempt(attempt.withCounted()));
        }
    }

    private static UsageAccount counted(UsageAccount usage, Attempt attempt, @Nullable Long start) {
        Long before = attempt.countedFrom();
        if (Objects.equals(before, start)) {
            return usage;
        }
        UsageAccount without = before == null ? usage : usage.ended(attempt.gpus(), attempt.weight(), before, 0);
        return start == null ? without : without.started(attempt.gpus(), attempt.weight(), start);
    }

    /** The job's attempt is over, from a start to an end: final, whatever was counted before. */
    void settle(Job job, @Nullable Long startedAt, long endedAt, long gpuMs) {
        Attempt attempt = job.active();
        if (attempt == null) {
            return;
        }
        UsageAccount usage = counted(of(job).usage(), attempt, startedAt);
        UsageAccount settled =
                startedAt == null ? usage : usage.ended(attempt.gpus(), attempt.weight(), endedAt, gpuMs);
        if (!settled.equals(of(job).usage())) {
            entities.put(of(job).withUsage(settled));
        }
    }

    /** A job that ran is over. */
    void learn(Job job, PoolEvent.JobEnded ended) {
        if (ended.startedAt() == null || ended.state() == EndState.CANCELLED) {
            return;
        }
        String user = job.request().user();
        JobRequest.Shape shape = job.request().shape();
        long length = Math.max(0, ended.endedAt() - ended.startedAt());
        RunLengths known = entities.lengths(new RunLengths.Of(user, shape));
        entities.put(known == null ? new RunLengths(user, shape, length, null) : known.with(length));
    }

    private UserAccount of(Job job) {
        return entities.account(job.request().team(), job.request().user());
    }
}
