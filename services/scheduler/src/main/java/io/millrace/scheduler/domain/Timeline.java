package io.millrace.scheduler.domain;

import io.millrace.scheduler.domain.Fleet.Slot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which GPUs are free at which time, as far as it is certain: attempts end by their enforced limits, and GPUs are kept
 * for the jobs that have reservations. A job that starts now must leave each reservation what it needs, unless it is
 * sure to end before.
 *
 * <p>Reservations are in order of their start; the first {@code level} of them are those a job meets that ends after
 * they start. What is free for it is the least of what is free now and at each of these starts.
 */
final class Timeline {

    /**
     * GPUs kept for a job. {@code held}: not for an instant, but until enough are free; {@code at} is then {@link #HELD}
     * or, behind others, when these are over.
     */
    record Reservation(Job job, long at, long end, List<Slot> plan, boolean held) {}

    /** The earliest start of a job; {@code at} is {@link #HELD} when it can't be told. */
    record Planned(long at, List<Slot> plan) {

        /** After all that can be told when it can't. */
        long start() {
            return at == HELD ? Timers.NEVER - 1 : at;
        }
    }

    private record Release(long at, long order, List<Slot> slots) {}

    /** Before every instant. */
    static final long HELD = Long.MIN_VALUE;

    private static final Comparator<Reservation> BY_START = Comparator.comparingLong(Reservation::at)
            .thenComparing(reservation -> reservation.job().id());

    private final Fleet fleet;
    private final boolean[] usable;
    private final long now;
    private final List<Release> releases = new ArrayList<>();
    private boolean sorted = true;
    private final List<Reservation> reservations = new ArrayList<>();

    /** Of each level from 1 on, free GPUs of each node at that reservation's start alone; null: to be made. */
    private int @Nullable [][] atStart;

    /** Of each level from 1 on, the least of what is free now and up to that level; null: to be made. */
    private int @Nullable [][] least;

    Timeline(Pool pool, SchedulingPolicy policy, boolean[] usable) {
        this.fleet = pool.fleet();
        this.usable = usable;
        this.now = pool.header().now();
        for (AttemptIndex.Release release : pool.index().attempts().releases()) {
            long at = release.at();
            if (at <= now) {
                at = Timers.laterEnd(at, now, policy.liveness());
                sorted = false;
            }
            // Attempts without a limit end some time; the oldest first is as good a guess as any.
            releases.add(new Release(at, release.placedAt(), release.slots(fleet)));
        }
    }

    List<Reservation> reservations() {
        return reservations;
    }

    void reserve(Reservation reservation) {
        reservations.add(reservation);
        reservations.sort(BY_START);
        forget();
    }

    /**
     * From when on GPUs can be held without an instant: behind those that were promised an instant before and need the
     * same, at once where there are none.
     */
    long heldFrom(List<Slot> plan) {
        if (atStart == null) {
            atStart = atStarts();
        }
        long from = HELD;
        for (int level = 0; level < reservations.size(); level++) {
            Reservation other = reservations.get(level);
            if (other.end() != Timers.NEVER && other.end() > from && collide(plan, other.plan(), atStart[level])) {
                from = other.end();
            }
        }
        return from;
    }

    private static boolean collide(List<Slot> plan, List<Slot> other, int[] free) {
        return plan.stream()
                .anyMatch(slot -> free[slot.node()] < slot.gpus()
                        && other.stream().anyMatch(taken -> taken.node() == slot.node()));
    }

    void release(String jobId) {
        if (reservations.removeIf(reservation -> reservation.job().id().equals(jobId))) {
            forget();
        }
    }

    /** A job was placed, and ends by {@code end}. To be told before what is free now changes. */
    void placed(List<Slot> slots, long end) {
        releases.add(new Release(end, now, slots));
        sorted = false;
        least = null;
        if (atStart != null) {
            for (int level = 0; level < reservations.size(); level++) {
                if (reservations.get(level).at() < end) {
                    for (Slot slot : slots) {
                        atStart[level][slot.node()] -= slot.gpus();
                    }
                }
            }
        }
    }

    private void forget() {
        atStart = null;
        least = null;
    }

    /** How many reservations start before {@code end}. */
    int level(long end) {
        int level = 0;
        while (level < reservations.size() && reservations.get(level).at() < end) {
            level++;
        }
        return level;
    }

    /** Free GPUs of each node for a job of that level that starts now. Not to be changed. */
    int[] available(int level) {
        if (level == 0) {
            return fleet.free();
        }
        if (least == null) {
            least = least();
        }
        return least[level - 1];
    }

    private int[][] least() {
        if (atStart == null) {
            atStart = atStarts();
        }
        int[][] made = new int[atStart.length][];
        int[] before = fleet.free();
        for (int level = 0; level < made.length; level++) {
            made[level] = before.clone();
            for (int i = 0; i < before.length; i++) {
                made[level][i] = Math.min(before[i], atStart[level][i]);
            }
            before = made[level];
        }
        return made;
    }

    private int[][] atStarts() {
        sort();
        int[][] made = new int[reservations.size()][];
        int[] running = fleet.free().clone();
        int next = 0;
        for (int level = 0; level < made.length; level++) {
            long at = reservations.get(level).at();
            while (next < releases.size() && releases.get(next).at() <= at) {
                give(running, releases.get(next++).slots(), 1);
            }
            made[level] = running.clone();
            for (Reservation other : reservations) {
                if (other.at() <= at && at < other.end()) {
                    give(made[level], other.plan(), -1);
                }
            }
        }
        return made;
    }

    private static void give(int[] gpus, List<Slot> slots, int sign) {
        for (Slot slot : slots) {
            gpus[slot.node()] += sign * slot.gpus();
        }
    }

    private void sort() {
        if (!sorted) {
            releases.sort(Comparator.comparingLong(Release::at).thenComparingLong(Release::order));
            sorted = true;
        }
    }

    /**
     * The earliest start of a job that can't start now, with what others have reserved left to them.
     *
     * @param length for which it may hold its GPUs, ms
     * @return null when it would not fit if all attempts had ended
     */
    @Nullable
    Planned earliest(JobRequest.Shape shape, long length) {
        sort();
        return reservations.isEmpty() ? alone(shape) : besideOthers(shape, length);
    }

    /** With nothing reserved more is free at every later time: the first sufficient release is found by halving. */
    private @Nullable Planned alone(JobRequest.Shape shape) {
        int enough = releases.size();
        List<Slot> plan = fit(shape, enough);
        if (plan == null) {
            return null;
        }
        int tooFew = 0;
        while (enough - tooFew > 1) {
            int middle = (tooFew + enough) >>> 1;
            List<Slot> found = fit(shape, middle);
            if (found == null) {
                tooFew = middle;
            } else {
                enough = middle;
                plan = found;
            }
        }
        long at = enough == 0 ? now : releases.get(enough - 1).at();
        if (at == Timers.NEVER) {
            return new Planned(HELD, plan);
        }
        // All that is released at that very instant counts.
        int all = enough;
        while (all < releases.size() && releases.get(all).at() == at) {
            all++;
        }
        List<Slot> best = all == enough ? plan : fit(shape, all);
        return new Planned(at, best == null ? plan : best);
    }

    private @Nullable List<Slot> fit(JobRequest.Shape shape, int released) {
        int[] free = fleet.free().clone();
        for (int i = 0; i < released; i++) {
            give(free, releases.get(i).slots(), 1);
        }
        return fleet.fit(shape, usable, free);
    }

    private @Nullable Planned besideOthers(JobRequest.Shape shape, long length) {
        if (atStart == null) {
            atStart = atStarts();
        }
        TreeSet<Long> times = new TreeSet<>();
        times.add(now);
        releases.forEach(release -> times.add(release.at()));
        reservations.forEach(other -> times.add(other.end()));
        int[] running = fleet.free().clone();
        int next = 0;
        for (long at : times) {
            if (at < now || at == Timers.NEVER) {
                continue;
            }
            while (next < releases.size() && releases.get(next).at() <= at) {
                give(running, releases.get(next++).slots(), 1);
            }
            List<Slot> plan = fleet.fit(shape, usable, free(running, at, Timers.plus(at, length)));
            if (plan != null) {
                return new Planned(at, plan);
            }
        }
        // Only when attempts without a limit have ended; beside what others hold for good, and out of the way of those
        // who hold it from an instant on.
        int[] free = fleet.free().clone();
        releases.forEach(release -> give(free, release.slots(), 1));
        reservations.stream()
                .filter(other -> other.end() == Timers.NEVER)
                .forEach(other -> give(free, other.plan(), -1));
        for (int level = 0; level < reservations.size(); level++) {
            if (reservations.get(level).end() == Timers.NEVER
                    && !reservations.get(level).held()) {
                int[] then = atStart[level];
                Arrays.setAll(free, i -> Math.min(free[i], then[i]));
            }
        }
        List<Slot> plan = fleet.fit(shape, usable, free);
        return plan == null ? null : new Planned(HELD, plan);
    }

    /** The least that is free from one time to another. */
    private int[] free(int[] running, long from, long until) {
        int[] free = running.clone();
        for (Reservation other : reservations) {
            if (other.at() <= from && from < other.end()) {
                give(free, other.plan(), -1);
            }
        }
        for (int level = 0; level < reservations.size(); level++) {
            long at = reservations.get(level).at();
            if (from < at && at < until && atStart != null) {
                int[] then = atStart[level];
                Arrays.setAll(free, i -> Math.min(free[i], then[i]));
            }
        }
        return free;
    }
}
