package io.millrace.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the kernel tells of this machine and its processes, in {@code /proc}. */
final class Machine {

    private static final Path PROC = Path.of("/proc");

    /** Of the kernel's clock ticks, the same on every Linux. */
    private static final long TICK_MS = 10;

    private static final long PAGE_BYTES = 4096;

    /**
     * One process.
     *
     * @param started when, in clock ticks since the boot; with the pid it is one process for good
     * @param cpuMs processor time it has used, its dead and awaited children's too
     */
    record Seen(long pid, long parent, long group, long session, long started, long cpuMs, long memoryBytes) {}

    /**
     * Processors and memory.
     *
     * @param busy clock ticks they were busy since the boot
     * @param all clock ticks since the boot
     */
    record Load(int cores, long busy, long all, long memoryUsedMib, long memoryTotalMib) {}

    private Machine() {}

    /** Whether this is a machine that an agent can run on. */
    static boolean isSupported() {
        return Files.isReadable(PROC.resolve("self/stat")) && Files.isReadable(PROC.resolve("uptime"));
    }

    /** Seconds since the boot. */
    static double uptime() {
        return Double.parseDouble(text(PROC.resolve("uptime")).split(" ")[0]);
    }

    /** A process; empty when it is gone or dead. */
    static Optional<Seen> process(long pid) {
        try {
            return parse(Files.readString(PROC.resolve(pid + "/stat"), StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Reads a line of {@code /proc/PID/stat}; empty for what is dead and only waits to be reaped. */
    static Optional<Seen> parse(String stat) {
        int end = stat.lastIndexOf(')');
        String[] fields = stat.substring(end + 2).trim().split(" ");
        if (fields[0].equals("Z") || fields[0].equals("X")) {
            return Optional.empty();
        }
        long ticks = 0;
        for (int each = 11; each <= 14; each++) {
            ticks += Long.parseLong(fields[each]);
        }
        return Optional.of(new Seen(
                Long.parseLong(stat.substring(0, stat.indexOf(' '))),
                Long.parseLong(fields[1]),
                Long.parseLong(fields[2]),
                Long.parseLong(fields[3]),
                Long.parseLong(fields[19]),
                ticks * TICK_MS,
                Long.parseLong(fields[21]) * PAGE_BYTES));
    }

    /**
     * All processes of one part: of its process group or session, or with its token in their environment.
     *
     * @param leader pid of the process that leads the session; null when it is not known
     */
    static List<Seen> processesOf(@Nullable Long leader, String token) {
        List<Seen> found = new ArrayList<>();
        String mark = Shim.TOKEN_VARIABLE + "=" + token;
        try (DirectoryStream<Path> all = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path each : all) {
                process(Long.parseLong(each.getFileName().toString()))
                        .filter(seen -> (leader != null && (seen.session() == leader || seen.group() == leader))
                                || hasInEnvironment(each, mark))
                        .ifPresent(found::add);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    private static boolean hasInEnvironment(Path process, String mark) {
        try {
            return new String(Files.readAllBytes(process.resolve("environ")), StandardCharsets.ISO_8859_1)
                    .contains(mark);
        } catch (IOException e) {
            // Gone, or another user's.
            return false;
        }
    }

    static Load load() {
        String[] cpu = text(PROC.resolve("stat"))
                .lines()
                .findFirst()
                .orElseThrow()
                .trim()
                .split(" +");
        long all = 0;
        // user nice system idle iowait irq softirq steal; what guests use is in user already
        for (int each = 1; each <= Math.min(8, cpu.length - 1); each++) {
            all += Long.parseLong(cpu[each]);
        }
        long idle = Long.parseLong(cpu[4]) + Long.parseLong(cpu[5]);
        long total = memory("MemTotal:");
        return new Load(
                Runtime.getRuntime().availableProcessors(), all - idle, all, total - memory("MemAvailable:"), total);
    }

    private static long memory(String name) {
        return text(PROC.resolve("meminfo"))
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024)
                .findFirst()
                .orElse(0);
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
