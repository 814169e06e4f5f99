package io.millrace.scheduler.domain;

import io.millrace.scheduler.domain.Dependency.State;
import io.millrace.scheduler.domain.Job.EndState;
import io.millrace.scheduler.domain.Job.Phase;
import io.millrace.scheduler.domain.PoolEvent.DependenciesMet;
import io.millrace.scheduler.domain.PoolEvent.JobEnded;
import io.millrace.scheduler.domain.PoolEvent.ReasonsChanged;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the jobs that wait for others, as far as something changed for them: those that may wait for room now do,
 * and those whose condition can't be met any more are cancelled, and then those that waited for these.
 */
final class DependencyCheck extends Lookahead {

    private static final Set<PendingReason> DEPENDENCY = Set.of(PendingReason.DEPENDENCY);

    private final Pool pool;
    private @Nullable PoolEvent next;

    DependencyCheck(Pool pool) {
        this.pool = pool;
    }

    @Override
    @Nullable
    PoolEvent find() {
        PoolEvent event = next;
        next = null;
        while (event == null) {
            String jobId = pool.index().dependents().nextUnchecked();
            if (jobId == null) {
                return null;
            }
            event = check(pool.job(jobId));
        }
        return event;
    }

    private @Nullable PoolEvent check(Job job) {
        boolean open = false;
        long since = job.submittedAt();
        for (Dependency dependency : job.request().after()) {
            Job other = pool.jobOrNull(dependency.jobId());
            State state = dependency.state(other);
            if (state == State.FAILED && other != null && other.phase() instanceof Phase.Ended ended) {
                return cancel(job, other.id(), ended.state());
            }
            open |= state == State.OPEN;
            if (other != null && other.phase() instanceof Phase.Ended ended) {
                since = Math.max(since, ended.at());
            }
        }
        if (!open) {
            return new DependenciesMet(job.id(), Math.min(since, pool.header().now()));
        }
        return job.reasons().equals(DEPENDENCY) ? null : new ReasonsChanged(job.id(), DEPENDENCY);
    }

    private PoolEvent cancel(Job job, String failed, EndState state) {
        PoolEvent cancelled = new JobEnded(
                job.id(),
                job.attempts(),
                EndState.CANCELLED,
                null,
                pool.header().now(),
                0,
                "it was to run after " + failed + " had completed, and that ended " + state);
        if (job.reasons().isEmpty()) {
            return cancelled;
        }
        next = cancelled;
        return new ReasonsChanged(job.id(), Set.of());
    }
}
