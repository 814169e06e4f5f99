package io.millrace.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** One process for good: its pid with its start time, since pids are used again. */
public record ProcessRef(long pid, long startedAtMs) {

    /** Start times are derived from the boot time, which moves a little when the clock is set. */
    private static final long START_TOLERANCE_MS = 5_000;

    public static ProcessRef of(ProcessHandle process) {
        return new ProcessRef(
                process.pid(),
                process.info().startInstant().map(start -> start.toEpochMilli()).orElse(0L));
    }

    /** The process, unless it is gone. */
    public Optional<ProcessHandle> alive() {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .filter(this::isSame)
                .filter(process -> !isDeadAndUnreaped());
    }

    private boolean isSame(ProcessHandle process) {
        return process.info()
                .startInstant()
                .map(start -> Math.abs(start.toEpochMilli() - startedAtMs) < START_TOLERANCE_MS)
                .orElse(true);
    }

    /** The JDK calls a process alive until its parent has reaped it, which the first process of a container may never. */
    private boolean isDeadAndUnreaped() {
        Path stat = Path.of("/proc", Long.toString(pid), "stat");
        if (!Files.isReadable(stat)) {
            return false;
        }
        try {
            String line = Files.readString(stat);
            char state = line.charAt(line.lastIndexOf(')') + 2);
            return state == 'Z' || state == 'X';
        } catch (IOException e) {
            return true;
        }
    }
}
