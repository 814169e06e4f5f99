package io.millrace.simulator.trace;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What users state as the limits of their jobs: each the first of some usual ones that is above the job's length.
 *
 * @param ms ascending
 */
public record StatedLimits(List<Long> ms) {

    /** Nobody states a limit. */
    public static final StatedLimits NONE = new StatedLimits(List.of());

    public StatedLimits {
        ms = List.copyOf(ms);
    }

    /** Null for a job that no limit is above: it states none. */
    public @Nullable Long of(long durationMs) {
        for (long limit : ms) {
            if (limit > durationMs) {
                return limit;
            }
        }
        return null;
    }
}
