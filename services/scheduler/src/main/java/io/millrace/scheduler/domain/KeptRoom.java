package io.millrace.scheduler.domain;

import io.millrace.scheduler.domain.Fleet.Slot;
import io.millrace.scheduler.domain.Lanes.LaneJobs;
import io.millrace.scheduler.domain.PoolEvent.JobPlaced;
import io.millrace.scheduler.domain.Timeline.Planned;
import io.millrace.scheduler.domain.Timeline.Reservation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What there is room for in one cycle where GPUs are kept for jobs that have promises, and what is in the way of the
 * rest. What is kept counts against quotas as if it were held.
 */
final class KeptRoom {

    /** What holds a job back; {@code reservedFor} says whom its room is kept for, null unless that is a reason. */
    record Hindrances(Set<PendingReason> reasons, @Nullable String reservedFor) {}

    private final Pool pool;
    private final SchedulingPolicy policy;
    private final long now;
    private final Timeline timeline;
    private final Map<String, Integer> keptForUser = new HashMap<>();
    private final Map<String, Integer> keptForTeam = new HashMap<>();
    private Room room;

    /** Of each shape the lowest level at which it was found not to fit. */
    private final Map<JobRequest.Shape, Integer> misfits = new HashMap<>();

    /** The same by the numbers of {@link Lanes}, of shapes asked for at once; -1: not looked at. */
    private final int[] misfitsOfLanes;

    /** With what is kept for the jobs that have promises now. */
    KeptRoom(Pool pool, SchedulingPolicy policy) {
        this.pool = pool;
        this.policy = policy;
        now = pool.header().now();
        room = new Room(pool, policy);
        timeline = new Timeline(pool, policy, room.usable());
        misfitsOfLanes = new int[pool.index().lanes().shapes()];
        List<Job> held = new ArrayList<>();
        for (String jobId : pool.index().promised()) {
            Job job = pool.job(jobId);
            Promise promise = job.promise();
            if (promise != null && promise.plannedAt() != null) {
                keepAsPromised(job);
            } else {
                held.add(job);
            }
        }
        held.forEach(this::keepAsPromised);
        forgetMisfits();
    }

    /** In order of their start. */
    List<Reservation> reservations() {
        return timeline.reservations();
    }

    // ---- keeping

    /** Keeps what a job's promise says. */
    void keepAsPromised(Job job) {
        Promise promise = job.promise();
        if (promise == null) {
            return;
        }
        List<Slot> plan = promise.plan().stream()
                .map(part -> new Slot(pool.fleet().index(part.nodeId()), part.gpus()))
                .toList();
        keep(job, new Planned(promise.plannedAt() == null ? Timeline.HELD : promise.plannedAt(), plan));
    }

    /** Keeps GPUs for a job as planned. */
    void keep(Job job, Planned planned) {
        boolean held = planned.at() == Timeline.HELD;
        timeline.reserve(new Reservation(
                job,
                held ? timeline.heldFrom(planned.plan()) : planned.at(),
                held ? Timers.NEVER : Timers.plus(planned.at(), length(job)),
                planned.plan(),
                held));
        count(job, Room.count(planned.plan()));
        forgetMisfits();
    }

    /** Keeps nothing for a job any more. */
    void letGo(Job job) {
        for (Reservation reservation : timeline.reservations()) {
            if (reservation.job().id().equals(job.id())) {
                count(job, -Room.count(reservation.plan()));
            }
        }
        timeline.release(job.id());
        forgetMisfits();
    }

    private void count(Job job, int gpus) {
        keptForUser.merge(job.request().user(), gpus, Integer::sum);
        keptForTeam.merge(job.request().team(), gpus, Integer::sum);
    }

    /** When a job that can't start now can start at the latest; null when it could not if nothing ran. */
    @Nullable
    Planned earliest(Job job) {
        return timeline.earliest(job.request().shape(), length(job));
    }

    /** For how long a job may hold its GPUs from its placement on, ms. */
    long length(Job job) {
        return Timers.latestEnd(0, policy.limitMs(job.request()), policy.liveness());
    }

    // ---- room

    /** How many of the reservations begin before a job is surely over that starts now. */
    private int level(Job job) {
        return level(policy.limitMs(job.request()));
    }

    private int level(@Nullable Long limitMs) {
        return timeline.level(Timers.latestEnd(now, limitMs, policy.liveness()));
    }

    /** Where a job fits that leaves each reservation what it needs; null when it doesn't. */
    @Nullable
    List<Slot> fit(Job job) {
        JobRequest.Shape shape = job.request().shape();
        int level = level(job);
        if (level >= misfits.getOrDefault(shape, Integer.MAX_VALUE)) {
            return null;
        }
        List<Slot> slots = fit(shape, level);
        if (slots == null) {
            misfits.put(shape, level);
        }
        return slots;
    }

    private @Nullable List<Slot> fit(JobRequest.Shape shape, int level) {
        return pool.fleet().fit(shape, room.usable(), timeline.available(level));
    }

    /** Whether jobs of the lane may find room; false when they surely don't. */
    boolean mayFit(LaneJobs lane) {
        return level(lane.lane().limitMs()) < misfit(lane);
    }

    private int misfit(LaneJobs lane) {
        if (misfitsOfLanes[lane.shape()] < 0) {
            int level = 0;
            while (level <= timeline.reservations().size() && fit(lane.lane().shape(), level) != null) {
                level++;
            }
            misfitsOfLanes[lane.shape()] = level;
        }
        return misfitsOfLanes[lane.shape()];
    }

    /** Of each node whether new work may be placed there now. */
    boolean[] usable() {
        return room.usable();
    }

    boolean mayEverFit(Job job) {
        return room.mayEverFit(job.request().shape());
    }

    private void forgetMisfits() {
        misfits.clear();
        Arrays.fill(misfitsOfLanes, -1);
    }

    /**
     * The quotas a job would exceed; {@code slots} are those it would hold, null when it fits nowhere now: then what it
     * would hold of the empty pool.
     */
    Set<PendingReason> quotas(Job job, @Nullable List<Slot> slots) {
        return quotas(job, slots == null ? room.holds(job.request().shape()) : Room.count(slots));
    }

    /** The quotas a job would exceed with so many GPUs. */
    Set<PendingReason> quotas(Job job, int gpus) {
        JobRequest request = job.request();
        return room.quotas(
                request,
                gpus,
                keptForUser.getOrDefault(request.user(), 0),
                keptForTeam.getOrDefault(request.team(), 0));
    }

    JobPlaced placed(Job job, List<Slot> slots, Priority priority) {
        timeline.placed(slots, Timers.latestEnd(now, policy.limitMs(job.request()), policy.liveness()));
        return room.placed(job, slots, priority);
    }

    // ---- reasons

    /** To be told when nothing is placed any more: what was in the way of a shape before may be another now. */
    void settle() {
        room = new Room(pool, policy);
    }

    /** What holds a waiting job back by itself, whoever is before it. */
    Hindrances hindrances(Job job) {
        Promise promise = job.promise();
        if (promise == null) {
            return others(job);
        }
        letGo(job);
        Hindrances found = others(job);
        keepAsPromised(job);
        return found;
    }

    private Hindrances others(Job job) {
        EnumSet<PendingReason> reasons = EnumSet.noneOf(PendingReason.class);
        reasons.addAll(quotas(job, fit(job)));
        String reservedFor = null;
        JobRequest.Shape shape = job.request().shape();
        if (room.fit(shape) == null) {
            reasons.addAll(room.misfit(shape));
        } else {
            reservedFor = keeper(job);
            if (reservedFor != null) {
                reasons.add(PendingReason.RESERVED_FOR);
            }
        }
        return new Hindrances(reasons, reservedFor);
    }

    /** Whom the room is kept for that the job would need; null when it could start. */
    private @Nullable String keeper(Job job) {
        int level = level(job);
        for (int i = 1; i <= level; i++) {
            if (fit(job.request().shape(), i) == null) {
                return timeline.reservations().get(i - 1).job().id();
            }
        }
        return null;
    }
}
