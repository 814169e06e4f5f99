package io.millrace.scheduler.domain;

import io.millrace.scheduler.domain.Fleet.Slot;
import io.millrace.scheduler.domain.KeptRoom.Hindrances;
import io.millrace.scheduler.domain.Lanes.LaneJobs;
import io.millrace.scheduler.domain.PoolEvent.LookPlanned;
import io.millrace.scheduler.domain.PoolEvent.PromiseRevised;
import io.millrace.scheduler.domain.PoolEvent.ReasonsChanged;
import io.millrace.scheduler.domain.PoolEvent.StartPlanned;
import io.millrace.scheduler.domain.PoolEvent.StartPromised;
import io.millrace.scheduler.domain.Promise.RevisionCause;
import io.millrace.scheduler.domain.Timeline.Planned;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
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
 * <p>When nobody finds room any more, one that has waited too long may make others give way: see {@link PreemptionSearch}.
 *
 * <p>Jobs go through lanes: see {@link Lanes}.
 */
final class Backfilling extends Lookahead {

    /**
     * Of so many lanes, and of all that have promises, the first job is told all that is in its way; of the others that
     * others are before them. Whoever asks is told all: see {@link Blocker}.
     */
    static final int EXPLAINED = 100;

    /** A lane with its job that is next, and that job's priority. */
    private record Turn(LaneJobs lane, Job job, long total, long shortness) implements Contender {}

    private final Pool pool;
    private final SchedulingPolicy policy;
    private final Priorities priorities;
    private KeptRoom room;

    /** Those that start first are asked first: what they leave earlier, others may take. */
    private final List<String> promised;

    /** How many of these have been asked. */
    private int asked;

    private final Deque<PoolEvent> decided = new ArrayDeque<>();
    private PriorityQueue<Turn> turns = new PriorityQueue<>(Contender.BY_PRIORITY);

    /** The lanes whose first jobs are the foremost, the last of them first. */
    private final PriorityQueue<Turn> foremost = new PriorityQueue<>(Contender.BY_PRIORITY.reversed());

    /** Whether the first job of each lane has got its turn. */
    private boolean begun;

    /** Whether all that are left can only pass those who have promises. */
    private boolean passing;

    /** Whether it was looked whether somebody has to give way. */
    private boolean preempted;

    /** Whom somebody gives way to; its room is kept when that has taken effect. */
    private PreemptionSearch.@Nullable Choice choice;

    /** Those whose promises come behind it now. */
    private final Deque<String> yielding = new ArrayDeque<>();

    /** Those who lost their promise to it, and wait in a lane again. */
    private final List<Job> unpromised = new ArrayList<>();

    private final Set<String> explained = new HashSet<>();
    private @Nullable Iterator<Job> toExplain;
    private @Nullable Iterator<Job> unexplained;

    Backfilling(Pool pool, SchedulingPolicy policy) {
        this.pool = pool;
        this.policy = policy;
        priorities = new Priorities(pool, policy, pool.header().now());
        room = new KeptRoom(pool, policy);
        promised = room.reservations().stream()
                .map(reservation -> reservation.job().id())
                .toList();
    }

    @Override
    @Nullable
    PoolEvent find() {
        while (decided.isEmpty()) {
            if (asked < promised.size()) {
                reconsider(pool.job(promised.get(asked++)));
            } else if (!nextTurn() && !preempt() && !nextExplained() && !nextUnexplained()) {
                return null;
            }
        }
        return decided.poll();
    }

    // ---- jobs that have a promise

    /** Starts a promised job if it can start; else plans it anew, as early as it can be now. */
    private void reconsider(Job job) {
        room.letGo(job);
        if (!room.quotas(job, null).isEmpty()) {
            breakPromise(job, RevisionCause.POLICY_CHANGED);
            return;
        }
        if (startNow(job)) {
            return;
        }
        Planned planned = room.earliest(job);
        if (isLate(job, planned) && asked < promised.size()) {
            // What makes one late must not put it behind all that start later: these are planned anew behind it.
            List<Job> later = promised.subList(asked, promised.size()).stream()
                    .map(pool::job)
                    .toList();
            later.forEach(room::letGo);
            if (startNow(job)) {
                return;
            }
            Planned before = room.earliest(job);
            if (before != null && before.start() < (planned == null ? Timers.NEVER : planned.start())) {
                planned = before;
            } else {
                later.forEach(room::keepAsPromised);
            }
        }
        if (planned == null || !room.quotas(job, planned.plan()).isEmpty()) {
            breakPromise(job, cause());
        } else {
            plan(job, planned, null);
        }
    }

    private boolean startNow(Job job) {
        List<Slot> slots = room.fit(job);
        if (slots == null || !room.quotas(job, slots).isEmpty()) {
            return false;
        }
        return place(job, slots);
    }

    /** Whether a job was promised an earlier start. */
    private static boolean isLate(Job job, @Nullable Planned planned) {
        return job.promise() instanceof Promise promise
                && promise.startBy() instanceof Long startBy
                && (planned == null || planned.start() > startBy);
    }

    /** Nothing is kept for the job any more; it waits like all others. */
    private void breakPromise(Job job, RevisionCause cause) {
        Promise promise = job.promise();
        if (promise != null && promise.startBy() != null) {
            decided.add(new PromiseRevised(job.id(), promise.startBy(), null, cause));
        }
        decided.add(new StartPlanned(job.id(), null));
    }

    /** @param why a promise may move; null for what {@link #cause} finds */
    private void plan(Job job, Planned planned, @Nullable RevisionCause why) {
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
            decided.add(new PromiseRevised(job.id(), startBy, at, why == null ? cause() : why));
        }
        room.keep(job, planned);
    }

    /** Why a promise moves: limits that were not enforced, if any, else what disturbed the pool since the last cycle. */
    private RevisionCause cause() {
        for (String jobId : pool.index().active()) {
            Job job = pool.job(jobId);
            Attempt attempt = job.active();
            if (attempt != null && Timers.overran(pool, policy, job, attempt)) {
                return RevisionCause.LIMIT_OVERRUN;
            }
        }
        return pool.header().disturbances().isEmpty()
                ? RevisionCause.LIMIT_OVERRUN
                : pool.header().disturbances().first();
    }

    // ---- all others

    /** Takes the next lane's turn; false when no lane is left that may place something or be promised something. */
    private boolean nextTurn() {
        if (!begun) {
            begin();
        } else if (!passing && isPassing()) {
            passing = true;
            List<Turn> left = List.copyOf(turns);
            turns = new PriorityQueue<>(Contender.SHORT_FIRST);
            left.forEach(turn -> offer(turn.lane(), turn.job(), turn.total()));
        }
        Turn turn = turns.poll();
        if (turn == null) {
            return false;
        }
        Job job = pool.job(turn.job().id());
        List<Slot> slots = room.fit(job);
        boolean withinQuotas = room.quotas(job, slots).isEmpty();
        if (withinQuotas && (slots == null ? promise(job) : place(job, slots))) {
            offerBehind(turn);
        }
        return true;
    }

    /** All lanes where a promise may be made; else only those that may find room. */
    private void begin() {
        begun = true;
        passing = isPassing();
        turns = new PriorityQueue<>(passing ? Contender.SHORT_FIRST : Contender.BY_PRIORITY);
        for (LaneJobs lane : pool.index().lanes().all()) {
            Job first = lane.first();
            long total = priorities.total(lane, first);
            foremost(lane, first, total);
            offer(lane, first, total);
        }
    }

    private boolean isPassing() {
        return room.reservations().size() >= policy.backfill().promises();
    }

    private void foremost(LaneJobs lane, Job first, long total) {
        Turn last = foremost.peek();
        if (last != null && foremost.size() == EXPLAINED && total < last.total()) {
            return;
        }
        foremost.add(new Turn(lane, first, total, 0));
        if (foremost.size() > EXPLAINED) {
            foremost.poll();
        }
    }

    private void offerBehind(Turn turn) {
        Job next = turn.lane().behind(turn.job());
        if (next != null) {
            offer(turn.lane(), next, priorities.total(turn.lane(), next));
        }
    }

    private void offer(LaneJobs lane, Job job, long total) {
        if (!passing) {
            turns.add(new Turn(lane, job, total, 0));
        } else if (room.mayFit(lane)) {
            turns.add(new Turn(lane, job, total, priorities.shortness(lane.lengths())));
        }
    }

    /** Promises a start to a job that finds no room, unless as many have one as may; whether it did. */
    private boolean promise(Job job) {
        Planned planned = isPassing() || !room.mayEverFit(job) ? null : room.earliest(job);
        if (planned == null || !room.quotas(job, planned.plan()).isEmpty()) {
            return false;
        }
        plan(job, planned, null);
        return true;
    }

    private boolean place(Job job, List<Slot> slots) {
        if (!job.reasons().isEmpty()) {
            decided.add(new ReasonsChanged(job.id(), EnumSet.noneOf(PendingReason.class)));
        }
        return decided.add(room.placed(job, slots, priorities.of(job)));
    }

    // ---- those who give way

    /** Makes others give way to a job; false when that is done, or nobody has to. */
    private boolean preempt() {
        PreemptionSearch.Choice made = choice;
        if (made != null) {
            choice = null;
            keepRoom(made);
            return true;
        }
        if (!yielding.isEmpty()) {
            moveBack(pool.job(yielding.remove()));
            return true;
        }
        SchedulingPolicy.Preemption terms = policy.preemption();
        if (preempted || terms == null) {
            return false;
        }
        preempted = true;
        PreemptionSearch preemption = new PreemptionSearch(pool, policy, terms, priorities, room);
        choice = preemption.choose(foremost());
        if (!Objects.equals(preemption.lookAt(), pool.header().lookAt())) {
            decided.add(new LookPlanned(preemption.lookAt()));
        }
        if (choice != null) {
            decided.addAll(choice.requests(terms.graceMs()));
        }
        return !decided.isEmpty();
    }

    /** Keeps the room that becomes free for the job it was made for. */
    private void keepRoom(PreemptionSearch.Choice made) {
        room = new KeptRoom(pool, policy);
        made.yielding().forEach(other -> {
            room.letGo(other);
            yielding.add(other.id());
        });
        Job job = pool.job(made.job().id());
        room.letGo(job);
        if (!startNow(job)) {
            Planned planned = room.earliest(job);
            if (planned != null && room.quotas(job, planned.plan()).isEmpty()) {
                plan(job, planned, null);
            } else {
                room.keepAsPromised(job);
            }
        }
    }

    /** Plans anew what was promised to a job that a critical one came before. */
    private void moveBack(Job job) {
        if (startNow(job)) {
            return; // what was kept for the other one may be elsewhere now
        }
        Planned planned = room.earliest(job);
        if (planned == null || !room.quotas(job, planned.plan()).isEmpty()) {
            breakPromise(job, RevisionCause.PREEMPTION);
            unpromised.add(job);
        } else {
            plan(job, planned, RevisionCause.PREEMPTION);
        }
    }

    /** Those who have promises, and the first of the foremost lanes. */
    private List<Job> foremost() {
        List<Job> jobs = new ArrayList<>();
        pool.index().promised().forEach(jobId -> jobs.add(pool.job(jobId)));
        foremost.stream()
                .sorted(Contender.BY_PRIORITY)
                .filter(turn -> !turn.lane().jobs().isEmpty())
                .forEach(turn -> jobs.add(pool.job(turn.lane().first().id())));
        unpromised.forEach(
                job -> jobs.add(Objects.requireNonNull(pool.index().lanes().first(Lanes.Lane.of(job, policy)))));
        return jobs;
    }

    // ---- reasons

    /** Tells the next of the promised and foremost jobs all that is in its way; false when there is none. */
    private boolean nextExplained() {
        if (toExplain == null) {
            room.settle();
            toExplain = foremost().iterator();
        }
        while (toExplain.hasNext()) {
            Job job = toExplain.next();
            explained.add(job.id());
            Hindrances found = room.hindrances(job);
            if (!found.reasons().equals(job.reasons()) || !Objects.equals(found.reservedFor(), job.reservedFor())) {
                decided.add(new ReasonsChanged(job.id(), found.reasons(), found.reservedFor()));
                return true;
            }
        }
        return false;
    }

    /** Tells the next job that others before it are all that changed for it; false when there is none. */
    private boolean nextUnexplained() {
        if (unexplained == null) {
            List<Job> jobs = new ArrayList<>();
            for (String jobId : pool.index().unsettledInLanes()) {
                if (!explained.contains(jobId)) {
                    jobs.add(pool.job(jobId));
                }
            }
            jobs.sort(Job.BY_SUBMISSION);
            unexplained = jobs.iterator();
        }
        if (!unexplained.hasNext()) {
            return false;
        }
        decided.add(new ReasonsChanged(unexplained.next().id(), JobIndex.BELOW_HEAD));
        return true;
    }
}
