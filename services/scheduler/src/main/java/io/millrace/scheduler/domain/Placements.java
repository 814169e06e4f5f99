package io.millrace.scheduler.domain;

import io.millrace.scheduler.domain.PoolEvent.JobPlaced;
import io.millrace.scheduler.domain.PoolEvent.ReasonsChanged;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the waiting jobs in the policy's order and places what fits. What doesn't fit gets its reasons. Within
 * one pass GPUs only become fewer, so a shape that did not fit once is not tried again.
 *
 * <p>A job held back by a quota never blocks those behind it: a user must not be able to stop a pool.
 */
final class Placements extends Lookahead {

    private static final Set<PendingReason> BELOW_HEAD = EnumSet.of(PendingReason.BELOW_QUEUE_HEAD);

    private final Pool pool;
    private final SchedulingPolicy policy;
    private final Map<JobRequest.Shape, Set<PendingReason>> misfits = new HashMap<>();
    private @Nullable Job cursor;
    private @Nullable Iterator<Job> belowHead;
    private @Nullable JobPlaced placeNext;

    Placements(Pool pool, SchedulingPolicy policy) {
        this.pool = pool;
        this.policy = policy;
    }

    @Override
    @Nullable PoolEvent find() {
        if (placeNext != null) {
            JobPlaced placed = placeNext;
            placeNext = null;
            return placed;
        }
        while (belowHead == null) {
            Job next = cursor == null ? first() : pool.index().waiting().higher(cursor);
            if (next == null) {
                return null;
            }
            cursor = next;
            PoolEvent event = consider(pool.job(next.id()));
            if (event != null) {
                return event;
            }
        }
        while (belowHead.hasNext()) {
            Job job = pool.job(belowHead.next().id());
            if (!job.reasons().equals(BELOW_HEAD)) {
                return new ReasonsChanged(job.id(), BELOW_HEAD);
            }
        }
        return null;
    }

    private @Nullable Job first() {
        return pool.index().waiting().isEmpty() ? null : pool.index().waiting().first();
    }

    private @Nullable PoolEvent consider(Job job) {
        JobRequest request = job.request();
        Set<PendingReason> reasons = quotaReasons(request);
        boolean heldByQuota = !reasons.isEmpty();
        Set<PendingReason> misfit = misfits.get(request.shape());
        if (misfit == null) {
            List<NodeShare> shares = pool.gpus().fit(request.shape(), pool.nodes(), this::usable);
            if (shares != null && !heldByQuota) {
                return place(job, shares);
            }
            misfit = shares == null ? misfitReasons(request.shape()) : EnumSet.noneOf(PendingReason.class);
            if (shares == null) {
                misfits.put(request.shape(), misfit);
            }
        }
        reasons.addAll(misfit);
        if (policy.strictHead() && !heldByQuota) {
            belowHead = List.copyOf(pool.index().unsettled().tailSet(job, false)).iterator();
        }
        return reasons.equals(job.reasons()) ? null : new ReasonsChanged(job.id(), reasons);
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

    private EnumSet<PendingReason> quotaReasons(JobRequest request) {
        EnumSet<PendingReason> reasons = EnumSet.noneOf(PendingReason.class);
        Integer perUser = policy.maxGpusPerUser();
        if (perUser != null && pool.index().gpusOfUser(request.user()) + request.gpus() > perUser) {
            reasons.add(PendingReason.QUOTA_USER);
        }
        Integer perTeam = policy.maxGpusPerTeam();
        if (perTeam != null && pool.index().gpusOfTeam(request.team()) + request.gpus() > perTeam) {
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
        if (!fitsEmptyPool(pool, shape, this::usable)) {
            reasons.add(PendingReason.NODE_DOWN);
        }
        return reasons;
    }

    private boolean usable(Node node) {
        return node.usable(pool.header().now());
    }

    /** Whether the shape would fit if nothing ran on the nodes that count. */
    static boolean fitsEmptyPool(Pool pool, JobRequest.Shape shape, Predicate<Node> counts) {
        return new Gpus().fit(shape, pool.nodes(), counts) != null;
    }
}
