package io.millrace.agent;

import io.millrace.agent.domain.AttemptKey;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The folder of one part: what the agent and the shim say to each other, and what the process writes. */
record AttemptFolder(Path path) {

    private static final int TAIL_BYTES = 8 << 10;

    static AttemptFolder of(AgentSettings settings, AttemptKey key) {
        return new AttemptFolder(
                attempts(settings).resolve(FileNames.of(key.jobId())).resolve("" + key.attempt()));
    }

    static Path attempts(AgentSettings settings) {
        return settings.folder().resolve("attempts");
    }

    /** Of this part and no other on this machine. */
    String token() {
        return FileNames.sha256(path.toString()).substring(0, 32);
    }

    Path output() {
        return path.resolve("output");
    }

    Path reports() {
        return path.resolve("reports");
    }

    /** The process's working directory unless the job names one. */
    Path work() {
        return path.resolve("work");
    }

    boolean isStarted() {
        return Files.exists(path.resolve("started"));
    }

    /** Takes the place of the shim, if none has begun: then none ever will. */
    boolean claim() {
        try {
            Files.createDirectories(path);
            Files.createDirectory(path.resolve("started"));
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean isLate() {
        return Files.exists(path.resolve("late"));
    }

    boolean isExpired() {
        return Files.exists(path.resolve("expired"));
    }

    /** When the shim began; where none has, when something was last done here. */
    Instant startedAt() {
        try {
            return Files.getLastModifiedTime(isStarted() ? path.resolve("started") : path)
                    .toInstant();
        } catch (IOException e) {
            return Instant.now();
        }
    }

    /** The process's exit code; null while there is none. */
    @Nullable
    Integer exit() {
        Long code = number("exit");
        return code == null ? null : code.intValue();
    }

    /** Pid of the process, which is its group and session too; null while there is none. */
    @Nullable
    Long pid() {
        return number("pid");
    }

    /** Whether the shim is there and is the one that began, and no other process that got its pid. */
    boolean isShimAlive() {
        String told = read("shim");
        if (told == null) {
            return false;
        }
        Machine.Seen began = Machine.parse(told).orElse(null);
        return began != null
                && Machine.process(began.pid())
                        .filter(seen -> seen.started() == began.started())
                        .isPresent();
    }

    boolean hasShim() {
        return Files.exists(path.resolve("shim"));
    }

    /** @param uptime seconds since the boot, until which the process may live */
    void lease(long uptime) {
        write("lease", Long.toString(uptime));
    }

    /**
     * Asks the shim for a stop.
     *
     * @param uptime seconds since the boot, at which what is left is killed; an earlier one that was said stays
     */
    void stop(long uptime) {
        Long said = number("stop");
        if (said == null || said > uptime) {
            write("stop", Long.toString(Math.max(1, uptime)));
        }
    }

    /** The last lines of what the process wrote. */
    String tail() {
        if (!Files.isRegularFile(output())) {
            return "";
        }
        try (RandomAccessFile file = new RandomAccessFile(output().toFile(), "r")) {
            long from = Math.max(0, file.length() - TAIL_BYTES);
            byte[] bytes = new byte[(int) (file.length() - from)];
            file.seek(from);
            file.readFully(bytes);
            String text = new String(bytes, StandardCharsets.UTF_8);
            int line = text.indexOf('\n');
            String whole = from > 0 && line >= 0 ? text.substring(line + 1) : text;
            // Bytes that are no UTF-8 have become longer.
            return whole.getBytes(StandardCharsets.UTF_8).length <= TAIL_BYTES
                    ? whole
                    : whole.substring(whole.length() - TAIL_BYTES / 3);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Nullable
    String read(String name) {
        try {
            return Files.readString(path.resolve(name)).strip();
        } catch (IOException e) {
            return null;
        }
    }

    private @Nullable Long number(String name) {
        String text = read(name);
        return text == null || !text.matches("\\d{1,18}") ? null : Long.valueOf(text);
    }

    /** So that a reader sees the old text or the new one. */
    void write(String name, String text) {
        try {
            Path draft = path.resolve(name + ".draft");
            Files.writeString(draft, text + "\n");
            Files.move(draft, path.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
