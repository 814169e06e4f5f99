package io.millrace.cost.domain.budget;

/**
 * How much a scope may spend in a period.
 *
 * @param from beginning of the period; ms
 * @param to its end, which is not part of it; ms
 * @param limitMicros micro-dollars
 */
public record Budget(String id, Scope scope, long from, long to, long limitMicros) {

    public Budget {
        if (from >= to) {
            throw new IllegalArgumentException("budget " + id + " ends before it begins");
        }
        if (limitMicros <= 0) {
            throw new IllegalArgumentException("budget " + id + " has a limit of " + limitMicros + " micro-dollars");
        }
    }

    boolean covers(long at) {
        return from <= at && at < to;
    }
}
