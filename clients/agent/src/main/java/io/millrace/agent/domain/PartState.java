package io.millrace.agent.domain;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that is kept of one part.
 *
 * @param ready nodes that said so, as the log has it
 * @param graceMs between SIGTERM and SIGKILL, once there is a cause
 * @param heard when each node of a gang was last heard of; ms since the epoch
 * @param ended exit codes of the gang's parts that are over
 * @param leaseFrom when the last sign of life that was stored was sent; ms since the epoch
 * @param closed whether for the scheduler the attempt is over
 * @param verdict the lead's last word; null before, and on other nodes
 */
public record PartState(
        Placement placement,
        Phase phase,
        Decision decision,
        boolean readySaid,
        boolean abortedSaid,
        boolean endedSaid,
        List<String> ready,
        @Nullable Cause cause,
        long graceMs,
        Map<String, Long> heard,
        Map<String, Integer> ended,
        long launchedAt,
        long leaseFrom,
        long lastBeatAt,
        boolean closed,
        @Nullable Report verdict) {

    /** How far this node's process is. */
    public enum Phase {
        WAITING,
        LAUNCHING,
        RUNNING,
        STOPPING,
        OVER
    }

    /** Whether the attempt starts, by the order of the log. One on a single node always does. */
    public enum Decision {
        OPEN,
        GO,
        NO
    }

    public PartState {
        ready = List.copyOf(ready);
        heard = Map.copyOf(heard);
        ended = Map.copyOf(ended);
    }

    static PartState placed(Placement placement) {
        return new PartState(
                placement,
                Phase.WAITING,
                placement.isGang() ? Decision.OPEN : Decision.GO,
                false,
                false,
                false,
                List.of(),
                null,
                0,
                Map.of(),
                Map.of(),
                0,
                0,
                0,
                false,
                null);
    }

    public AttemptKey key() {
        return placement.key();
    }

    /** Whether a process of it may be there. */
    public boolean mayRun() {
        return phase == Phase.LAUNCHING || phase == Phase.RUNNING || phase == Phase.STOPPING;
    }
}
