package io.millrace.local;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the supervisor says of its stack, in {@code stack.json}.
 *
 * @param message why, where the phase is FAILED
 * @param startedAt when the supervisor started
 */
public record StackState(
        Phase phase,
        @Nullable String message,
        ProcessRef supervisor,
        Instant startedAt,
        Path data,
        String clock,
        Map<String, Integer> pools,
        List<ProcessState> processes) {

    /** How far a stack is. */
    public enum Phase {
        STARTING,
        READY,
        STOPPING,
        STOPPED,
        FAILED
    }

    /** Whether a process does its work. */
    public enum Health {
        STARTING,
        UP,
        DOWN
    }

    /**
     * One supervised process.
     *
     * @param process null while there is none
     * @param address where it serves
     * @param restarts how often it was started again after it had died
     */
    public record ProcessState(
            String name,
            @Nullable ProcessRef process,
            int port,
            String address,
            Health health,
            int restarts,
            Path log) {}

    public StackState {
        pools = Collections.unmodifiableMap(new LinkedHashMap<>(pools));
        processes = List.copyOf(processes);
    }

    public Optional<ProcessState> process(String name) {
        return processes.stream().filter(process -> process.name().equals(name)).findFirst();
    }

    /** As {@code stack.json} has it. */
    public String json() {
        return StackFile.text(this);
    }

    /** Whether the supervisor is there, ready or on its way. */
    @JsonIgnore
    public boolean isRunning() {
        return supervisor.alive().isPresent();
    }

    /** Whether everything runs and answers. */
    @JsonIgnore
    public boolean isHealthy() {
        return phase == Phase.READY
                && isRunning()
                && processes.stream().allMatch(process -> process.health() == Health.UP);
    }
}
