package io.millrace.scheduler.domain;

import io.millrace.scheduler.domain.Fleet.Slot;
import io.millrace.scheduler.domain.PoolEvent.JobPlaced;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What there is room for in one cycle, and what is in the way of the rest. Within a cycle GPUs only become fewer, so a
 * shape that did not fit once is not tried again.
 */
final class Room {

    private final Pool pool;
    private final SchedulingPolicy policy;
    private final boolean[] usable;
    private final Map<JobRequest.Shape, Set<PendingReason>> misfits = new HashMap<>();

    Room(Pool pool, SchedulingPolicy policy) {
        this.pool = pool;
        this.policy = policy;
        long now = pool.header().now();
        usable = pool.fleet().where(node -> node.usable(now));
    }

    /** Of each node whether new work may be placed there now. */
    boolean[] usable() {
        return usable;
    }

    /** Where the shape fits among all free GPUs now; null when it doesn't. */
    @Nullable
    List<Slot> fit(JobRequest.Shape shape) {
        if (misfits.containsKey(shape)) {
            return null;
        }
        List<Slot> slots = pool.fleet().fit(shape, usable, pool.fleet().free());
        if (slots == null) {
            misfits.put(shape, misfitReasons(shape));
        }
        return slots;
    }

    /** Why the shape did not fit; empty when it was not found not to. */
    Set<PendingReason> misfit(JobRequest.Shape shape) {
        return misfits.getOrDefault(shape, Set.of());
    }

    /** Whether the shape would fit if nothing ran and all nodes were up. A pool without nodes may get some. */
    boolean mayEverFit(JobRequest.Shape shape) {
        return pool.fleet().size() == 0 || pool.fleet().heldOfEmpty(shape) > 0;
    }

    /** How many GPUs a job of the shape would hold of the empty pool: with its remainder a whole node. */
    int holds(JobRequest.Shape shape) {
        int held = pool.fleet().heldOfEmpty(shape);
        return held == 0 ? shape.gpus() : held;
    }

    private Set<PendingReason> misfitReasons(JobRequest.Shape shape) {
        EnumSet<PendingReason> reasons = EnumSet.noneOf(PendingReason.class);
        boolean typeExists = false;
        int free = 0;
        for (int i = 0; i < pool.fleet().size(); i++) {
            if (pool.fleet().node(i).matches(shape)) {
                typeExists = true;
                free += usable[i] ? pool.fleet().free()[i] : 0;
            }
        }
        if (!typeExists) {
            reasons.add(shape.gpuType() == null ? PendingReason.INSUFFICIENT_GPUS : PendingReason.NO_MATCHING_GPU_TYPE);
            return reasons;
        }
        reasons.add(free < shape.gpus() ? PendingReason.INSUFFICIENT_GPUS : PendingReason.FRAGMENTATION);
        if (pool.fleet().fit(shape, usable, pool.fleet().all()) == null && mayEverFit(shape)) {
            reasons.add(PendingReason.NODE_DOWN);
        }
        return reasons;
    }

    /**
     * The quotas that {@code gpus} more would exceed.
     *
     * @param keptForUser GPUs kept for other jobs of the user, which count as held
     * @param keptForTeam and for other jobs of the team
     */
    Set<PendingReason> quotas(JobRequest request, int gpus, int keptForUser, int keptForTeam) {
        if (policy.maxGpusPerUser() == null && policy.maxGpusPerTeam() == null) {
            return Set.of();
        }
        EnumSet<PendingReason> reasons = EnumSet.noneOf(PendingReason.class);
        Integer perUser = policy.maxGpusPerUser();
        if (perUser != null && pool.index().gpusOfUser(request.user()) + keptForUser + gpus > perUser) {
            reasons.add(PendingReason.QUOTA_USER);
        }
        Integer perTeam = policy.maxGpusPerTeam();
        if (perTeam != null && pool.index().gpusOfTeam(request.team()) + keptForTeam + gpus > perTeam) {
            reasons.add(PendingReason.QUOTA_TEAM);
        }
        return reasons;
    }

    static int count(List<Slot> slots) {
        return slots.stream().mapToInt(Slot::gpus).sum();
    }

    /** @param priority null where the policy computes none */
    JobPlaced placed(Job job, List<Slot> slots, @Nullable Priority priority) {
        long now = pool.header().now();
        String gpuType = pool.fleet().node(slots.getFirst().node()).gpuType();
        List<NodeShare> shares = pool.fleet().take(slots);
        return new JobPlaced(
                job.id(),
                job.attempts() + 1,
                shares,
                gpuType,
                now,
                now + policy.liveness().startWithinMs(),
                policy.liveness().leaseMs(),
                job.request(),
                policy.limitMs(job.request()),
                policy.weight(gpuType),
                priority,
                Launch.of(pool, job, shares));
    }
}
