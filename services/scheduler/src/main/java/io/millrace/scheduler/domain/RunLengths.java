package io.millrace.scheduler.domain;

import org.jspecify.annotations.Nullable;

/**
 * How long the last jobs of a user and shape ran. The mean of the last two predicts the next: as good as far heavier
 * means on real traces (Tsafrir, Etsion, Feitelson, TPDS 2007).
 *
 * @param lastMs of the last job
 * @param beforeMs of the one before; null when there was none
 */
public record RunLengths(
        String user,
        JobRequest.Shape shape,
        long lastMs,
        @Nullable Long beforeMs) {

    /** Whose lengths, and of which jobs. */
    public record Of(String user, JobRequest.Shape shape) {}

    Of of() {
        return new Of(user, shape);
    }

    RunLengths with(long lengthMs) {
        return new RunLengths(user, shape, lengthMs, lastMs);
    }

    /** Expected length of the next job, ms. */
    public long expectedMs() {
        return beforeMs == null ? lastMs : (lastMs + beforeMs) / 2;
    }
}
