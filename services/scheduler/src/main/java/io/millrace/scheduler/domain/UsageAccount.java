package io.millrace.scheduler.domain;

/**
 * GPU usage of a team or user, decayed exactly: a GPU second counts half after each half-life h. With R GPUs running,
 * usage at a time t from {@code asOf} on is {@code h/ln 2 · (R − base · 2^(−(t − asOf)/h))}, so running attempts accrue
 * at every instant and changes may come in any order.
 *
 * @param gpuMs GPU time of ended attempts, undecayed, in GPU milliseconds
 * @param runningGpus R
 * @param base in GPUs
 * @param asOf ms
 */
public record UsageAccount(long gpuMs, long runningGpus, double base, long asOf) {

    /** 7 days. */
    public static final long HALF_LIFE_MS = 7L * 24 * 60 * 60 * 1000;

    public static final UsageAccount EMPTY = new UsageAccount(0, 0, 0, 0);

    /** An attempt began to hold {@code gpus} at {@code at}. */
    public UsageAccount started(int gpus, long at) {
        UsageAccount moved = movedTo(at);
        return new UsageAccount(gpuMs, runningGpus + gpus, moved.base + gpus * powerOfTwo(at - moved.asOf), moved.asOf);
    }

    /** An attempt that had started let {@code gpus} go at {@code at}. */
    public UsageAccount ended(int gpus, long at, long attemptGpuMs) {
        UsageAccount moved = movedTo(at);
        return new UsageAccount(
                gpuMs + attemptGpuMs, runningGpus - gpus, moved.base - gpus * powerOfTwo(at - moved.asOf), moved.asOf);
    }

    /** The same account, valid from {@code at} on if that is later. */
    public UsageAccount movedTo(long at) {
        return at <= asOf ? this : new UsageAccount(gpuMs, runningGpus, base * powerOfTwo(asOf - at), at);
    }

    /** Decayed usage in GPU seconds at {@code at}, not before {@link #asOf}. */
    public double decayedGpuSeconds(long at) {
        return gpuSeconds(runningGpus - base * powerOfTwo(asOf - at));
    }

    /**
     * The same from an account as it is published.
     *
     * @param baseGpuSeconds as {@link #baseGpuSeconds} gives it
     * @param laterMs since the account's {@link #asOf}
     */
    public static double decayedGpuSeconds(long runningGpus, double baseGpuSeconds, long laterMs) {
        return gpuSeconds(runningGpus) - baseGpuSeconds * powerOfTwo(-laterMs);
    }

    /** {@link #base} in GPU seconds. */
    public double baseGpuSeconds() {
        return gpuSeconds(base);
    }

    private static double gpuSeconds(double gpus) {
        return HALF_LIFE_MS / 1000.0 / StrictMath.log(2) * gpus;
    }

    /** 2^(ms / half-life). */
    private static double powerOfTwo(long ms) {
        return StrictMath.pow(2, (double) ms / HALF_LIFE_MS);
    }
}
