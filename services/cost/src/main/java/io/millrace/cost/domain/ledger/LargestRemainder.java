package io.millrace.cost.domain.ledger;

import java.util.stream.IntStream;

/** Rounds parts so that they add up to the rounded whole. */
final class LargestRemainder {

    private LargestRemainder() {}

    /**
     * Each part in whole units. The whole is rounded half up; what the parts' whole units lack of it goes, one unit each, to
     * the parts with the largest remainders, of equal ones to the first.
     *
     * @param parts none negative
     * @param unit how much of a part makes one
     */
    static long[] split(long[] parts, long unit) {
        long[] units = new long[parts.length];
        long whole = 0;
        long rest = 0;
        for (int i = 0; i < parts.length; i++) {
            units[i] = parts[i] / unit;
            whole = Math.addExact(whole, units[i]);
            rest = Math.addExact(rest, parts[i] % unit);
        }
        long missing = (rest + unit / 2) / unit;
        IntStream.range(0, parts.length)
                .boxed()
                .sorted((a, b) -> Long.compare(parts[b] % unit, parts[a] % unit))
                .limit(missing)
                .forEach(i -> units[i]++);
        return units;
    }
}
