package io.millrace.scheduler.domain;

import io.millrace.scheduler.domain.Job.Checkpoint;
import io.millrace.scheduler.domain.Job.Phase;
import io.millrace.scheduler.domain.PoolEvent.PreemptionCause;
import io.millrace.scheduler.domain.PoolEvent.PreemptionRequested;
import io.millrace.scheduler.domain.SchedulingPolicy.Preemptible;
import io.millrace.scheduler.domain.SchedulingPolicy.QueueLimits;
import io.millrace.scheduler.domain.Timeline.Reservation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds who gives way to a job that has waited too long: attempts of lower priority that may be preempted, never more
 * than needed.
 *
 * <p>Who gives way to whom has no circle, however priorities change: a job never makes one give way that it gave way to
 * itself, nor one that that one gave way to, and so on. So no two jobs stop one another for ever.
 */
final class PreemptionSearch {

    /**
     * An attempt that may give way.
     *
     * @param points whole points of its job's priority: what differs by less is decided by what would be lost
     */
    record Victim(Job job, Attempt attempt, Preemptible kind, long points, long lostGpuMs, Release release) {}

    /**
     * Who gives way to a job.
     *
     * @param yielding jobs that wait and have promises which come behind the job's from now on
     */
    record Choice(Job job, List<Victim> victims, List<Job> yielding) {

        List<PoolEvent> requests(long graceMs) {
            return victims.stream()
                    .<PoolEvent>map(victim -> new PreemptionRequested(
                            victim.job().id(),
                            victim.attempt().number(),
                            PreemptionCause.HIGHER_PRIORITY,
                            job.id(),
                            victim.lostGpuMs(),
                            graceMs))
                    .toList();
        }
    }

    /** An attempt's GPUs, and until when it surely holds them. */
    record Release(long at, List<Fleet.Slot> slots) {}

    /** Jobs looked at in a cycle that find nobody: each is tried against all that may give way. */
    private static final int MOST_TRIES = 3;

    /** Who has found nobody may find somebody later, without anything having happened. */
    private static final long LOOK_AGAIN_MS = 60_000;

    private static final long CRITICAL_MS = 24 * 3_600_000L;

    private static final Comparator<Victim> FIRST_TO_GO = Comparator.comparing(
                    (Victim victim) -> victim.kind() != Preemptible.FIRST)
            .thenComparingLong(Victim::points)
            .thenComparingLong(Victim::lostGpuMs)
            .thenComparing(victim -> victim.job().id());

    private final Pool pool;
    private final SchedulingPolicy policy;
    private final SchedulingPolicy.Preemption terms;
    private final Priorities priorities;
    private final KeptRoom room;
    private final long now;

    /** When GPUs are free of attempts that are asked to stop now. */
    private final long goneBy;

    private @Nullable Long lookAt;
    private @Nullable List<Victim> preemptible;

    /** GPUs of each node that are free when those that stop now are gone, of what nobody gives way for. */
    private int[] freeThen = new int[0];

    /** What is released later than that, the first first. */
    private final List<Release> later = new ArrayList<>();

    PreemptionSearch(
            Pool pool,
            SchedulingPolicy policy,
            SchedulingPolicy.Preemption terms,
            Priorities priorities,
            KeptRoom room) {
        this.pool = pool;
        this.policy = policy;
        this.terms = terms;
        this.priorities = priorities;
        this.room = room;
        now = pool.header().now();
        goneBy = Timers.plus(now, terms.graceMs(), policy.liveness().marginMs());
    }

    /** GPU time that is lost when an attempt stops now: since its job's last checkpoint, or its start; GPU ms. */
    static long lostGpuMs(Job job, Attempt attempt, long now) {
        Checkpoint newest = job.checkpoint();
        Long startedAt = attempt.startedAt();
        if (startedAt == null) {
            return 0;
        }
        long since =
                newest != null && newest.attempt() == attempt.number() ? Math.max(startedAt, newest.at()) : startedAt;
        return Math.max(0, now - since) * attempt.gpus();
    }

    /**
     * The first of these jobs that others must give way to, with those; null when there is none.
     *
     * @param waiting jobs that found no room
     */
    @Nullable
    Choice choose(Collection<Job> waiting) {
        List<Job> inOrder = new ArrayList<>(waiting);
        Map<String, Long> totals = new HashMap<>();
        waiting.forEach(job -> totals.put(job.id(), priorities.total(job)));
        inOrder.sort(Comparator.comparingLong((Job job) -> -totals.getOrDefault(job.id(), 0L))
                .thenComparing(Job.BY_SUBMISSION));
        int tries = 0;
        for (Job job : inOrder) {
            if (!(job.phase() instanceof Phase.Waiting(long from)) || !room.mayEverFit(job)) {
                continue;
            }
            long due = Timers.plus(from, after(job));
            if (now < due) {
                look(due);
            } else if (tries < MOST_TRIES && mayHaveMore(job)) {
                Choice choice = choose(job);
                if (choice != null) {
                    look(now + 1); // what is kept for whom is another now: somebody may find room
                    return choice;
                }
                tries++;
            }
        }
        if (tries > 0) {
            look(now + LOOK_AGAIN_MS);
        }
        return null;
    }

    /** When to look again although nothing happened, ms; null when there is no need to. */
    @Nullable
    Long lookAt() {
        return lookAt;
    }

    private void look(long at) {
        lookAt = lookAt == null ? at : Math.min(lookAt, at);
    }

    private long after(Job job) {
        QueueLimits queue = policy.queues().get(job.request().queue());
        return queue == null || queue.preemptAfterMs() == null ? terms.afterMs() : queue.preemptAfterMs();
    }

    private @Nullable Choice choose(Job job) {
        List<Reservation> others = room.reservations().stream()
                .filter(other -> !other.job().id().equals(job.id()))
                .toList();
        if (fits(job, others, List.of()) != null) {
            return null; // it will find room as soon as those who give way would be gone
        }
        List<Job> yielding = List.of();
        long points = points(job);
        if (isCritical(job)) {
            yielding = others.stream()
                    .map(Reservation::job)
                    .filter(other -> !isCritical(other) && points(other) < points)
                    .toList();
            Set<String> ids = new HashSet<>(yielding.stream().map(Job::id).toList());
            others = others.stream()
                    .filter(other -> !ids.contains(other.job().id()))
                    .toList();
        }
        List<Victim> chosen = fewest(job, others, below(job, points));
        if (chosen == null || !withinQuotas(job, others, chosen)) {
            return null;
        }
        return new Choice(job, chosen, yielding);
    }

    /** Whether quotas leave a job as many GPUs as it needs at the least. */
    private boolean mayHaveMore(Job job) {
        if (job.promise() == null) {
            return room.quotas(job, job.request().gpus()).isEmpty();
        }
        room.letGo(job);
        boolean may = room.quotas(job, job.request().gpus()).isEmpty();
        room.keepAsPromised(job);
        return may;
    }

    private boolean withinQuotas(Job job, List<Reservation> others, List<Victim> gone) {
        List<Fleet.Slot> slots = fits(job, others, gone);
        room.letGo(job);
        boolean within = slots != null && room.quotas(job, slots).isEmpty();
        room.keepAsPromised(job);
        return within;
    }

    /** No more than needed of the first of these; null when all are too few. */
    private @Nullable List<Victim> fewest(Job job, List<Reservation> others, List<Victim> candidates) {
        if (fits(job, others, candidates) == null) {
            return null;
        }
        int enough = candidates.size();
        int tooFew = -1;
        while (enough - tooFew > 1) {
            int middle = (tooFew + enough) >>> 1;
            if (fits(job, others, candidates.subList(0, middle)) == null) {
                tooFew = middle;
            } else {
                enough = middle;
            }
        }
        List<Victim> chosen = new ArrayList<>(candidates.subList(0, enough));
        // Each is spared in turn, the last first, as long as the rest are enough. After one was, the others are asked
        // again: until nobody can be spared any more.
        boolean spared = true;
        while (spared) {
            spared = false;
            for (int i = chosen.size() - 1; i >= 0; i--) {
                Victim victim = chosen.remove(i);
                if (fits(job, others, chosen) == null) {
                    chosen.add(i, victim);
                } else {
                    spared = true;
                }
            }
        }
        return chosen;
    }

    // ---- who may have to go

    /** Those that may give way to a job, the first to go first. */
    private List<Victim> below(Job job, long points) {
        Set<String> above = gaveWayTo(job);
        return preemptible().stream()
                .filter(victim ->
                        victim.points() < points && !above.contains(victim.job().id()))
                .filter(victim -> victim.attempt().shares().stream()
                        .anyMatch(share ->
                                pool.node(share.nodeId()).matches(job.request().shape())))
                .toList();
    }

    /** Whom a job gave way to, whom those gave way to, and so on. */
    private Set<String> gaveWayTo(Job job) {
        Set<String> found = new HashSet<>();
        Deque<String> left = new ArrayDeque<>(job.preemptedFor());
        while (!left.isEmpty()) {
            String jobId = left.removeFirst();
            Job known = found.add(jobId) ? pool.jobOrNull(jobId) : null;
            if (known != null) {
                left.addAll(known.preemptedFor());
            }
        }
        return found;
    }

    private List<Victim> preemptible() {
        if (preemptible == null) {
            List<Victim> found = new ArrayList<>();
            freeThen = pool.fleet().free().clone();
            for (AttemptIndex.Release held : pool.index().attempts().releases()) {
                Job job = pool.job(held.jobId());
                Attempt attempt = job.active();
                if (attempt == null) {
                    continue;
                }
                long at = held.at() > now ? held.at() : Timers.laterEnd(held.at(), now, policy.liveness());
                boolean stops = attempt.stop() != null || attempt.ending() != null;
                Release release = new Release(stops ? Math.min(at, goneBy) : at, held.slots(pool.fleet()));
                if (release.at() <= goneBy) {
                    give(freeThen, release.slots(), 1);
                    continue;
                }
                later.add(release);
                Preemptible kind = kind(job);
                if (kind != Preemptible.NEVER && mayGiveWay(job, attempt)) {
                    found.add(new Victim(job, attempt, kind, points(job), lostGpuMs(job, attempt, now), release));
                }
            }
            later.sort(Comparator.comparingLong(Release::at));
            found.sort(FIRST_TO_GO);
            preemptible = found;
        }
        return preemptible;
    }

    private Preemptible kind(Job job) {
        QueueLimits queue = policy.queues().get(job.request().queue());
        return queue == null ? Preemptible.NEVER : queue.preemptible();
    }

    private boolean mayGiveWay(Job job, Attempt attempt) {
        return attempt.startedAt() != null
                && now - attempt.startedAt() >= terms.minRuntimeMs()
                && job.preemptedFor().size() < terms.maxPerJob()
                && !job.cancelRequested()
                && attempt.lostNodes().isEmpty()
                && !isCritical(job);
    }

    /** Whether its result is needed within a day, as far as its team may say so. */
    private boolean isCritical(Job job) {
        Long deadline = job.request().deadlineMs();
        Member.Team team = pool.teams().get(job.request().team());
        return deadline != null && team != null && team.deadlines() && deadline - now < CRITICAL_MS;
    }

    private long points(Job job) {
        return Math.floorDiv(priorities.total(job), Priority.POINT);
    }

    // ---- whether it is enough

    /** Where a job fits when those who give way are gone, beside what is kept for others; null when nowhere. */
    private @Nullable List<Fleet.Slot> fits(Job job, List<Reservation> others, List<Victim> gone) {
        long until = Timers.plus(goneBy, room.length(job));
        preemptible();
        int[] least = freeAt(goneBy, others, gone);
        for (Reservation other : others) {
            if (goneBy < other.at() && other.at() < until) {
                int[] then = freeAt(other.at(), others, gone);
                for (int i = 0; i < least.length; i++) {
                    least[i] = Math.min(least[i], then[i]);
                }
            }
        }
        return pool.fleet().fit(job.request().shape(), room.usable(), least);
    }

    /** @param at not before those that stop now are gone */
    private int[] freeAt(long at, List<Reservation> others, List<Victim> gone) {
        int[] free = freeThen.clone();
        for (Release release : later) {
            if (release.at() > at) {
                break;
            }
            give(free, release.slots(), 1);
        }
        for (Victim victim : gone) {
            if (victim.release().at() > at) {
                give(free, victim.release().slots(), 1);
            }
        }
        for (Reservation other : others) {
            if (other.at() <= at && at < other.end()) {
                give(free, other.plan(), -1);
            }
        }
        return free;
    }

    private static void give(int[] gpus, List<Fleet.Slot> slots, int sign) {
        for (Fleet.Slot slot : slots) {
            gpus[slot.node()] += sign * slot.gpus();
        }
    }
}
