package io.millrace.scheduler.domain;

import io.millrace.scheduler.domain.Job.Phase;
import io.millrace.scheduler.domain.KeptRoom.Hindrances;
import io.millrace.scheduler.domain.Lanes.Lane;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One of the things that hold a waiting job back.
 *
 * @param jobId whose turn comes first, or whom the room is kept for; null where no other job is named
 * @param startBy the start promised to that job, ms; null without one
 * @param quota the quota that is used up; null unless that is the reason
 * @param awaited of the job that must come to an end first; null unless that is the reason
 */
public record Blocker(
        PendingReason reason,
        @Nullable String jobId,
        @Nullable Long startBy,
        @Nullable Quota quota,
        @Nullable Awaited awaited) {

    public Blocker(PendingReason reason, @Nullable String jobId, @Nullable Long startBy, @Nullable Quota quota) {
        this(reason, jobId, startBy, quota, null);
    }

    /** How a job must end that is waited for, and where it is now. */
    public record Awaited(Dependency.Condition condition, Progress progress) {}

    /** Where a job is that has not ended. */
    public enum Progress {
        /** Waits for others itself. */
        DEPENDS,
        WAITS,
        RUNS
    }

    /**
     * GPUs that a user or team may hold at once.
     *
     * @param kept for other jobs of the same user or team that have promised starts; they count as held
     */
    public record Quota(int limit, int held, int kept) {}

    /**
     * Everything that holds a waiting job back as its pool is now, in the order of {@link PendingReason}: also what the
     * pool doesn't tell of each job, because it is told of the job before it. Empty when the next cycle starts it.
     */
    public static List<Blocker> of(Pool pool, Job job) {
        if (pool.policy() == null) {
            return List.of();
        }
        if (job.phase() instanceof Phase.Depending) {
            return awaited(pool, job);
        }
        SchedulingPolicy policy = pool.policy().policy();
        Set<Blocker> found = policy.byPriority() ? inLanes(pool, policy, job) : inOrder(pool, policy, job);
        List<Blocker> sorted = new ArrayList<>(found);
        sorted.sort(Comparator.comparing(Blocker::reason));
        return sorted;
    }

    /** Those of the jobs it waits for that have not ended: those that have are what was waited for. */
    private static List<Blocker> awaited(Pool pool, Job job) {
        List<Blocker> found = new ArrayList<>();
        for (Dependency dependency : job.request().after()) {
            Job other = pool.jobOrNull(dependency.jobId());
            Progress progress = other == null
                    ? null
                    : switch (other.phase()) {
                        case Phase.Submitted() -> Progress.WAITS;
                        case Phase.Waiting(long from) -> Progress.WAITS;
                        case Phase.Depending() -> Progress.DEPENDS;
                        case Phase.Active(Attempt attempt) -> Progress.RUNS;
                        case Phase.Ended(var state, long at) -> null;
                    };
            if (other != null && progress != null) {
                Promise promise = other.promise();
                found.add(new Blocker(
                        PendingReason.DEPENDENCY,
                        other.id(),
                        promise == null ? null : promise.startBy(),
                        null,
                        new Awaited(dependency.condition(), progress)));
            }
        }
        return found;
    }

    private static Set<Blocker> inLanes(Pool pool, SchedulingPolicy policy, Job job) {
        Set<Blocker> found = new LinkedHashSet<>();
        KeptRoom cycle = new KeptRoom(pool, policy);
        add(found, pool, policy, job, cycle.hindrances(job));
        Job first = job.promise() == null ? pool.index().lanes().first(Lane.of(job, policy)) : null;
        if (first != null && !first.id().equals(job.id())) {
            add(found, pool, policy, job, cycle.hindrances(pool.job(first.id())));
            found.add(named(pool, PendingReason.BELOW_QUEUE_HEAD, first.id()));
        }
        return found;
    }

    private static void add(Set<Blocker> found, Pool pool, SchedulingPolicy policy, Job job, Hindrances hindrances) {
        add(found, pool, policy, job, hindrances.reasons());
        if (hindrances.reservedFor() != null) {
            found.add(named(pool, PendingReason.RESERVED_FOR, hindrances.reservedFor()));
        }
    }

    private static Set<Blocker> inOrder(Pool pool, SchedulingPolicy policy, Job job) {
        Set<Blocker> found = new LinkedHashSet<>();
        Room room = new Room(pool, policy);
        add(found, pool, policy, job, quotas(room, job));
        room.fit(job.request().shape());
        add(found, pool, policy, job, room.misfit(job.request().shape()));
        String head = policy.strictHead() ? head(pool, room, job) : null;
        if (head != null) {
            found.add(named(pool, PendingReason.BELOW_QUEUE_HEAD, head));
        }
        return found;
    }

    private static Set<PendingReason> quotas(Room room, Job job) {
        List<Fleet.Slot> slots = room.fit(job.request().shape());
        return room.quotas(job.request(), slots == null ? job.request().gpus() : Room.count(slots), 0, 0);
    }

    /** The first job that nothing is placed past; null when the job comes before it or is it. */
    private static @Nullable String head(Pool pool, Room room, Job job) {
        for (Job before : pool.index().waiting().headSet(job, false)) {
            JobRequest.Shape shape = before.request().shape();
            if (room.fit(shape) == null && quotas(room, before).isEmpty() && room.mayEverFit(shape)) {
                return before.id();
            }
        }
        return null;
    }

    private static void add(
            Set<Blocker> found, Pool pool, SchedulingPolicy policy, Job job, Collection<PendingReason> reasons) {
        for (PendingReason reason : reasons) {
            switch (reason) {
                case QUOTA_USER, QUOTA_TEAM ->
                    found.add(new Blocker(reason, null, null, quota(pool, policy, job, reason)));
                case NO_MATCHING_GPU_TYPE, INSUFFICIENT_GPUS, FRAGMENTATION, NODE_DOWN ->
                    found.add(new Blocker(reason, null, null, null));
                case RESERVED_FOR, BELOW_QUEUE_HEAD, DEPENDENCY -> {} // told with the other job's name
            }
        }
    }

    private static Blocker named(Pool pool, PendingReason reason, String jobId) {
        Promise promise = pool.job(jobId).promise();
        return new Blocker(reason, jobId, promise == null ? null : promise.startBy(), null);
    }

    private static @Nullable Quota quota(Pool pool, SchedulingPolicy policy, Job job, PendingReason reason) {
        boolean ofUser = reason == PendingReason.QUOTA_USER;
        Integer limit = ofUser ? policy.maxGpusPerUser() : policy.maxGpusPerTeam();
        if (limit == null) {
            return null;
        }
        JobRequest asked = job.request();
        int held = ofUser ? pool.index().gpusOfUser(asked.user()) : pool.index().gpusOfTeam(asked.team());
        int kept = 0;
        for (String jobId : pool.index().promised()) {
            JobRequest other = pool.job(jobId).request();
            Promise promise = pool.job(jobId).promise();
            boolean same =
                    ofUser ? other.user().equals(asked.user()) : other.team().equals(asked.team());
            if (same && promise != null && !jobId.equals(job.id())) {
                kept += promise.plan().stream().mapToInt(Promise.NodeGpus::gpus).sum();
            }
        }
        return new Quota(limit, held, kept);
    }
}
