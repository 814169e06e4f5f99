package io.millrace.agent;

import io.millrace.agent.domain.AttemptKey;
import io.millrace.agent.domain.Input;
import io.millrace.agent.domain.PartState;
import io.millrace.agent.domain.Placement;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts and looks after the processes of parts, each through a small shell script that outlives this agent and kills
 * everything of the part when its lease is not renewed.
 */
final class Shim {

    private static final Logger LOG = LoggerFactory.getLogger(Shim.class);

    /** Marks every process of a part, wherever it goes. */
    static final String TOKEN_VARIABLE = "MILLRACE_SHARE";

    private static final int NOT_FOUND = 127;
    private static final int NOT_EXECUTABLE = 126;
    private static final int KILLED = 137;
    private static final int TERMINATED = 143;

    /** Longest time between a shim's first act and its second. */
    private static final Duration BEGIN_LIMIT = Duration.ofSeconds(10);

    private final AgentSettings settings;
    private final Map<String, String> own;
    private final Path script;

    /** @param own the agent's environment */
    Shim(AgentSettings settings, Map<String, String> own) {
        this.settings = settings;
        this.own = Map.copyOf(own);
        script = settings.folder().resolve("shim.sh");
        try (InputStream shipped = Shim.class.getResourceAsStream("shim.sh")) {
            if (shipped == null) {
                throw new IllegalStateException("shim.sh is not on the class path");
            }
            // Moved into place: a shim that runs reads on in the old file.
            Path draft = script.resolveSibling("shim.sh.draft");
            Files.copy(shipped, draft, StandardCopyOption.REPLACE_EXISTING);
            Files.move(draft, script, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Starts the process of a part, unless that was done before.
     *
     * @return why nothing was started; null when something was, now or before
     */
    @Nullable
    Input launch(Placement placement, int rank) {
        AttemptKey key = placement.key();
        AttemptFolder folder = AttemptFolder.of(settings, key);
        Placement.Work work = placement.work();
        if (folder.isStarted() || work == null) {
            return null;
        }
        Instant now = Instant.now();
        if (now.toEpochMilli() > placement.startBefore()) {
            return new Input.TooLate(key);
        }
        Path directory = work.directory() == null ? folder.work() : Path.of(work.directory());
        Path checkpoints = settings.checkpoints(key.jobId());
        try {
            Files.createDirectories(folder.work());
            Files.createDirectories(checkpoints);
            if (!Files.isDirectory(directory)) {
                return new Input.NotLaunched(
                        key, NOT_FOUND, "there is no directory " + directory + " on node " + settings.node());
            }
            Map<String, String> environment =
                    Environment.of(placement, rank, checkpoints, folder.reports(), Environment.passedOn(own));
            String program = work.command().getFirst();
            Input refusal = refusal(key, program, directory, environment.getOrDefault("PATH", ""));
            if (refusal != null) {
                return refusal;
            }
            folder.lease((long) Machine.uptime() + Math.max(1, placement.leaseMs() / 1000));
            spawn(folder, placement, work.command(), directory, environment);
            LOG.info("Started {} as rank {}: {}", key, rank, program);
            return null;
        } catch (IOException e) {
            return new Input.NotLaunched(key, NOT_EXECUTABLE, "it can't be started on " + settings.node() + ": " + e);
        }
    }

    private static @Nullable Input refusal(AttemptKey key, String program, Path directory, String path) {
        if (program.contains("/")) {
            Path file = directory.resolve(program);
            if (Files.isRegularFile(file) && !Files.isExecutable(file)) {
                return new Input.NotLaunched(key, NOT_EXECUTABLE, program + " is not executable");
            }
            return Files.isRegularFile(file)
                    ? null
                    : new Input.NotLaunched(key, NOT_FOUND, "there is no program " + program);
        }
        for (String folder : path.split(File.pathSeparator)) {
            if (!folder.isEmpty()
                    && Files.isExecutable(directory.resolve(folder).resolve(program))) {
                return null;
            }
        }
        return new Input.NotLaunched(
                key, NOT_FOUND, "there is no program '" + program + "' in the folders of PATH, " + path);
    }

    private void spawn(
            AttemptFolder folder,
            Placement placement,
            List<String> work,
            Path directory,
            Map<String, String> environment)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "setsid",
                "sh",
                script.toString(),
                folder.path().toString(),
                folder.token(),
                Long.toString(placement.startBefore() / 1000),
                own.getOrDefault("PATH", "")));
        command.addAll(work);
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.path().resolve("shim.log").toFile()));
        builder.environment().clear();
        builder.environment().putAll(environment);
        builder.start();
    }

    /** What has become of a part that was to be started; null when there is nothing new. */
    @Nullable
    Input look(PartState part) {
        AttemptKey key = part.key();
        AttemptFolder folder = AttemptFolder.of(settings, key);
        if (!folder.isStarted()) {
            return null;
        }
        boolean alive = folder.isShimAlive();
        // Asked after the shim: whoever is gone has written his last word.
        Integer exit = folder.exit();
        if (exit != null) {
            return new Input.Exited(key, exit, folder.isExpired() ? Input.How.LEASE_EXPIRED : Input.How.BY_ITSELF);
        }
        if (folder.isLate()) {
            return new Input.TooLate(key);
        }
        if (alive) {
            return part.phase() == PartState.Phase.LAUNCHING && folder.pid() != null ? new Input.Launched(key) : null;
        }
        if (!folder.hasShim() && folder.startedAt().plus(BEGIN_LIMIT).isAfter(Instant.now())) {
            return null;
        }
        kill(folder);
        return new Input.Exited(key, KILLED, folder.isExpired() ? Input.How.LEASE_EXPIRED : Input.How.LOST);
    }

    /** @param until ms from now that the process may live */
    void renew(AttemptKey key, long until) {
        AttemptFolder folder = AttemptFolder.of(settings, key);
        if (folder.isStarted() && folder.exit() == null) {
            folder.lease((long) (Machine.uptime() + until / 1000.0));
        }
    }

    void stop(AttemptKey key, long graceMs) {
        AttemptFolder folder = AttemptFolder.of(settings, key);
        if (folder.claim()) {
            // An agent that was cut off had not begun it: now nobody will, and so it is over.
            folder.write("exit", Integer.toString(TERMINATED));
            LOG.info("Stopped {} before it began", key);
        } else if (folder.exit() == null) {
            folder.stop((long) (Machine.uptime() + graceMs / 1000.0));
            LOG.info("Stopping {}, {} ms of grace", key, graceMs);
        }
    }

    /** Kills all that is left of a part, and returns when nothing is. */
    void kill(AttemptFolder folder) {
        List<Machine.Seen> left = Machine.processesOf(folder.pid(), folder.token());
        while (!left.isEmpty()) {
            left.forEach(seen -> ProcessHandle.of(seen.pid()).ifPresent(ProcessHandle::destroyForcibly));
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            left = Machine.processesOf(folder.pid(), folder.token());
        }
    }

    List<Machine.Seen> processes(AttemptKey key) {
        AttemptFolder folder = AttemptFolder.of(settings, key);
        return Machine.processesOf(folder.pid(), folder.token());
    }
}
