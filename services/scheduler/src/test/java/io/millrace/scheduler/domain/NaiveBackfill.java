package io.millrace.scheduler.domain;

import io.millrace.scheduler.domain.Fleet.Slot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a cycle should decide, found in the plainest way: every waiting job is tried, and what is free at an instant is
 * counted anew each time. Nothing is remembered but the jobs placed and the GPUs kept so far.
 */
final class NaiveBackfill {

    /** GPUs of a node that are busy, or kept, from one instant until another. */
    record Use(int node, int gpus, long from, long until) {}

    /** {@code at} is null when GPUs are held without an instant; then {@code from} says behind whom. */
    record Kept(Job job, @Nullable Long at, long from, long until, List<Slot> plan) {}

    private record Start(long at, List<Slot> plan) {}

    private static final long NEVER = Long.MAX_VALUE;
    static final long AT_ONCE = Long.MIN_VALUE;
    static final Comparator<Kept> BY_START = Comparator.comparingLong(Kept::from)
            .thenComparing(kept -> kept.job().id());

    final Pool pool;
    private final SchedulingPolicy policy;
    private final Priorities priorities;
    final long now;
    final boolean[] usable;
    final List<Use> busy = new ArrayList<>();

    /** Attempts without a limit, the oldest first. */
    private final List<List<Use>> endless = new ArrayList<>();

    final Map<String, Kept> kept = new HashMap<>();
    private final Map<String, Integer> heldByUser = new HashMap<>();
    private final Map<String, Integer> heldByTeam = new HashMap<>();
    private final Set<String> placed = new TreeSet<>();
    private final List<String> decided = new ArrayList<>();

    /** Of a pool as it is when a cycle is about to place. */
    NaiveBackfill(Pool pool) {
        this.pool = pool;
        policy = Objects.requireNonNull(pool.policy()).policy();
        now = pool.header().now();
        priorities = new Priorities(pool, policy, now);
        usable = new boolean[pool.nodes().size()];
        int index = 0;
        for (Node node : pool.nodes()) {
            usable[index++] = node.health() == Node.Health.UP && node.suspectUntil() <= now;
        }
        pool.jobs().stream()
                .filter(job -> job.active() != null)
                .sorted(Comparator.comparingLong((Job job) -> attempt(job).placedAt())
                        .thenComparing(Job::id))
                .forEach(this::hold);
        waiting().stream().filter(job -> isPromised(job, true)).forEach(this::keepAsPromised);
        waiting().stream().filter(job -> isPromised(job, false)).forEach(this::keepAsPromised);
    }

    private static boolean isPromised(Job job, boolean anInstant) {
        return job.promise() instanceof Promise promise && (promise.plannedAt() != null) == anInstant;
    }

    private void keepAsPromised(Job job) {
        Promise promise = Objects.requireNonNull(job.promise());
        keep(job, promise.plannedAt(), slots(promise));
    }

    private static Attempt attempt(Job job) {
        return Objects.requireNonNull(job.active());
    }

    private List<Slot> slots(Promise promise) {
        return promise.plan().stream()
                .map(part -> new Slot(index(part.nodeId()), part.gpus()))
                .toList();
    }

    private int index(String nodeId) {
        return pool.nodes().stream().map(Node::id).toList().indexOf(nodeId);
    }

    private List<Job> waiting() {
        return pool.jobs().stream()
                .filter(job -> job.phase() instanceof Job.Phase.Waiting)
                .sorted(Comparator.comparing(Job::id))
                .toList();
    }

    private void hold(Job job) {
        Attempt attempt = attempt(job);
        long until = surelyOver(job, attempt);
        List<Use> uses = attempt.shares().stream()
                .map(share -> new Use(index(share.nodeId()), share.gpus(), AT_ONCE, until))
                .toList();
        busy.addAll(uses);
        if (until == NEVER) {
            endless.add(uses);
        }
        heldByUser.merge(job.request().user(), attempt.gpus(), Integer::sum);
        heldByTeam.merge(job.request().team(), attempt.gpus(), Integer::sum);
    }

    private long slack() {
        return policy.liveness().graceMs() + policy.liveness().marginMs();
    }

    long surelyOver(Job job, Attempt attempt) {
        Long limit = policy.limitMs(job.request());
        Long startedAt = attempt.startedAt();
        long start = startedAt == null ? attempt.placedAt() + policy.liveness().startWithinMs() : startedAt;
        long end = limit == null ? NEVER : start + limit + slack();
        if (attempt.preempted() instanceof Attempt.Preempted preempted) {
            long graceAndMargin = policy.preemptionGraceMs() + policy.liveness().marginMs();
            end = Math.min(end, preempted.at() + graceAndMargin);
        }
        while (end <= now) {
            end += slack();
        }
        return end;
    }

    long length(Job job) {
        Long limit = policy.limitMs(job.request());
        return limit == null ? NEVER : policy.liveness().startWithinMs() + limit + slack();
    }

    static long plus(long at, long length) {
        return length == NEVER ? NEVER : at + length;
    }

    private void keep(Job job, @Nullable Long at, List<Slot> plan) {
        long from = at != null
                ? at
                : kept.values().stream()
                        .filter(other -> other.until() != NEVER && collide(plan, other))
                        .mapToLong(Kept::until)
                        .max()
                        .orElse(AT_ONCE);
        kept.put(job.id(), new Kept(job, at, from, at == null ? NEVER : plus(at, length(job)), plan));
    }

    /** Whether another's start has too little where both want GPUs of a node. */
    private boolean collide(List<Slot> plan, Kept other) {
        int[] then = freeAt(other.from());
        return plan.stream()
                .anyMatch(slot -> then[slot.node()] < slot.gpus()
                        && other.plan().stream().anyMatch(one -> one.node() == slot.node()));
    }

    // ---- what is free

    int[] freeAt(long instant) {
        int[] free = pool.nodes().stream().mapToInt(Node::gpus).toArray();
        for (Use use : busy) {
            if (use.from() <= instant && instant < use.until()) {
                free[use.node()] -= use.gpus();
            }
        }
        for (Kept other : kept.values()) {
            if (other.from() <= instant && instant < other.until()) {
                other.plan().forEach(slot -> free[slot.node()] -= slot.gpus());
            }
        }
        return free;
    }

    /** The least that is free of each node from one instant until another. */
    int[] free(long from, long until) {
        int[] least = freeAt(from);
        kept.values().stream()
                .filter(other -> from < other.from() && other.from() < until)
                .forEach(other -> lower(least, freeAt(other.from())));
        return least;
    }

    static void lower(int[] least, int[] then) {
        for (int i = 0; i < least.length; i++) {
            least[i] = Math.min(least[i], then[i]);
        }
    }

    @Nullable
    List<Slot> fit(Job job, int[] free) {
        return pool.fleet().fit(job.request().shape(), usable, free);
    }

    @Nullable
    List<Slot> fitNow(Job job) {
        int[] least = free(now, plus(now, length(job)));
        // Who should have started already is not forgotten.
        kept.values().stream()
                .filter(other -> other.from() != AT_ONCE && other.from() <= now)
                .forEach(other -> lower(least, freeAt(other.from())));
        return fit(job, least);
    }

    private @Nullable Start earliest(Job job) {
        TreeSet<Long> instants = new TreeSet<>(Set.of(now));
        busy.forEach(use -> instants.add(use.until()));
        kept.values().forEach(other -> instants.add(other.until()));
        for (long at : instants) {
            List<Slot> plan = at < now || at == NEVER ? null : fit(job, free(at, plus(at, length(job))));
            if (plan != null) {
                return new Start(at, plan);
            }
        }
        int[] free = pool.nodes().stream().mapToInt(Node::gpus).toArray();
        if (kept.isEmpty()) {
            endless.forEach(uses -> uses.forEach(use -> free[use.node()] -= use.gpus()));
            for (List<Use> uses : endless) {
                uses.forEach(use -> free[use.node()] += use.gpus());
                List<Slot> plan = fit(job, free);
                if (plan != null) {
                    return new Start(AT_ONCE, plan);
                }
            }
            return null;
        }
        kept.values().stream()
                .filter(other -> other.until() == NEVER)
                .forEach(other -> other.plan().forEach(slot -> free[slot.node()] -= slot.gpus()));
        for (Kept other : kept.values()) {
            if (other.until() == NEVER && other.at() != null) {
                lower(free, freeAt(other.from()));
            }
        }
        List<Slot> plan = fit(job, free);
        return plan == null ? null : new Start(AT_ONCE, plan);
    }

    // ---- quotas

    Set<PendingReason> quotas(Job job, @Nullable List<Slot> slots) {
        JobRequest request = job.request();
        List<Slot> empty = pool.fleet()
                .fit(
                        request.shape(),
                        pool.fleet().where(node -> true),
                        pool.fleet().all());
        int more = slots != null ? Room.count(slots) : empty != null ? Room.count(empty) : request.gpus();
        EnumSet<PendingReason> exceeded = EnumSet.noneOf(PendingReason.class);
        int ofUser = heldByUser.getOrDefault(request.user(), 0);
        int ofTeam = heldByTeam.getOrDefault(request.team(), 0);
        for (Kept other : kept.values()) {
            ofUser += other.job().request().user().equals(request.user()) ? Room.count(other.plan()) : 0;
            ofTeam += other.job().request().team().equals(request.team()) ? Room.count(other.plan()) : 0;
        }
        if (policy.maxGpusPerUser() instanceof Integer most && ofUser + more > most) {
            exceeded.add(PendingReason.QUOTA_USER);
        }
        if (policy.maxGpusPerTeam() instanceof Integer most && ofTeam + more > most) {
            exceeded.add(PendingReason.QUOTA_TEAM);
        }
        return exceeded;
    }

    // ---- the cycle

    /** Placements and promises, as {@link Told#promises} tells the decisions of a cycle. */
    List<String> decide() {
        List<Job> promised =
                kept.values().stream().sorted(BY_START).map(Kept::job).toList();
        for (int i = 0; i < promised.size(); i++) {
            reconsider(promised.get(i), promised.subList(i + 1, promised.size()));
        }
        List<Job> left = new ArrayList<>(waiting());
        left.removeIf(job -> kept.containsKey(job.id()) || placed.contains(job.id()));
        while (!left.isEmpty()) {
            boolean passing = kept.size() >= policy.backfill().promises();
            Job next = left.stream()
                    .min(Comparator.comparingLong((Job job) -> -rank(job, passing))
                            .thenComparing(Job.BY_SUBMISSION))
                    .orElseThrow();
            left.remove(next);
            if (!placeNow(next) && !passing && quotas(next, fitNow(next)).isEmpty()) {
                promise(next);
            }
        }
        return decided;
    }

    private long rank(Job job, boolean passing) {
        Priority priority = priorities.of(job);
        return priority.total() + (passing ? priority.shortness() : 0);
    }

    /** @param later who was to start later */
    private void reconsider(Job job, List<Job> later) {
        kept.remove(job.id());
        Promise promise = Objects.requireNonNull(job.promise());
        if (!quotas(job, null).isEmpty()) {
            breakPromise(job, promise);
            return;
        }
        if (placeNow(job)) {
            return;
        }
        Start start = earliest(job);
        if (promise.startBy() instanceof Long startBy && later(start, startBy)) {
            later.forEach(other -> kept.remove(other.id()));
            if (placeNow(job)) {
                return;
            }
            Start first = earliest(job);
            if (first != null && later(start, first.at() == AT_ONCE ? NEVER - 1 : first.at())) {
                start = first;
            } else {
                later.forEach(this::keepAsPromised);
            }
        }
        if (start == null || !quotas(job, start.plan()).isEmpty()) {
            breakPromise(job, promise);
        } else {
            plan(job, promise, start);
        }
    }

    private static boolean later(@Nullable Start start, long than) {
        return start == null || (start.at() == AT_ONCE ? NEVER - 1 : start.at()) > than;
    }

    private boolean placeNow(Job job) {
        List<Slot> slots = fitNow(job);
        if (slots == null || !quotas(job, slots).isEmpty()) {
            return false;
        }
        place(job, slots);
        return true;
    }

    private void breakPromise(Job job, Promise promise) {
        if (promise.startBy() != null) {
            decided.add("revise " + job.id() + " to null");
        }
    }

    private void promise(Job job) {
        List<Slot> empty = pool.fleet()
                .fit(
                        job.request().shape(),
                        pool.fleet().where(node -> true),
                        pool.fleet().all());
        Start start = empty == null ? null : earliest(job);
        if (start != null && quotas(job, start.plan()).isEmpty()) {
            plan(job, null, start);
        }
    }

    private void plan(Job job, @Nullable Promise known, Start start) {
        Long at = start.at() == AT_ONCE ? null : (Long) start.at();
        Long startBy = known == null ? null : known.startBy();
        if (startBy == null && at != null) {
            decided.add("promise " + job.id() + " by " + at);
        } else if (startBy != null && (at == null || at > startBy)) {
            decided.add("revise " + job.id() + " to " + at);
        }
        keep(job, at, start.plan());
    }

    private void place(Job job, List<Slot> slots) {
        placed.add(job.id());
        decided.add("place " + job.id() + " on " + where(slots));
        slots.forEach(slot -> busy.add(new Use(slot.node(), slot.gpus(), AT_ONCE, plus(now, length(job)))));
        if (length(job) == NEVER) {
            endless.add(slots.stream()
                    .map(slot -> new Use(slot.node(), slot.gpus(), AT_ONCE, NEVER))
                    .toList());
        }
        heldByUser.merge(job.request().user(), Room.count(slots), Integer::sum);
        heldByTeam.merge(job.request().team(), Room.count(slots), Integer::sum);
    }

    private String where(List<Slot> slots) {
        return slots.stream()
                .map(slot -> pool.fleet().node(slot.node()).id() + "×" + slot.gpus())
                .collect(Collectors.joining(" "));
    }

    /** What is kept for whom after {@link #decide}. */
    Map<String, String> plans() {
        Map<String, String> plans = new TreeMap<>();
        kept.values().forEach(mine -> plans.put(mine.job().id(), where(mine.plan()) + " at " + mine.at()));
        return plans;
    }
}
