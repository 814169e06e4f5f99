package io.millrace.scheduler.domain;

import io.millrace.scheduler.domain.Attempt.EndKind;
import io.millrace.scheduler.domain.PoolEvent.JobPlaced;
import io.millrace.scheduler.domain.PoolInput.AttemptEnded;
import io.millrace.scheduler.domain.PoolInput.AttemptStarted;
import io.millrace.scheduler.domain.PoolInput.Tick;
import io.millrace.scheduler.domain.SchedulingPolicy.Liveness;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * When a waiting job should start: the pool's own decider goes on, on a copy, with the jobs that run and those that are
 * before it, each of which ends when it is expected to. An expectation, unlike a promise: others may come, nodes may go.
 *
 * <p>Ends that are close together for how far away they are count as one, so that a few hundred cycles reach weeks.
 */
public final class Forecast {

    /** Where a job's length is taken from. */
    public enum Basis {
        /** How long the last jobs of the same user and shape ran. */
        LEARNED,
        /** Its limit, because none of these has ended yet. */
        LIMIT,
        /** The user's estimate, because it has no limit either. */
        ESTIMATE,
        UNKNOWN
    }

    /** Why an expected start can't be told. */
    public enum Unknown {
        /** More are before it than are looked at. */
        TOO_MANY_AHEAD,
        /** It waits for the end of other jobs. */
        DEPENDENCY,
        /** Further away than is looked. */
        TOO_FAR,
        /** A job must end first of whose length nothing is known. */
        UNKNOWN_LENGTH,
        /** There is no room for it even when all that runs has ended. */
        NO_ROOM
    }

    /**
     * An expected start.
     *
     * @param at ms; null when it can't be told
     * @param unknown why it can't be told; null when it can
     * @param ends how many jobs end before, by where their lengths are taken from
     */
    public record Expected(@Nullable Long at, @Nullable Unknown unknown, Map<Basis, Integer> ends) {}

    private record Length(long ms, Basis basis) {}

    /** {@code jobId} is null where no job ends, but a node takes new work again. */
    private record End(long at, @Nullable String jobId, int attempt, Basis basis) {}

    /** Jobs before it; the work grows with them. */
    private static final int MOST_AHEAD = 5_000;

    private static final int MOST_CYCLES = 400;

    /** Ends count as one within this part of how far away they are. */
    private static final int CLOSE = 20;

    /** Longer than expected: for as long again as it is late, and at least so long, ms. */
    private static final long LEAST_LONGER = 60_000;

    private static final Comparator<End> BY_TIME = Comparator.comparingLong(End::at)
            .thenComparing(End::jobId, Comparator.nullsFirst(Comparator.naturalOrder()));

    private final PoolDecider decider = new PoolDecider();
    private final Pool pool;
    private final SchedulingPolicy policy;
    private final Pool future;
    private final long begin;
    private final PriorityQueue<End> ends = new PriorityQueue<>(BY_TIME);
    private final Map<Basis, Integer> ended = new EnumMap<>(Basis.class);

    private Forecast(Pool pool, SchedulingPolicy policy, Collection<Job> waiting, long now) {
        this.pool = pool;
        this.policy = policy;
        begin = Math.max(now, pool.header().now());
        future = pool.with(waiting, watchingNobody(policy));
        for (String jobId : pool.index().active()) {
            Job job = pool.job(jobId);
            Attempt attempt = job.active();
            if (attempt != null) {
                ends.add(new End(
                        expectedEnd(job, attempt),
                        jobId,
                        attempt.number(),
                        length(job).basis()));
            }
        }
        for (Node node : pool.nodes()) {
            if (node.suspectUntil() > begin) {
                ends.add(new End(node.suspectUntil(), null, 0, Basis.UNKNOWN));
            }
        }
    }

    /**
     * When a waiting job should start.
     *
     * @param ahead those before it
     * @param now not before the pool's own time, ms
     */
    public static Expected of(Pool pool, Job job, Collection<Job> ahead, long now) {
        if (pool.policy() == null) {
            return new Expected(null, Unknown.NO_ROOM, Map.of());
        }
        if (job.phase() instanceof Job.Phase.Depending) {
            return new Expected(null, Unknown.DEPENDENCY, Map.of());
        }
        if (ahead.size() > MOST_AHEAD) {
            return new Expected(null, Unknown.TOO_MANY_AHEAD, Map.of());
        }
        List<Job> waiting = new ArrayList<>(ahead);
        waiting.add(job);
        Expected found = new Forecast(pool, pool.policy().policy(), waiting, now).start(job.id());
        Promise promise = job.promise();
        if (promise == null || promise.startBy() == null || (found.at() != null && found.at() <= promise.startBy())) {
            return found;
        }
        return new Expected(Math.max(now, promise.startBy()), null, found.ends());
    }

    /** In the copy nobody is heard of, and nobody is silent: observed time stands still. */
    private static SchedulingPolicy watchingNobody(SchedulingPolicy policy) {
        Liveness real = policy.liveness();
        return new SchedulingPolicy(
                policy.rule(),
                policy.queues(),
                policy.maxGpusPerUser(),
                policy.maxQueuedPerUser(),
                policy.maxGpusPerTeam(),
                new Liveness(
                        real.startWithinMs(),
                        real.leaseMs(),
                        real.marginMs(),
                        real.graceMs(),
                        0,
                        real.suspectMs(),
                        real.retainEndedMs()),
                policy.priority(),
                policy.backfill(),
                policy.gpuWeights());
    }

    private Length length(Job job) {
        JobRequest request = job.request();
        Long limit = policy.limitMs(request);
        RunLengths learned = pool.lengths(request.user(), request.shape());
        if (learned != null) {
            long expected = Math.max(1, learned.expectedMs());
            return new Length(limit == null ? expected : Math.min(limit, expected), Basis.LEARNED);
        }
        if (limit != null) {
            return new Length(limit, Basis.LIMIT);
        }
        return request.estimateMs() == null
                ? new Length(Timers.NEVER, Basis.UNKNOWN)
                : new Length(Math.max(1, request.estimateMs()), Basis.ESTIMATE);
    }

    private long expectedEnd(Job job, Attempt attempt) {
        if (attempt.ending() != null) {
            return begin;
        }
        long start = attempt.startedAt() == null ? begin : attempt.startedAt();
        long end = Timers.plus(start, length(job).ms());
        if (end < begin) {
            Long limitAt = Timers.limitAt(policy, job, attempt);
            long longer = begin + Math.max(LEAST_LONGER, begin - end);
            end = limitAt == null ? longer : Math.max(begin, Math.min(limitAt, longer));
        }
        return attempt.stop() == null
                ? end
                : Math.min(end, begin + policy.liveness().graceMs());
    }

    private Expected start(String jobId) {
        long at = begin;
        for (int cycle = 0; cycle < MOST_CYCLES; cycle++) {
            if (decide(at, jobId)) {
                return new Expected(at, null, ended);
            }
            End next = ends.peek();
            if (next == null || next.at() == Timers.NEVER) {
                return new Expected(null, next == null ? Unknown.NO_ROOM : Unknown.UNKNOWN_LENGTH, ended);
            }
            long close = next.at() + (next.at() - begin) / CLOSE;
            while (next != null && next.at() <= close) {
                at = next.at();
                end(ends.remove());
                next = ends.peek();
            }
        }
        return new Expected(null, Unknown.TOO_FAR, ended);
    }

    private void end(End end) {
        if (end.jobId() != null) {
            future.evolve(new AttemptEnded(end.at(), end.jobId(), end.attempt(), EndKind.COMPLETED, ""));
            ended.merge(end.basis(), 1, Integer::sum);
        }
    }

    /** One cycle, and the start of what it placed. True as soon as it places the job. */
    private boolean decide(long at, String jobId) {
        Tick tick = new Tick(at, 1, 0);
        List<JobPlaced> placed = new ArrayList<>();
        decider.evolve(future, tick);
        Iterator<PoolEvent> decided = decider.decide(future, tick);
        while (decided.hasNext()) {
            PoolEvent event = decided.next();
            if (event instanceof JobPlaced start) {
                if (start.jobId().equals(jobId)) {
                    return true;
                }
                placed.add(start);
            }
            decider.evolveDecided(future, event);
        }
        for (JobPlaced start : placed) {
            Length length = length(future.job(start.jobId()));
            future.evolve(new AttemptStarted(at, start.jobId(), start.attempt()));
            ends.add(new End(Timers.plus(at, length.ms()), start.jobId(), start.attempt(), length.basis()));
        }
        return false;
    }
}
