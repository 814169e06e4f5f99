package io.millrace.scheduler.domain;

import io.millrace.scheduler.domain.PoolEvent.JobPlaced;
import io.millrace.scheduler.domain.PoolEvent.ReasonsChanged;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the waiting jobs in the policy's order and places what fits. What doesn't fit gets its reasons. Within
 * one pass GPUs only become fewer, so a shape that did not fit once is not tried again.
 *
 * <p>A job held back by a quota, or one that the pool could not run with all its nodes free (queued before its nodes
 * were known), never blocks those behind it: a user must not be able to stop a pool.
 */
final class Placements extends Lookahead {

    private final Pool pool;
    private final SchedulingPolicy policy;
    private final Map<JobRequest.Shape, Set<PendingReason>> misfits = new HashMap<>();
    private final Iterator<Job> inOrder;
    private @Nullable Iterator<Job> belowHead;
    private @Nullable JobPlaced placeNext;

    Placements(Pool pool, SchedulingPolicy policy) {
        this.pool = pool;
        this.policy = policy;
        this.inOrder = policy.strictHead()
                ? new FromTheHead(pool.index().waiting())
                : List.copyOf(pool.index().waiting()).iterator();
    }

    /** Goes on behind the last job returned, whatever became of it: no copy of a queue of which only the head matters. */
    private static final class FromTheHead implements Iterator<Job> {
        private final NavigableSet<Job> queue;
        private @Nullable Job last;

        FromTheHead(NavigableSet<Job> queue) {
            this.queue = queue;
        }

        @Override
        public boolean hasNext() {
            return last == null ? !queue.isEmpty() : queue.higher(last) != null;
        }

        @Override
        public Job next() {
            Job next = last == null ? queue.first() : queue.higher(last);
            if (next == null) {
                throw new NoSuchElementException();
            }
            last = next;
            return next;
        }
    }

    @Override
    @Nullable
    PoolEvent find() {
        if (placeNext != null) {
            JobPlaced placed = placeNext;
            placeNext = null;
            return placed;
        }
        while (belowHead == null) {
            if (!inOrder.hasNext()) {
                return null;
            }
            PoolEvent event = consider(pool.job(inOrder.next().id()));
            if (event != null) {
                return event;
            }
        }
        while (belowHead.hasNext()) {
            Job job = pool.job(belowHead.next().id());
            if (!job.reasons().equals(JobIndex.BELOW_HEAD)) {
                return new ReasonsChanged(job.id(), JobIndex.BELOW_HEAD);
            }
        }
        return null;
    }

    private @Nullable PoolEvent consider(Job job) {
        JobRequest request = job.request();
        Set<PendingReason> misfit = misfits.get(request.shape());
        List<NodeShare> shares = misfit == null ? pool.gpus().fit(request.shape(), pool.nodes(), this::usable) : null;
        // A remainder on a whole node counts with all it holds.
        int gpus = shares == null ? request.gpus() : Gpus.count(shares);
        Set<PendingReason> quotas = quotaReasons(request, gpus);
        boolean heldByQuota = !quotas.isEmpty();
        if (misfit == null) {
            if (shares != null && !heldByQuota) {
                return place(job, shares);
            }
            misfit = shares == null ? misfitReasons(request.shape()) : EnumSet.noneOf(PendingReason.class);
            if (shares == null) {
                misfits.put(request.shape(), misfit);
            }
        }
        Set<PendingReason> reasons = misfit;
        if (heldByQuota) {
            reasons = EnumSet.copyOf(quotas);
            reasons.addAll(misfit);
        }
        if (policy.strictHead() && !heldByQuota && mayEverFit(request.shape())) {
            belowHead =
                    List.copyOf(pool.index().unsettled().tailSet(job, false)).iterator();
        }
        return reasons.equals(job.reasons()) ? null : new ReasonsChanged(job.id(), reasons);
    }

    private boolean mayEverFit(JobRequest.Shape shape) {
        return pool.nodes().isEmpty() || fitEmptyPool(pool, shape, node -> true) != null;
    }

    /** A job that is placed first loses the reasons it waited for. */
    private PoolEvent place(Job job, List<NodeShare> shares) {
        JobPlaced placed = placed(job, shares);
        if (job.reasons().isEmpty()) {
            return placed;
        }
        placeNext = placed;
        return new ReasonsChanged(job.id(), EnumSet.noneOf(PendingReason.class));
    }

    private JobPlaced placed(Job job, List<NodeShare> shares) {
        long now = pool.header().now();
        return new JobPlaced(
                job.id(),
                job.attempts() + 1,
                shares,
                pool.node(shares.getFirst().nodeId()).gpuType(),
                now,
                now + policy.liveness().startWithinMs(),
                policy.liveness().leaseMs(),
                job.request(),
                policy.limitMs(job.request()));
    }

    private Set<PendingReason> quotaReasons(JobRequest request, int gpus) {
        if (policy.maxGpusPerUser() == null && policy.maxGpusPerTeam() == null) {
            return Set.of();
        }
        EnumSet<PendingReason> reasons = EnumSet.noneOf(PendingReason.class);
        Integer perUser = policy.maxGpusPerUser();
        if (perUser != null && pool.index().gpusOfUser(request.user()) + gpus > perUser) {
            reasons.add(PendingReason.QUOTA_USER);
        }
        Integer perTeam = policy.maxGpusPerTeam();
        if (perTeam != null && pool.index().gpusOfTeam(request.team()) + gpus > perTeam) {
            reasons.add(PendingReason.QUOTA_TEAM);
        }
        return reasons;
    }

    private Set<PendingReason> misfitReasons(JobRequest.Shape shape) {
        EnumSet<PendingReason> reasons = EnumSet.noneOf(PendingReason.class);
        boolean typeExists = false;
        int free = 0;
        for (Node node : pool.nodes()) {
            if (node.matches(shape)) {
                typeExists = true;
                free += usable(node) ? pool.gpus().free(node) : 0;
            }
        }
        if (!typeExists) {
            reasons.add(shape.gpuType() == null ? PendingReason.INSUFFICIENT_GPUS : PendingReason.NO_MATCHING_GPU_TYPE);
            return reasons;
        }
        reasons.add(free < shape.gpus() ? PendingReason.INSUFFICIENT_GPUS : PendingReason.FRAGMENTATION);
        if (fitEmptyPool(pool, shape, this::usable) == null && mayEverFit(shape)) {
            reasons.add(PendingReason.NODE_DOWN);
        }
        return reasons;
    }

    private boolean usable(Node node) {
        return node.usable(pool.header().now());
    }

    /** Where the shape would fit if nothing ran on the nodes that count; null when it would not even then. */
    static @Nullable List<NodeShare> fitEmptyPool(Pool pool, JobRequest.Shape shape, Predicate<Node> counts) {
        return new Gpus().fit(shape, pool.nodes(), counts);
    }
}
