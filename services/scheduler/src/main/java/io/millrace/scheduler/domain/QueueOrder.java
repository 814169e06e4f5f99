package io.millrace.scheduler.domain;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The waiting jobs of a pool in the order in which a cycle at one instant would consider them if none of them could
 * start; behind them those that wait for others. For readers: it is the same at every look only as long as neither the pool nor the instant changes.
 */
public final class QueueOrder {

    /**
     * A waiting job's place.
     *
     * @param priority null where the policy computes none
     * @param passing whether the job can only pass others, which have promised starts: then {@link Priority#shortness}
     *     counts too
     */
    public record Place(Job job, @Nullable Priority priority, boolean passing) {}

    private record Ranked(Job job, Priority priority) implements Contender {

        @Override
        public long total() {
            return priority.total();
        }

        @Override
        public long shortness() {
            return priority.shortness();
        }
    }

    /** Those start first whose GPUs are kept for them, whatever their priority. */
    private static final Comparator<Job> BY_PLAN =
            Comparator.comparingLong(QueueOrder::plannedAt).thenComparing(Job::id);

    private final List<Place> places = new ArrayList<>();

    private QueueOrder() {}

    /** @param now not before the pool's own time, ms */
    public static QueueOrder at(Pool pool, long now) {
        QueueOrder order = new QueueOrder();
        if (pool.policy() != null) {
            SchedulingPolicy policy = pool.policy().policy();
            if (policy.byPriority()) {
                order.byPriority(pool, policy, new Priorities(pool, policy, now));
            } else {
                order.asSubmitted(pool);
            }
            order.depending(pool, policy, now);
        }
        return order;
    }

    /** Behind all others: no cycle considers them. */
    private void depending(Pool pool, SchedulingPolicy policy, long now) {
        Priorities priorities = policy.byPriority() ? new Priorities(pool, policy, now) : null;
        for (Job job : pool.index().dependents().all()) {
            if (!job.cancelRequested()) {
                places.add(new Place(job, priorities == null ? null : priorities.of(job), false));
            }
        }
    }

    private void asSubmitted(Pool pool) {
        for (Job waiting : pool.index().waiting()) {
            Job job = pool.job(waiting.id());
            if (!job.cancelRequested()) {
                places.add(new Place(job, null, false));
            }
        }
    }

    private void byPriority(Pool pool, SchedulingPolicy policy, Priorities priorities) {
        List<Job> promised = new ArrayList<>();
        List<Ranked> others = new ArrayList<>();
        for (Job job : pool.jobs()) {
            if (!(job.phase() instanceof Job.Phase.Waiting) || job.cancelRequested()) {
                continue;
            }
            if (job.promise() == null) {
                others.add(new Ranked(job, priorities.of(job)));
            } else {
                promised.add(job);
            }
        }
        promised.sort(BY_PLAN);
        boolean passing = promised.size() >= policy.backfill().promises();
        others.sort(passing ? Contender.SHORT_FIRST : Contender.BY_PRIORITY);
        promised.forEach(job -> places.add(new Place(job, priorities.of(job), false)));
        others.forEach(ranked -> places.add(new Place(ranked.job(), ranked.priority(), passing)));
    }

    private static long plannedAt(Job job) {
        Promise promise = job.promise();
        return promise == null || promise.plannedAt() == null ? Timeline.HELD : promise.plannedAt();
    }

    /** In their order; not to be changed. */
    public List<Place> places() {
        return places;
    }

    /** Where the job stands, from 1; 0 when it doesn't wait. */
    public int position(String jobId) {
        for (int i = 0; i < places.size(); i++) {
            if (places.get(i).job().id().equals(jobId)) {
                return i + 1;
            }
        }
        return 0;
    }
}
