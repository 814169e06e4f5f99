package io.millrace.cost.domain.budget;

import java.math.BigInteger;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** A budget and what became of it. Not thread safe. */
public final class BudgetAccount {

    static final long DAY_MS = 86_400_000;

    /** How many days before it a day is compared with, at most. */
    static final int TRAILING_DAYS = 7;

    /** With fewer days before it nothing is said of a day. */
    static final int FEWEST_TRAILING_DAYS = 3;

    private Budget budget;
    private long spent;
    private long reserved;
    private final TreeMap<Long, Long> days = new TreeMap<>();
    private final EnumSet<Threshold> crossed = EnumSet.noneOf(Threshold.class);
    private final Set<Long> spiked = new TreeSet<>();

    BudgetAccount(Budget budget) {
        this.budget = budget;
    }

    public Budget budget() {
        return budget;
    }

    /** In micro-dollars. */
    public long spentMicros() {
        return spent;
    }

    /** What is kept for jobs that were let in and wasn't spent by them; micro-dollars. */
    public long reservedMicros() {
        return reserved;
    }

    /** Sums of days, by their beginning. */
    public SortedMap<Long, Long> days() {
        return Collections.unmodifiableSortedMap(days);
    }

    /** Thresholds that the new limit leaves ahead can be crossed again. */
    void change(Budget changed) {
        budget = changed;
        crossed.removeIf(threshold -> !threshold.reached(spent, changed.limitMicros()));
    }

    void spend(long micros, long at) {
        spent = Math.addExact(spent, micros);
        days.merge(Math.floorDiv(at, DAY_MS) * DAY_MS, micros, Math::addExact);
    }

    void reserve(long micros) {
        reserved = Math.addExact(reserved, micros);
    }

    /** How much is missing for a job; not more than 0 if nothing is. */
    long missing(long micros, boolean critical) {
        return stops() && !critical
                ? micros
                : Math.subtractExact(Math.addExact(Math.addExact(spent, reserved), micros), budget.limitMicros());
    }

    /** Whether jobs that aren't critical have to stop. */
    boolean stops() {
        return crossed.contains(Threshold.AT_95);
    }

    Collection<Threshold> newlyReached() {
        EnumSet<Threshold> reached = EnumSet.complementOf(crossed);
        reached.removeIf(threshold -> !threshold.reached(spent, budget.limitMicros()));
        return reached;
    }

    void cross(Threshold threshold) {
        crossed.add(threshold);
    }

    void spike(long day) {
        spiked.add(day);
    }

    /** Average of the days before, if more than twice that was spent on a day and nothing was said of it yet. */
    OptionalLong spikeOver(long day) {
        long first = Math.max(days.firstKey(), day - TRAILING_DAYS * DAY_MS);
        long before = (day - first) / DAY_MS;
        if (before < FEWEST_TRAILING_DAYS || spiked.contains(day)) {
            return OptionalLong.empty();
        }
        long sum = days.subMap(first, day).values().stream().reduce(0L, Math::addExact);
        boolean spike = sum > 0 && Math.multiplyExact(days.getOrDefault(day, 0L), before) > Math.multiplyExact(2, sum);
        return spike ? OptionalLong.of(sum / before) : OptionalLong.empty();
    }

    /** How the period ends if money is spent as fast as from its beginning until now. */
    public Forecast forecast(long now) {
        long elapsed = Math.min(now, budget.to()) - budget.from();
        if (elapsed <= 0 || spent <= 0) {
            return new Forecast(spent, OptionalLong.empty());
        }
        long end = scaled(spent, budget.to() - budget.from(), elapsed);
        long until = scaled(elapsed, budget.limitMicros(), spent);
        return new Forecast(
                end, end > budget.limitMicros() ? OptionalLong.of(budget.from() + until) : OptionalLong.empty());
    }

    private static long scaled(long value, long by, long of) {
        return BigInteger.valueOf(value)
                .multiply(BigInteger.valueOf(by))
                .divide(BigInteger.valueOf(of))
                .longValueExact();
    }

    /**
     * What is to be expected.
     *
     * @param spentAtEnd micro-dollars at the end of the period
     * @param exhaustedAt when the limit is reached, ms; empty if it isn't in this period
     */
    public record Forecast(long spentAtEnd, OptionalLong exhaustedAt) {}
}
