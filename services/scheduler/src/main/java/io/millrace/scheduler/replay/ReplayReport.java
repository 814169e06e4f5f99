package io.millrace.scheduler.replay;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What deciding again gave.
 *
 * @param cycles cycles recorded in {@code scheduling-cycles}
 * @param equal those of them that came out the same: decisions, their digest, and the state after them
 */
public record ReplayReport(
        @JsonProperty("cycles") int cycles,
        @JsonProperty("equal") int equal,
        @JsonProperty("pools") List<PoolReplay> pools) {

    /**
     * One pool's part.
     *
     * @param inputs log records decided from
     * @param lastOffset of the last of them; -1 when there is none
     * @param stateHash of the state after it
     * @param firstDifference what was recorded and what came out, in the first cycle where they differ; null for none
     */
    public record PoolReplay(
            @JsonProperty("pool") String pool,
            @JsonProperty("inputs") long inputs,
            @JsonProperty("cycles") int cycles,
            @JsonProperty("equal") int equal,
            @JsonProperty("last_offset") long lastOffset,
            @JsonProperty("state_hash") String stateHash,
            @JsonProperty("first_difference") @Nullable String firstDifference) {}

    /** Whether every recorded cycle came out the same. */
    public boolean allEqual() {
        return cycles == equal;
    }
}
