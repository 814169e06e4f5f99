package io.millrace.cost.domain.ledger;

/**
 * What was used and what it costs. Differences of amounts are amounts.
 *
 * @param gpuMs GPU milliseconds
 * @param unpricedGpuMs those of them for which no price is known; they cost nothing until one is published
 * @param exact cost before rounding, in micro-dollars per hour times milliseconds: 3,600,000 are a micro-dollar
 * @param micros cost in micro-dollars, rounded so that the amounts of a node's hour add up
 */
public record Amount(long gpuMs, long unpricedGpuMs, long exact, long micros) {

    public static final Amount ZERO = new Amount(0, 0, 0, 0);

    /** Of {@link #exact}, what makes one micro-dollar: the milliseconds of an hour. */
    static final long EXACT_PER_MICRO = 3_600_000;

    public Amount plus(Amount other) {
        return new Amount(
                Math.addExact(gpuMs, other.gpuMs),
                Math.addExact(unpricedGpuMs, other.unpricedGpuMs),
                Math.addExact(exact, other.exact),
                Math.addExact(micros, other.micros));
    }

    public Amount minus(Amount other) {
        return new Amount(
                Math.subtractExact(gpuMs, other.gpuMs),
                Math.subtractExact(unpricedGpuMs, other.unpricedGpuMs),
                Math.subtractExact(exact, other.exact),
                Math.subtractExact(micros, other.micros));
    }

    Amount rounded(long roundedMicros) {
        return new Amount(gpuMs, unpricedGpuMs, exact, roundedMicros);
    }
}
