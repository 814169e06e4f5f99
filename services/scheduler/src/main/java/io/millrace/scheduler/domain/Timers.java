package io.millrace.scheduler.domain;

import io.millrace.scheduler.domain.SchedulingPolicy.Liveness;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** When a pool has something to do although nothing is sent to it. */
public final class Timers {

    /** No instant ever reaches this. */
    static final long NEVER = Long.MAX_VALUE;

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

    /** Observed time at which an attempt is too silent or is asked again to stop, in ms. */
    static long deadline(Attempt attempt, Liveness liveness) {
        long silence = silenceDeadline(attempt, liveness);
        return attempt.stop() == null ? silence : Math.min(silence, stopAgainDeadline(attempt, liveness));
    }

    /** Logical time at which an attempt reaches its limit; null when it has not started or has none. */
    static @Nullable Long limitAt(SchedulingPolicy policy, Job job, Attempt attempt) {
        Long limit = policy.limitMs(job.request());
        Long startedAt = attempt.startedAt();
        return limit == null || startedAt == null ? null : (Long) plus(startedAt, limit);
    }

    /** Logical time by which an attempt placed now has surely let its GPUs go, ms; never when it has no limit. */
    static long latestEnd(long now, @Nullable Long limitMs, Liveness liveness) {
        return limitMs == null ? NEVER : plus(now, plus(limitMs, liveness.startWithinMs(), slack(liveness)));
    }

    /** Logical time by which an attempt lets its GPUs go if it is made to, by limit or preemption, ms; else never. */
    static long latestEnd(SchedulingPolicy policy, Job job, Attempt attempt) {
        long preempted = attempt.preempted() == null
                ? NEVER
                : plus(
                        attempt.preempted().at(),
                        policy.preemptionGraceMs(),
                        policy.liveness().marginMs());
        Long limit = policy.limitMs(job.request());
        if (limit == null) {
            return preempted;
        }
        Long startedAt = attempt.startedAt();
        long begin =
                startedAt == null ? plus(attempt.placedAt(), policy.liveness().startWithinMs()) : startedAt;
        return Math.min(preempted, plus(begin, limit, slack(policy.liveness())));
    }

    /** The same for an attempt that is past it: it is given its slack once more. */
    static long laterEnd(long latestEnd, long now, Liveness liveness) {
        long again = Math.max(1, slack(liveness));
        return plus(latestEnd, ((now - latestEnd) / again + 1) * again);
    }

    /** Whether an attempt started too late, or still holds GPUs when its limit, grace and margin are over. */
    static boolean overran(Pool pool, SchedulingPolicy policy, Job job, Attempt attempt) {
        Long startedAt = attempt.startedAt();
        long end = latestEnd(policy, job, attempt);
        return end != NEVER
                && (end <= pool.header().now()
                        || (startedAt != null
                                && startedAt
                                        > plus(
                                                attempt.placedAt(),
                                                policy.liveness().startWithinMs())));
    }

    /** Between reaching a limit and the GPUs being free. */
    private static long slack(Liveness liveness) {
        return liveness.graceMs() + liveness.marginMs();
    }

    /** A sum of times that are not negative; {@link #NEVER} when it is too large for one. */
    static long plus(long one, long... others) {
        long sum = one;
        for (long other : others) {
            sum = other >= NEVER - sum ? NEVER : sum + other;
        }
        return sum;
    }

    /** The earliest logical time, in ms, at which a timer may be due; empty when none runs. */
    public static Optional<Long> next(Pool pool) {
        if (pool.policy() == null) {
            return Optional.empty();
        }
        long now = pool.header().now();
        long next = Long.MAX_VALUE;
        AttemptIndex attempts = pool.index().attempts();
        Long deadline = attempts.nextDeadline();
        if (deadline != null) {
            next = Math.min(next, now + Math.max(0, deadline - pool.header().observed()));
        }
        Long silence = pool.watch().nextDeadline();
        if (silence != null) {
            next = Math.min(next, now + Math.max(0, silence - pool.header().observed()));
        }
        Long limitAt = attempts.nextLimit();
        if (limitAt != null) {
            next = Math.min(next, limitAt);
        }
        if (pool.waitingCount() > 0) {
            for (Node node : pool.nodes()) {
                if (node.suspectUntil() > now) {
                    next = Math.min(next, node.suspectUntil());
                }
            }
        }
        Long promise = pool.index().nextPromise();
        if (promise != null) {
            next = Math.min(next, Math.max(now, promise));
        }
        Long lookAt = pool.header().lookAt();
        if (lookAt != null && pool.policy().policy().preempts()) {
            next = Math.min(next, Math.max(now, lookAt));
        }
        Job submitted = pool.index().firstSubmitted();
        if (submitted != null) {
            next = Math.min(next, Submissions.dueAt(submitted));
        }
        Long startDue = pool.index().nextStartDue();
        if (startDue != null) {
            next = Math.min(next, Math.max(now, startDue));
        }
        return next == Long.MAX_VALUE ? Optional.empty() : Optional.of(next);
    }
}
