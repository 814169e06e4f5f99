package io.millrace.scheduler.domain;

import io.millrace.scheduler.domain.SchedulingPolicy.Liveness;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** When a pool has something to do although nothing is sent to it. */
public final class Timers {

    private Timers() {}

    /** Observed time at which an attempt's silence ends it, in ms. */
    static long silenceDeadline(Attempt attempt, Liveness liveness) {
        long patience = attempt.startedAt() == null ? liveness.startWithinMs() : liveness.leaseMs();
        return attempt.seenObserved() + patience + liveness.marginMs();
    }

    /** Observed time at which an attempt that was asked to stop is asked again, in ms. */
    static long stopAgainDeadline(Attempt attempt, Liveness liveness) {
        return attempt.stopObserved() + liveness.graceMs() + liveness.marginMs();
    }

    /** Logical time at which an attempt reaches its limit; null when it has not started or has none. */
    static @Nullable Long limitAt(Pool pool, Job job, Attempt attempt) {
        Long limit = pool.policy() == null ? null : pool.policy().policy().limitMs(job.request());
        Long startedAt = attempt.startedAt();
        if (limit == null || startedAt == null) {
            return null;
        }
        return limit > Long.MAX_VALUE - startedAt ? Long.MAX_VALUE : startedAt + limit;
    }

    /** The earliest logical time, in ms, at which a timer may be due; empty when none runs. */
    public static Optional<Long> next(Pool pool) {
        if (pool.policy() == null) {
            return Optional.empty();
        }
        long now = pool.header().now();
        long next = Long.MAX_VALUE;
        for (String jobId : pool.index().active()) {
            Job job = pool.job(jobId);
            Attempt attempt = job.active();
            if (attempt == null || attempt.ending() != null) {
                continue;
            }
            long deadline = silenceDeadline(attempt, pool.liveness());
            if (attempt.stop() != null) {
                deadline = Math.min(deadline, stopAgainDeadline(attempt, pool.liveness()));
            }
            next = Math.min(next, now + Math.max(0, deadline - pool.header().observed()));
            Long limitAt = limitAt(pool, job, attempt);
            if (limitAt != null && !PoolDecider.isFinal(attempt.stop())) {
                next = Math.min(next, limitAt);
            }
        }
        if (pool.waitingCount() > 0) {
            for (Node node : pool.nodes()) {
                if (node.suspectUntil() > now) {
                    next = Math.min(next, node.suspectUntil());
                }
            }
        }
        return next == Long.MAX_VALUE ? Optional.empty() : Optional.of(next);
    }
}
