package io.millrace.scheduler.domain;

import io.millrace.scheduler.domain.Fleet.Slot;
import io.millrace.scheduler.domain.Lanes.Lane;
import io.millrace.scheduler.domain.PoolEvent.PromiseRevised;
import io.millrace.scheduler.domain.PoolEvent.ReasonsChanged;
import io.millrace.scheduler.domain.PoolEvent.StartPlanned;
import io.millrace.scheduler.domain.PoolEvent.StartPromised;
import io.millrace.scheduler.domain.Promise.RevisionCause;
import io.millrace.scheduler.domain.Timeline.Planned;
import io.millrace.scheduler.domain.Timeline.Reservation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Places waiting jobs by priority. The first that find no room are promised a start: GPUs are kept for them from the
 * instant at which enough are free at the latest, by enforced limits alone. Others may start before only where they are
 * over by then or leave what is kept (EASY backfill with one promise, conservative with many). A promise once made is
 * kept before all later ones, whatever their priority: so it never moves but by a {@link RevisionCause}, and no job,
 * however large, waits for ever behind smaller ones.
 *
 * <p>Jobs go through lanes: see {@link Lanes}.
 */
final class Backfilling extends Lookahead {

    /** A lane with its job that is next, and that job's priority. {@code shorter}: only jobs that end early are left. */
    private record Turn(Lane lane, Job job, Priority priority, boolean shorter) implements Contender {}

    /** What holds a job back; {@code reservedFor} says whom its room is kept for, null unless that is a reason. */
    record Hindrances(Set<PendingReason> reasons, @Nullable String reservedFor) {}

    private final Pool pool;
    private final SchedulingPolicy policy;
    private final long now;
    private final Priorities priorities;
    private final Room room;
    private final Timeline timeline;
    private final Iterator<String> promised;
    private final Map<String, Integer> keptForUser = new HashMap<>();
    private final Map<String, Integer> keptForTeam = new HashMap<>();

    /** Of each shape the lowest level at which it did not fit. */
    private final Map<JobRequest.Shape, Integer> misfits = new HashMap<>();

    private final Set<String> explained = new HashSet<>();
    private final Deque<PoolEvent> decided = new ArrayDeque<>();
    private PriorityQueue<Turn> turns = new PriorityQueue<>(Contender.BY_PRIORITY);

    /** Whether the first job of each lane has got its turn. */
    private boolean begun;

    /** Whether all that are left can only pass those who have promises. */
    private boolean passing;

    private @Nullable Iterator<Job> unexplained;

    Backfilling(Pool pool, SchedulingPolicy policy) {
        this.pool = pool;
        this.policy = policy;
        now = pool.header().now();
        priorities = new Priorities(pool, policy, now);
        room = new Room(pool, policy);
        timeline = new Timeline(pool, room.usable());
        List<Job> kept = new ArrayList<>();
        for (String jobId : pool.index().promised()) {
            Job job = pool.job(jobId);
            kept.add(job);
            keep(job, 1);
            Promise promise = job.promise();
            if (promise != null) {
                timeline.reserve(reservation(job, promise));
            }
        }
        // Those that start first are asked first: what they leave earlier, others may take.
        promised = timeline.reservations().stream()
                .map(reservation -> reservation.job().id())
                .toList()
                .iterator();
    }

    private Reservation reservation(Job job, Promise promise) {
        List<Slot> plan = promise.plan().stream()
                .map(part -> new Slot(pool.fleet().index(part.nodeId()), part.gpus()))
                .toList();
        return reservation(job, promise.plannedAt() == null ? Timeline.HELD : promise.plannedAt(), plan);
    }

    private Reservation reservation(Job job, long at, List<Slot> plan) {
        return new Reservation(job, at, at == Timeline.HELD ? Timers.NEVER : Timers.plus(at, length(job)), plan);
    }

    /** For how long a job may hold GPUs from its placement on, ms. */
    private long length(Job job) {
        return Timers.latestEnd(0, policy.limitMs(job.request()), policy.liveness());
    }

    private void keep(Job job, int sign) {
        keptForUser.merge(job.request().user(), sign * job.request().gpus(), Integer::sum);
        keptForTeam.merge(job.request().team(), sign * job.request().gpus(), Integer::sum);
    }

    @Override
    @Nullable
    PoolEvent find() {
        while (decided.isEmpty()) {
            if (promised.hasNext()) {
                reconsider(pool.job(promised.next()));
            } else if (!nextTurn()) {
                if (!nextUnexplained()) {
                    return null;
                }
            }
        }
        return decided.poll();
    }

    // ---- jobs that have a promise

    /** Starts a promised job if it can start; else plans it anew, as early as it can be now. */
    private void reconsider(Job job) {
        keep(job, -1);
        timeline.release(job.id());
        misfits.clear();
        Set<PendingReason> quotas = quotas(job, job.request().gpus());
        if (!quotas.isEmpty()) {
            breakPromise(job, RevisionCause.POLICY_CHANGED);
            return;
        }
        List<Slot> slots = fit(job);
        if (slots != null && quotas(job, Room.count(slots)).isEmpty()) {
            place(job, slots, priorities.of(job));
            return;
        }
        Planned planned = timeline.earliest(job.request().shape(), length(job));
        if (planned == null) {
            breakPromise(job, cause());
            return;
        }
        plan(job, planned);
        explain(job, quotas);
    }

    /** Nothing is kept for the job any more; it waits like all others. */
    private void breakPromise(Job job, RevisionCause cause) {
        Promise promise = job.promise();
        if (promise != null && promise.startBy() != null) {
            decided.add(new PromiseRevised(job.id(), promise.startBy(), null, cause));
        }
        decided.add(new StartPlanned(job.id(), null));
    }

    private void plan(Job job, Planned planned) {
        Promise known = job.promise();
        Long at = planned.at() == Timeline.HELD ? null : (Long) planned.at();
        Long startBy = known == null ? null : known.startBy();
        Promise next = new Promise(startBy, at, pool.fleet().plan(planned.plan()));
        if (!next.equals(known)) {
            decided.add(new StartPlanned(job.id(), next));
        }
        if (startBy == null && at != null) {
            decided.add(new StartPromised(job.id(), at));
        } else if (startBy != null && (at == null || at > startBy)) {
            decided.add(new PromiseRevised(job.id(), startBy, at, cause()));
        }
        timeline.reserve(reservation(job, planned.at(), planned.plan()));
        keep(job, 1);
        misfits.clear();
    }

    /** Why a promise moves: limits that were not enforced, if any, else what disturbed the pool since the last cycle. */
    private RevisionCause cause() {
        for (String jobId : pool.index().active()) {
            Job job = pool.job(jobId);
            Attempt attempt = job.active();
            if (attempt != null && Timers.overran(pool, job, attempt)) {
                return RevisionCause.LIMIT_OVERRUN;
            }
        }
        return pool.header().disturbances().isEmpty()
                ? RevisionCause.LIMIT_OVERRUN
                : pool.header().disturbances().first();
    }

    // ---- all others

    /** Takes the next lane's turn; false when no lane is left. */
    private boolean nextTurn() {
        if (turns.isEmpty() && !begun) {
            begun = true;
            for (Lane lane : pool.index().lanes().all()) {
                offer(lane, pool.index().lanes().first(lane), false);
            }
        }
        if (!passing && timeline.reservations().size() >= policy.backfill().promises()) {
            passing = true;
            PriorityQueue<Turn> left = turns;
            turns = new PriorityQueue<>(Contender.SHORT_FIRST);
            turns.addAll(left);
        }
        Turn turn = turns.poll();
        if (turn == null) {
            return false;
        }
        Job job = pool.job(turn.job().id());
        List<Slot> slots = fit(job);
        Set<PendingReason> quotas = quotas(job, slots == null ? job.request().gpus() : Room.count(slots));
        if (slots != null && quotas.isEmpty()) {
            place(job, slots, turn.priority());
            offer(turn.lane(), pool.index().lanes().behind(turn.lane(), job), turn.shorter());
            return true;
        }
        if (!turn.shorter()) {
            if (quotas.isEmpty()) {
                promise(job);
            }
            explain(job, quotas);
        }
        if (quotas.isEmpty()) {
            offerShorter(turn.lane(), job);
        }
        return true;
    }

    private void offer(Lane lane, @Nullable Job job, boolean shorter) {
        if (job != null) {
            turns.add(new Turn(lane, job, priorities.of(job), shorter));
        }
    }

    /** In a lane whose first job is too long to start now, a shorter one behind it may be over in time. */
    private void offerShorter(Lane lane, Job job) {
        int misfit = misfits.getOrDefault(job.request().shape(), 0);
        if (timeline.level(Timers.latestEnd(now, lane.lowestLimitMs(), policy.liveness())) >= misfit) {
            return;
        }
        Job next = pool.index().lanes().behind(lane, job);
        while (next != null && level(next) >= misfit) {
            next = pool.index().lanes().behind(lane, next);
        }
        offer(lane, next, true);
    }

    /** Promises a start to a job that finds no room, unless as many have one as may. */
    private void promise(Job job) {
        if (timeline.reservations().size() >= policy.backfill().promises()
                || !room.mayEverFit(job.request().shape())) {
            return;
        }
        Planned planned = timeline.earliest(job.request().shape(), length(job));
        if (planned != null) {
            plan(job, planned);
        }
    }

    private int level(Job job) {
        return timeline.level(Timers.latestEnd(now, policy.limitMs(job.request()), policy.liveness()));
    }

    /** Where a job fits that leaves each reservation what it needs; null when it doesn't. */
    private @Nullable List<Slot> fit(Job job) {
        JobRequest.Shape shape = job.request().shape();
        int level = level(job);
        if (level >= misfits.getOrDefault(shape, Integer.MAX_VALUE)) {
            return null;
        }
        List<Slot> slots = pool.fleet().fit(shape, room.usable(), timeline.available(level));
        if (slots == null) {
            misfits.put(shape, level);
        }
        return slots;
    }

    private Set<PendingReason> quotas(Job job, int gpus) {
        JobRequest request = job.request();
        return room.quotas(
                request,
                gpus,
                keptForUser.getOrDefault(request.user(), 0),
                keptForTeam.getOrDefault(request.team(), 0));
    }

    private void place(Job job, List<Slot> slots, Priority priority) {
        if (!job.reasons().isEmpty()) {
            decided.add(new ReasonsChanged(job.id(), EnumSet.noneOf(PendingReason.class)));
        }
        decided.add(room.placed(job, slots, priority));
        timeline.placed(slots, Timers.latestEnd(now, policy.limitMs(job.request()), policy.liveness()));
    }

    // ---- reasons

    private void explain(Job job, Set<PendingReason> quotas) {
        explained.add(job.id());
        Hindrances found = hindrances(job, quotas);
        if (!found.reasons().equals(job.reasons()) || !Objects.equals(found.reservedFor(), job.reservedFor())) {
            decided.add(new ReasonsChanged(job.id(), found.reasons(), found.reservedFor()));
        }
    }

    private Hindrances hindrances(Job job, Set<PendingReason> quotas) {
        EnumSet<PendingReason> reasons = EnumSet.noneOf(PendingReason.class);
        reasons.addAll(quotas);
        String reservedFor = null;
        if (room.fit(job.request().shape()) == null) {
            reasons.addAll(room.misfit(job.request().shape()));
        } else {
            reservedFor = keeper(job);
            if (reservedFor != null) {
                reasons.add(PendingReason.RESERVED_FOR);
            }
        }
        return new Hindrances(reasons, reservedFor);
    }

    /** What holds a waiting job back by itself, whoever is before it. For readers, before anything is asked of this. */
    Hindrances hindrances(Job job) {
        Promise promise = job.promise();
        if (promise != null) {
            keep(job, -1);
            timeline.release(job.id());
        }
        List<Slot> slots = fit(job);
        Hindrances found = hindrances(job, quotas(job, slots == null ? job.request().gpus() : Room.count(slots)));
        misfits.clear();
        if (promise != null) {
            keep(job, 1);
            timeline.reserve(reservation(job, promise));
        }
        return found;
    }

    /** Whom the room is kept for that the job would need; null when it could start. */
    private @Nullable String keeper(Job job) {
        int level = level(job);
        for (int i = 1; i <= level; i++) {
            if (pool.fleet().fit(job.request().shape(), room.usable(), timeline.available(i)) == null) {
                String keeper = timeline.reservations().get(i - 1).job().id();
                return keeper.equals(job.id()) ? null : keeper;
            }
        }
        return null;
    }

    /** Tells the next job that its place in its lane is all that changed for it; false when there is none. */
    private boolean nextUnexplained() {
        if (unexplained == null) {
            unexplained = List.copyOf(pool.index().unsettled()).iterator();
        }
        while (unexplained.hasNext()) {
            Job job = pool.job(unexplained.next().id());
            if (!explained.contains(job.id()) && !job.reasons().equals(JobIndex.BELOW_HEAD)) {
                decided.add(new ReasonsChanged(job.id(), JobIndex.BELOW_HEAD));
                return true;
            }
        }
        return false;
    }
}
