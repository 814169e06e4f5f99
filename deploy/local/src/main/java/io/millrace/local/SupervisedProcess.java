package io.millrace.local;

import io.millrace.local.StackState.Health;
import io.millrace.local.StackState.ProcessState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One process that is kept running: started, asked after, and started again when it has died. */
final class SupervisedProcess {

    /**
     * @param address where it serves, for people
     * @param probe whether it serves
     */
    record Plan(
            String name,
            int port,
            String address,
            List<String> command,
            Map<String, String> environment,
            Path folder,
            Path log,
            Probe probe) {}

    private static final Logger LOG = LoggerFactory.getLogger(SupervisedProcess.class);

    private static final Duration FIRST_BACK_OFF = Duration.ofSeconds(1);
    private static final Duration LONGEST_BACK_OFF = Duration.ofSeconds(30);

    /** Who lived this long is started again as fast as the first time. */
    private static final Duration STABLE_AFTER = Duration.ofSeconds(60);

    /** A process that never served is given up after so many ends. */
    private static final int FIRST_START_ATTEMPTS = 3;

    private static final Duration PROBE_WHILE_STARTING = Duration.ofMillis(100);
    private static final Duration PROBE_WHILE_UP = Duration.ofSeconds(2);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(10);
    private static final long LONGEST_LOG_BYTES = 32L << 20;

    private final Plan plan;
    private final Runnable changed;
    private final CompletableFuture<Void> firstUp = new CompletableFuture<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition stopRequested = lock.newCondition();
    private boolean stopping;
    private @Nullable Process process;
    private @Nullable ProcessRef ref;
    private Health health = Health.STARTING;
    private int restarts;

    /** @param changed called after each change of {@link #state} */
    SupervisedProcess(Plan plan, Runnable changed) {
        this.plan = plan;
        this.changed = changed;
    }

    /** Starts it; the result completes when it serves for the first time. */
    CompletableFuture<Void> start() {
        Thread.ofVirtual().name("keep-" + plan.name()).start(this::keep);
        return firstUp;
    }

    ProcessState state() {
        lock.lock();
        try {
            return new ProcessState(plan.name(), ref, plan.port(), plan.address(), health, restarts, plan.log());
        } finally {
            lock.unlock();
        }
    }

    /** Ends it, with force if it doesn't end by itself, and returns when it is gone. */
    void stop() {
        Process running;
        lock.lock();
        try {
            stopping = true;
            stopRequested.signalAll();
            running = process;
        } finally {
            lock.unlock();
        }
        if (running != null) {
            // By its handle: Process.destroy also closes the pipe that its parent watch takes for this process's life.
            running.toHandle().destroy();
            try {
                if (!running.waitFor(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                    LOG.warn("{} did not end within {}, killing it", plan.name(), STOP_LIMIT);
                    running.destroyForcibly().waitFor();
                }
            } catch (InterruptedException e) {
                running.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
        noteEnd();
    }

    private void keep() {
        Duration backOff = FIRST_BACK_OFF;
        try {
            for (int starts = 1; ; starts++) {
                long started = System.nanoTime();
                Process running = launch();
                if (running == null) {
                    return;
                }
                watch(running);
                if (!becameDown(running.exitValue())) {
                    return;
                }
                if (!firstUp.isDone() && starts == FIRST_START_ATTEMPTS) {
                    giveUp(running.exitValue());
                    return;
                }
                if (System.nanoTime() - started > STABLE_AFTER.toNanos()) {
                    backOff = FIRST_BACK_OFF;
                }
                if (!pause(backOff)) {
                    return;
                }
                backOff = backOff.multipliedBy(2).compareTo(LONGEST_BACK_OFF) < 0
                        ? backOff.multipliedBy(2)
                        : LONGEST_BACK_OFF;
            }
        } catch (IOException e) {
            firstUp.completeExceptionally(new StackException("can't start " + plan.name() + ": " + e.getMessage(), e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private @Nullable Process launch() throws IOException {
        rotateLog();
        ProcessBuilder builder = new ProcessBuilder(plan.command())
                .directory(plan.folder().toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(plan.log().toFile()));
        builder.environment().putAll(plan.environment());
        Process started;
        lock.lock();
        try {
            if (stopping) {
                return null;
            }
            started = builder.start();
            process = started;
            ref = ProcessRef.of(started.toHandle());
        } finally {
            lock.unlock();
        }
        changed.run();
        return started;
    }

    /** Returns when the process has ended. */
    private void watch(Process running) throws InterruptedException {
        boolean up = false;
        while (!running.waitFor((up ? PROBE_WHILE_UP : PROBE_WHILE_STARTING).toMillis(), TimeUnit.MILLISECONDS)) {
            boolean answers = plan.probe().answers();
            if (answers && !up) {
                up = true;
                setHealth(Health.UP);
                firstUp.complete(null);
            } else if (up) {
                setHealth(answers ? Health.UP : Health.DOWN);
            }
        }
    }

    /** Notes the end; false when it was asked for. */
    private boolean becameDown(int exit) {
        if (noteEnd()) {
            return false;
        }
        LOG.warn("{} ended with exit status {}, starting it again", plan.name(), exit);
        changed.run();
        return true;
    }

    /** Whether the end was asked for. */
    private boolean noteEnd() {
        lock.lock();
        try {
            process = null;
            ref = null;
            health = Health.DOWN;
            if (!stopping) {
                restarts++;
            }
            return stopping;
        } finally {
            lock.unlock();
        }
    }

    private void giveUp(int exit) {
        firstUp.completeExceptionally(new StackException(plan.name() + " does not start (exit status " + exit
                + "); its log " + plan.log() + " ends with\n" + LogTail.of(plan.log(), 12)));
    }

    /** False when a stop was asked for meanwhile. */
    private boolean pause(Duration time) throws InterruptedException {
        lock.lock();
        try {
            long left = time.toNanos();
            while (!stopping && left > 0) {
                left = stopRequested.awaitNanos(left);
            }
            if (stopping) {
                return false;
            }
            health = Health.STARTING;
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void setHealth(Health now) {
        lock.lock();
        try {
            if (health == now) {
                return;
            }
            health = now;
        } finally {
            lock.unlock();
        }
        changed.run();
    }

    private void rotateLog() throws IOException {
        if (Files.isRegularFile(plan.log()) && Files.size(plan.log()) > LONGEST_LOG_BYTES) {
            Files.move(
                    plan.log(),
                    plan.log().resolveSibling(plan.log().getFileName() + ".1"),
                    StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
