package io.millrace.scheduler.domain;

/**
 * GPU usage of a team or user, decayed exactly: a GPU second counts half after each half-life h, and by the weight of
 * its GPU type. With R weighted GPUs running, usage at a time t from {@code asOf} on is {@code h/ln 2 · (R − base · 2^(−(t − asOf)/h))}, so running attempts accrue
 * at every instant and changes may come in any order.
 *
 * @param gpuMs GPU time of ended attempts, undecayed and unweighted, in GPU milliseconds
 * @param runningGpus GPUs running, unweighted
 * @param runningWeight R in thousandths
 * @param base in GPUs
 * @param asOf ms
 */
public record UsageAccount(long gpuMs, long runningGpus, long runningWeight, double base, long asOf) {

    /** 7 days. */
    public static final long HALF_LIFE_MS = 7L * 24 * 60 * 60 * 1000;

    private static final double MEAN_LIFE_S = HALF_LIFE_MS / 1000.0 / StrictMath.log(2);

    public static final UsageAccount EMPTY = new UsageAccount(0, 0, 0, 0, 0);

    /**
     * An attempt began to hold {@code gpus} at {@code at}.
     *
     * @param weight of each of its GPUs, in thousandths
     */
    public UsageAccount started(int gpus, int weight, long at) {
        UsageAccount moved = movedTo(at);
        return new UsageAccount(
                gpuMs,
                runningGpus + gpus,
                runningWeight + (long) gpus * weight,
                moved.base + weighted(gpus, weight) * powerOfTwo(at - moved.asOf),
                moved.asOf);
    }

    /** An attempt that had started let {@code gpus} go at {@code at}. */
    public UsageAccount ended(int gpus, int weight, long at, long attemptGpuMs) {
        UsageAccount moved = movedTo(at);
        return new UsageAccount(
                gpuMs + attemptGpuMs,
                runningGpus - gpus,
                runningWeight - (long) gpus * weight,
                moved.base - weighted(gpus, weight) * powerOfTwo(at - moved.asOf),
                moved.asOf);
    }

    /** Both together. */
    public UsageAccount plus(UsageAccount other) {
        return plus(other, 1);
    }

    /** What is left without the other, which was added before. */
    public UsageAccount minus(UsageAccount other) {
        return plus(other, -1);
    }

    private UsageAccount plus(UsageAccount other, int times) {
        UsageAccount moved = movedTo(other.asOf);
        return new UsageAccount(
                gpuMs + times * other.gpuMs,
                runningGpus + times * other.runningGpus,
                runningWeight + times * other.runningWeight,
                moved.base + times * other.movedTo(moved.asOf).base,
                moved.asOf);
    }

    /** The same account, valid from {@code at} on if that is later. */
    public UsageAccount movedTo(long at) {
        return at <= asOf
                ? this
                : new UsageAccount(gpuMs, runningGpus, runningWeight, base * powerOfTwo(asOf - at), at);
    }

    /** Decayed usage in weighted GPU seconds at {@code at}, not before {@link #asOf}. */
    public double decayedGpuSeconds(long at) {
        return decayedGpuSeconds(runningWeight, baseGpuSeconds(), at - asOf);
    }

    /**
     * The same from an account as it is published.
     *
     * @param runningWeight in thousandths of a GPU
     * @param baseGpuSeconds as {@link #baseGpuSeconds} gives it
     * @param laterMs since the account's {@link #asOf}
     */
    public static double decayedGpuSeconds(long runningWeight, double baseGpuSeconds, long laterMs) {
        return gpuSeconds(runningWeight / (double) SchedulingPolicy.FULL_WEIGHT)
                - baseGpuSeconds * powerOfTwo(-laterMs);
    }

    private static double weighted(int gpus, int weight) {
        return (double) gpus * weight / SchedulingPolicy.FULL_WEIGHT;
    }

    /** {@link #base} in GPU seconds. */
    public double baseGpuSeconds() {
        return gpuSeconds(base);
    }

    private static double gpuSeconds(double gpus) {
        return MEAN_LIFE_S * gpus;
    }

    /** 2^(ms / half-life). */
    private static double powerOfTwo(long ms) {
        return StrictMath.pow(2, (double) ms / HALF_LIFE_MS);
    }
}
