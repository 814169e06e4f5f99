package io.millrace.local;

import io.millrace.local.StackState.Health;
import io.millrace.local.StackState.Phase;
import io.millrace.local.StackState.ProcessState;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Starts, stops and looks at the stack of a data folder. */
public final class LocalStack {

    private static final Duration POLL = Duration.ofMillis(100);

    /** The supervisor's own limits end earlier; this one is for a supervisor that hangs. */
    private static final Duration START_LIMIT = Duration.ofMinutes(7);

    private static final Duration STOP_LIMIT = Duration.ofSeconds(40);
    private static final Duration KILL_LIMIT = Duration.ofSeconds(10);

    private LocalStack() {}

    /**
     * Starts a stack that outlives this process, and returns when it serves. One that already runs in the folder is left
     * as it is. If this process ends before the stack serves, the stack ends too.
     *
     * @param progress told in one line each what has come up
     * @return the properties file that clients connect with
     */
    public static Path up(StackOptions options, Consumer<String> progress) {
        DataFolder data = new DataFolder(options.data());
        Optional<StackState> before = status(options.data());
        if (before.isPresent() && before.get().isRunning()) {
            requireSame(options, before.get());
            progress.accept("a stack already runs in " + data.path());
            if (before.get().phase() != Phase.READY) {
                await(data, before.get().supervisor(), progress);
            }
            return data.clientProperties();
        }
        Services.requireBuilt(options);
        if (options.tls() != null) {
            options.tls().require();
        }
        data.claim(options);
        // What a killed supervisor left ends by itself within moments; its ports are needed now.
        before.ifPresent(state -> end(state, true));
        options.ports().requireFree();
        start(options, data, progress);
        return data.clientProperties();
    }

    /**
     * Stops the stack of a folder: told to, and killed if it doesn't.
     *
     * @param purge also removes the folder
     * @return whether anything ran
     */
    public static boolean down(Path folder, boolean purge) {
        DataFolder data = new DataFolder(folder);
        if (Files.exists(data.path()) && !data.isStack()) {
            throw new StackException(data.path() + " is no data folder of a stack; name one with --data");
        }
        Optional<StackState> state = status(folder);
        boolean ran = state.isPresent() && end(state.get(), false);
        if (ran) {
            // A supervisor that had to be killed may have replaced a child since its last word was read.
            status(folder).ifPresent(last -> end(last, true));
        }
        try {
            data.removeClientFiles();
        } catch (IOException e) {
            throw new StackException("can't remove what clients connect with: " + e, e);
        }
        if (purge && Files.exists(data.path())) {
            data.purge();
        }
        return ran;
    }

    /** How the folder's stack is; empty if none was ever started there. */
    public static Optional<StackState> status(Path folder) {
        return StackFile.read(new DataFolder(folder).stackFile(), StackState.class)
                .map(LocalStack::asItIs);
    }

    /** Corrects what a supervisor that was killed could not write any more. */
    private static StackState asItIs(StackState told) {
        if (told.isRunning() || told.phase() == Phase.STOPPED || told.phase() == Phase.FAILED) {
            return told;
        }
        List<ProcessState> processes = new ArrayList<>();
        for (ProcessState process : told.processes()) {
            ProcessRef ref = process.process();
            boolean alive = ref != null && ref.alive().isPresent();
            processes.add(new ProcessState(
                    process.name(),
                    alive ? ref : null,
                    process.port(),
                    process.address(),
                    Health.DOWN,
                    process.restarts(),
                    process.log()));
        }
        return new StackState(
                Phase.STOPPED,
                "the supervisor was killed",
                told.supervisor(),
                told.startedAt(),
                told.data(),
                told.clock(),
                told.pools(),
                processes);
    }

    private static void requireSame(StackOptions options, StackState running) {
        if (!running.clock().equals(options.clock())) {
            throw new StackException("a stack with the clock " + running.clock() + " already runs in " + running.data()
                    + "; give this one a folder of its own with --data DIR");
        }
        if (!running.pools().entrySet().containsAll(options.pools().entrySet())) {
            throw new StackException("a stack with the pools " + Pools.text(running.pools()) + " already runs in "
                    + running.data() + "; stop it (down) to add a pool");
        }
    }

    private static void start(StackOptions options, DataFolder data, Consumer<String> progress) {
        AtomicBoolean ready = new AtomicBoolean();
        Process supervisor = launch(options, data);
        Thread onInterrupt = new Thread(
                () -> {
                    if (!ready.get()) {
                        abandon(supervisor, data);
                    }
                },
                "stop-half-started-stack");
        Runtime.getRuntime().addShutdownHook(onInterrupt);
        try {
            await(data, ProcessRef.of(supervisor.toHandle()), progress);
            ready.set(true);
        } finally {
            if (!ready.get()) {
                abandon(supervisor, data);
            }
            try {
                Runtime.getRuntime().removeShutdownHook(onInterrupt);
            } catch (IllegalStateException e) {
                // This process is ending, and the hook is doing its work.
            }
        }
    }

    private static Process launch(StackOptions options, DataFolder data) {
        List<String> command = new ArrayList<>();
        // Out of the terminal's session, so that neither its Ctrl-C nor its closing ends a stack that is up.
        onPath("setsid").ifPresent(command::add);
        onPath("nohup").ifPresent(command::add);
        command.add(ChildJvm.java());
        command.addAll(ChildJvm.quietFlags());
        command.addAll(List.of("-Xmx96m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", ProcessLogging.flag()));
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(Supervisor.class.getName());
        command.add(StackFile.line(options));
        try {
            Files.createDirectories(data.registry());
            return new ProcessBuilder(command)
                    .directory(data.path().toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            data.log("supervisor").toFile()))
                    .start();
        } catch (IOException e) {
            throw new StackException("can't start the supervisor: " + e, e);
        }
    }

    private static Optional<String> onPath(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst();
    }

    /** Returns when the stack of that supervisor is ready. */
    private static void await(DataFolder data, ProcessRef supervisor, Consumer<String> progress) {
        long started = System.nanoTime();
        Set<String> told = new HashSet<>();
        while (System.nanoTime() - started < START_LIMIT.toNanos()) {
            boolean alive = supervisor.alive().isPresent();
            StackState state = StackFile.read(data.stackFile(), StackState.class)
                    .filter(read -> read.supervisor().pid() == supervisor.pid())
                    .orElse(null);
            tell(state, told, started, progress);
            if (state != null && state.phase() == Phase.READY) {
                return;
            }
            if (state != null && state.phase() == Phase.FAILED) {
                throw new StackException(state.message() == null ? "the stack does not start" : state.message());
            }
            if (!alive) {
                throw new StackException("the supervisor ended; its log " + data.log("supervisor") + " ends with\n"
                        + LogTail.of(data.log("supervisor"), 12));
            }
            sleep(POLL);
        }
        throw new StackException(
                "the stack is not ready after " + START_LIMIT.toSeconds() + " s; see the logs in " + data.logs());
    }

    private static void tell(@Nullable StackState state, Set<String> told, long started, Consumer<String> progress) {
        if (state == null) {
            return;
        }
        for (ProcessState process : state.processes()) {
            if (process.health() == Health.UP && told.add(process.name())) {
                long tenths = (System.nanoTime() - started) / 100_000_000;
                progress.accept(process.name() + " is up after " + tenths / 10 + "." + tenths % 10 + " s, "
                        + process.address());
            }
        }
    }

    /** Ends a supervisor that has not got its stack up, with all it started. */
    private static void abandon(Process supervisor, DataFolder data) {
        // By its handle: Process.destroy also closes the pipe by which it would see this process die.
        supervisor.toHandle().destroy();
        try {
            if (!supervisor.waitFor(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                supervisor.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            supervisor.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        status(data.path()).ifPresent(state -> end(state, true));
    }

    /**
     * Ends whatever is left of a stack and returns when nothing is.
     *
     * @return whether anything was
     */
    private static boolean end(StackState state, boolean childrenOnly) {
        boolean any = !childrenOnly && end(state.supervisor(), STOP_LIMIT);
        for (ProcessState process : state.processes()) {
            ProcessRef ref = process.process();
            any |= ref != null && end(ref, KILL_LIMIT);
        }
        return any;
    }

    private static boolean end(ProcessRef ref, Duration patience) {
        Optional<ProcessHandle> alive = ref.alive();
        if (alive.isEmpty()) {
            return false;
        }
        alive.get().destroy();
        if (!awaitGone(ref, patience)) {
            ref.alive().ifPresent(ProcessHandle::destroyForcibly);
            if (!awaitGone(ref, KILL_LIMIT)) {
                throw new StackException("process " + ref.pid() + " can't be ended");
            }
        }
        return true;
    }

    private static boolean awaitGone(ProcessRef ref, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (ref.alive().isPresent()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            sleep(POLL);
        }
        return true;
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException("interrupted", e);
        }
    }
}
