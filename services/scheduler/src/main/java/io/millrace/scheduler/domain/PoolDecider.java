package io.millrace.scheduler.domain;

import io.millrace.scheduler.domain.Attempt.Ending;
import io.millrace.scheduler.domain.Attempt.StopCause;
import io.millrace.scheduler.domain.Job.EndState;
import io.millrace.scheduler.domain.PoolEvent.CycleClosed;
import io.millrace.scheduler.domain.PoolEvent.JobEnded;
import io.millrace.scheduler.domain.PoolEvent.JobRejected;
import io.millrace.scheduler.domain.PoolEvent.JobRequeued;
import io.millrace.scheduler.domain.PoolEvent.PreemptionCause;
import io.millrace.scheduler.domain.PoolEvent.PreemptionRequested;
import io.millrace.scheduler.domain.PoolEvent.ReasonsChanged;
import io.millrace.scheduler.domain.PoolEvent.RejectionCode;
import io.millrace.scheduler.domain.PoolEvent.RequeueCause;
import io.millrace.scheduler.domain.PoolEvent.StartSlaMissed;
import io.millrace.scheduler.domain.PoolEvent.StopRequested;
import io.millrace.scheduler.domain.PoolEvent.TimeReached;
import io.millrace.scheduler.domain.PoolInput.Tick;
import io.millrace.streams.decider.Decider;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides for a pool that has a policy; until then ticks wait. A cycle runs when a tick takes effect and the pool has changed, a timer is due or a play wants
 * its answer, and goes through fixed stages, each in a canonical order: nodes that fell silent; attempts that ended, went silent or must stop
 * (by job id); submissions (by time seen, then event id); cancellations; jobs that wait for others; repeated submissions and stale attempts;
 * missed starts; placements, promises and reasons (in the policy's order).
 */
public final class PoolDecider implements Decider<Pool, PoolInput, PoolEvent> {

    /** Changes with every change of what is decided from the same log. */
    public static final int VERSION = 1;

    @Override
    public Pool initialState() {
        return new Pool();
    }

    @Override
    public Pool evolve(Pool pool, PoolInput input) {
        pool.evolve(input);
        return pool;
    }

    @Override
    public Pool evolveDecided(Pool pool, PoolEvent event) {
        pool.evolve(event);
        return pool;
    }

    @Override
    public Iterator<PoolEvent> decide(Pool pool, PoolInput input) {
        Tick tick = pool.header().tick();
        if (tick == null || pool.policy() == null || pool.header().folded() < tick.awaited()) {
            return Collections.emptyIterator();
        }
        boolean due = tick.sequence() > 0
                || pool.header().changed()
                || Timers.next(pool).filter(at -> at <= tick.at()).isPresent();
        return new Stages(List.of(
                () -> List.<PoolEvent>of(new TimeReached(tick.at())).iterator(),
                () -> due ? cycle(pool, tick) : Collections.emptyIterator()));
    }

    private Iterator<PoolEvent> cycle(Pool pool, Tick tick) {
        List<String> silent = pool.watch().silent(pool.header().observed());
        return new Stages(List.of(
                () -> each(silent, PoolEvent.NodeSilenced::new),
                () -> each(
                        silent.isEmpty() ? List.of() : List.copyOf(pool.index().active()),
                        jobId -> leave(pool, pool.job(jobId))),
                () -> each(toReview(pool), jobId -> review(pool, pool.job(jobId))),
                () -> each(
                        pool.watch().heardAgain(),
                        nodeId -> pool.fleet().held(nodeId) == 0 ? new PoolEvent.NodeReturned(nodeId) : null),
                () -> new Submissions(pool, policy(pool)),
                () -> each(List.copyOf(pool.index().cancelled()), jobId -> forgetReasons(pool.job(jobId))),
                () -> each(List.copyOf(pool.index().cancelled()), jobId -> cancel(pool, pool.job(jobId))),
                () -> new DependencyCheck(pool),
                () -> each(
                        pool.duplicates(),
                        duplicate -> new JobRejected(
                                duplicate.jobId(),
                                duplicate.submissionId(),
                                RejectionCode.DUPLICATE_JOB,
                                "job id " + duplicate.jobId() + " is taken; submit under a new id")),
                () -> each(
                        pool.stale(),
                        attempt -> new StopRequested(
                                attempt.jobId(),
                                attempt.attempt(),
                                StopCause.STALE_ATTEMPT,
                                pool.liveness().graceMs())),
                () -> each(pool.index().startsDue(pool.header().now()), jobId -> missed(pool, pool.job(jobId))),
                () -> policy(pool).byPriority()
                        ? new Backfilling(pool, policy(pool))
                        : new Placements(pool, policy(pool)),
                () -> List.<PoolEvent>of(new CycleClosed(
                                pool.header().cycle() + 1, pool.header().now(), tick.sequence()))
                        .iterator()));
    }

    // ---- attempts

    /** Only a node that is to be left makes every attempt worth a look. */
    private static Collection<String> toReview(Pool pool) {
        for (Node node : pool.nodes()) {
            if (node.health() == Node.Health.DRAINED || node.health() == Node.Health.INTERRUPTED) {
                return List.copyOf(pool.index().active());
            }
        }
        return pool.index().attempts().due(pool.header().now(), pool.header().observed());
    }

    private static @Nullable PoolEvent review(Pool pool, Job job) {
        Attempt attempt = job.active();
        if (attempt == null) {
            return null;
        }
        Ending ending = attempt.ending();
        long now = pool.header().now();
        if (ending != null) {
            return ended(pool, job, attempt, ending);
        }
        if (attempt.allNodesLost()) {
            return over(job, attempt, RequeueCause.NODE_LOST, now);
        }
        if (pool.header().observed() >= Timers.silenceDeadline(attempt, pool.liveness())) {
            RequeueCause cause = attempt.startedAt() == null ? RequeueCause.NOT_STARTED : RequeueCause.LEASE_EXPIRED;
            return over(job, attempt, cause, now);
        }
        StopCause found = stopCause(pool, job, attempt);
        StopCause cause = found != null ? found : attempt.stop();
        if (cause == null && attempt.ordered()) {
            cause = StopCause.PREEMPTED;
        }
        if (cause == null || !asksNow(pool, attempt, cause)) {
            return null;
        }
        return cause == StopCause.PREEMPTED
                ? preemption(pool, job, attempt)
                : new StopRequested(
                        job.id(), attempt.number(), cause, pool.liveness().graceMs());
    }

    /** Asks an attempt to stop whose node fell silent in this cycle: what is left of it on other nodes is of no use. */
    private static @Nullable PoolEvent leave(Pool pool, Job job) {
        Attempt attempt = job.active();
        if (attempt == null
                || attempt.stop() != null
                || attempt.ending() != null
                || attempt.shares().stream()
                        .noneMatch(share -> pool.node(share.nodeId()).health() == Node.Health.SILENT)) {
            return null;
        }
        return new StopRequested(
                job.id(), attempt.number(), StopCause.NODE_LOST, pool.liveness().graceMs());
    }

    /** A manager's, or one that was asked for before. */
    private static PreemptionRequested preemption(Pool pool, Job job, Attempt attempt) {
        Attempt.Preempted known = attempt.preempted();
        return new PreemptionRequested(
                job.id(),
                attempt.number(),
                known == null ? PreemptionCause.MANAGER : known.cause(),
                known == null ? null : known.forJob(),
                PreemptionSearch.lostGpuMs(job, attempt, pool.header().now()),
                policy(pool).preemptionGraceMs());
    }

    /** At first, again when nothing came of it, and at once when a job that was to move is to end instead. */
    private static boolean asksNow(Pool pool, Attempt attempt, StopCause cause) {
        return attempt.stop() == null
                || (isFinal(cause) && !isFinal(attempt.stop()))
                || pool.header().observed() >= Timers.stopAgainDeadline(attempt, pool.liveness());
    }

    /** Whether a job stopped for this ends, where it would else go on elsewhere. */
    static boolean isFinal(@Nullable StopCause cause) {
        return cause == StopCause.CANCELLED || cause == StopCause.LIMIT_REACHED;
    }

    private static PoolEvent ended(Pool pool, Job job, Attempt attempt, Ending ending) {
        StopCause stop = attempt.stop();
        // The loss of a node and the failure it caused may be told in either order.
        RequeueCause moved = movedBecause(stop == null ? stopCause(pool, job, attempt) : stop);
        return switch (ending.kind()) {
            case COMPLETED -> end(job, attempt, EndState.COMPLETED, ending.at(), ending.message());
            case STOPPED_BY_USER -> end(job, attempt, EndState.STOPPED, ending.at(), ending.message());
            case FAILED ->
                moved == null
                        ? end(job, attempt, failedState(stop), ending.at(), ending.message())
                        : over(job, attempt, moved, ending.at());
            case STOPPED_BY_SCHEDULER, STOPPED ->
                isFinal(stop)
                        ? end(job, attempt, failedState(stop), ending.at(), ending.message())
                        : over(job, attempt, moved == null ? RequeueCause.STOPPED_BY_AGENT : moved, ending.at());
            case STOPPED_BY_LEASE -> over(job, attempt, RequeueCause.LEASE_EXPIRED, ending.at());
            case STOPPED_BY_NODE_LOSS -> over(job, attempt, RequeueCause.NODE_LOST, ending.at());
        };
    }

    /** The attempt is over and its job is not, unless its user wants it no more. */
    private static PoolEvent over(Job job, Attempt attempt, RequeueCause cause, long at) {
        if (job.cancelRequested()) {
            return end(job, attempt, EndState.STOPPED, at, "cancelled");
        }
        if (attempt.stop() == StopCause.LIMIT_REACHED) {
            return end(job, attempt, EndState.TIMED_OUT, at, "limit reached");
        }
        return new JobRequeued(job.id(), attempt.number(), cause, attempt.startedAt(), at, attempt.gpuMs(at));
    }

    private static PoolEvent end(Job job, Attempt attempt, EndState state, long at, String message) {
        return new JobEnded(job.id(), attempt.number(), state, attempt.startedAt(), at, attempt.gpuMs(at), message);
    }

    private static EndState failedState(@Nullable StopCause stop) {
        return switch (stop) {
            case CANCELLED -> EndState.STOPPED;
            case LIMIT_REACHED -> EndState.TIMED_OUT;
            case NODE_LOST, NODE_DRAINED, SPOT_INTERRUPTION, STALE_ATTEMPT, PREEMPTED -> EndState.FAILED;
            case null -> EndState.FAILED;
        };
    }

    private static @Nullable RequeueCause movedBecause(@Nullable StopCause stop) {
        return switch (stop) {
            case NODE_LOST -> RequeueCause.NODE_LOST;
            case NODE_DRAINED -> RequeueCause.NODE_DRAINED;
            case SPOT_INTERRUPTION -> RequeueCause.SPOT_INTERRUPTION;
            case PREEMPTED -> RequeueCause.PREEMPTED;
            case CANCELLED, LIMIT_REACHED, STALE_ATTEMPT -> null;
            case null -> null;
        };
    }

    private static @Nullable StopCause stopCause(Pool pool, Job job, Attempt attempt) {
        if (job.cancelRequested()) {
            return StopCause.CANCELLED;
        }
        if (!attempt.lostNodes().isEmpty()) {
            return StopCause.NODE_LOST;
        }
        Long limitAt = Timers.limitAt(policy(pool), job, attempt);
        if (limitAt != null && pool.header().now() >= limitAt) {
            return StopCause.LIMIT_REACHED;
        }
        for (NodeShare share : attempt.shares()) {
            Node node = pool.node(share.nodeId());
            StopCause cause = switch (node.health()) {
                case INTERRUPTED -> StopCause.SPOT_INTERRUPTION;
                case DRAINED -> StopCause.NODE_DRAINED;
                case UP, DOWN, SILENT -> null; // attempts on these were told when it became so
            };
            if (cause != null) {
                return cause;
            }
        }
        return null;
    }

    private static SchedulingPolicy policy(Pool pool) {
        if (pool.policy() == null) {
            throw new IllegalStateException("a pool without a policy decides nothing");
        }
        return pool.policy().policy();
    }

    // ---- jobs that wait

    private static @Nullable PoolEvent forgetReasons(Job job) {
        return job.reasons().isEmpty() ? null : new ReasonsChanged(job.id(), EnumSet.noneOf(PendingReason.class));
    }

    private static @Nullable PoolEvent cancel(Pool pool, Job job) {
        return job.waits()
                ? new JobEnded(
                        job.id(),
                        job.attempts(),
                        EndState.CANCELLED,
                        null,
                        pool.header().now(),
                        0,
                        "cancelled while it waited")
                : null;
    }

    private static @Nullable PoolEvent missed(Pool pool, Job job) {
        Long dueAt = policy(pool).startDueAt(job);
        return dueAt == null
                ? null
                : new StartSlaMissed(
                        job.id(), job.request().queue(), job.request().team(), dueAt);
    }

    // ---- iteration

    /** For each element, what the function decides when its turn comes; nothing for null. */
    private static <T> Iterator<PoolEvent> each(Collection<T> elements, Function<T, @Nullable PoolEvent> decide) {
        Iterator<T> left = elements.iterator();
        return new Lookahead() {
            @Override
            @Nullable
            PoolEvent find() {
                while (left.hasNext()) {
                    PoolEvent event = decide.apply(left.next());
                    if (event != null) {
                        return event;
                    }
                }
                return null;
            }
        };
    }

    /** Stage after stage; a stage is set up only when those before it are done and applied. */
    private static final class Stages extends Lookahead {
        private final Iterator<Supplier<Iterator<PoolEvent>>> left;
        private Iterator<PoolEvent> stage = Collections.emptyIterator();

        Stages(List<Supplier<Iterator<PoolEvent>>> stages) {
            left = stages.iterator();
        }

        @Override
        @Nullable
        PoolEvent find() {
            while (!stage.hasNext()) {
                if (!left.hasNext()) {
                    return null;
                }
                stage = left.next().get();
            }
            return stage.next();
        }
    }
}
