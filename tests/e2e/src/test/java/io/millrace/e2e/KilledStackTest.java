package io.millrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.events.job.JobEvent;
import io.millrace.events.job.JobSubmitted;
import io.millrace.events.node.NodeEvent;
import io.millrace.events.node.NodeUp;
import io.millrace.local.LocalStack;
import io.millrace.local.ProcessRef;
import io.millrace.local.StackState;
import io.millrace.scheduler.replay.Replay;
import io.millrace.scheduler.replay.ReplayReport;
import io.millrace.streams.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stack that loses all of its processes at once, as with the power, comes up again and has forgotten nothing. */
class KilledStackTest {

    private static final Duration SOON = Duration.ofMinutes(2);

    /** Kills of one stack; each adds a start. */
    private static final int KILLS = Integer.getInteger("millrace.stack.kills", 1);

    /** Enough for transactions to be open at any moment. */
    private static final int SENT_BEFORE_A_KILL = 30;

    /** How a job stands that found a free GPU, or none. */
    private static final Set<String> DECIDED = Set.of("PLACED", "WAITING");

    @TempDir
    Path folder;

    @AfterEach
    void stop() {
        LocalStack.down(data(), true);
    }

    private Path data() {
        return folder.resolve("stack");
    }

    @Test
    void shouldDecideWhateverWasSubmittedBeforeAllOfItWasKilledAtOnce() {
        Queue<String> submitted = new ConcurrentLinkedQueue<>();
        RunningStack stack = start();
        stack.send(
                Topics.NODE_EVENTS,
                "n-0",
                new NodeEvent("up-n-0", Instant.now(), "agent:n-0", new NodeUp("default", 4, "V100", null, null)));
        for (int kill = 1; kill <= KILLS; kill++) {
            int enough = submitted.size() + SENT_BEFORE_A_KILL;
            RunningStack doomed = stack;
            CompletableFuture<Void> submitting =
                    CompletableFuture.runAsync(() -> submitUntilItFails(doomed, submitted));
            await().atMost(SOON).until(() -> submitted.size() >= enough);
            killEverything();
            doomed.disconnect();
            assertThat(submitting).failsWithin(SOON);
            stack = start();
        }
        RunningStack last = stack;
        last.send(Topics.JOB_EVENTS, "last", submission("last"));
        submitted.add("last");
        List<String> undecided = new ArrayList<>(submitted);
        await().atMost(SOON).until(() -> {
            undecided.removeIf(jobId -> DECIDED.contains(last.stateOf(jobId)));
            return undecided.isEmpty();
        });
        ReplayReport replay = Replay.run(last.connection().kafkaProperties(), last.registry(), null, null);
        assertThat(replay.cycles()).isPositive();
        assertThat(replay.equal()).isEqualTo(replay.cycles());
        last.disconnect();
    }

    /** On ports that the stack never had. */
    private RunningStack start() {
        return RunningStack.start(data(), options -> options);
    }

    /** Notes what the broker has. */
    private static void submitUntilItFails(RunningStack stack, Queue<String> submitted) {
        while (true) {
            String jobId = "job-" + submitted.size();
            stack.send(Topics.JOB_EVENTS, jobId, submission(jobId));
            submitted.add(jobId);
        }
    }

    private static JobEvent submission(String jobId) {
        return new JobEvent(
                "submit-" + jobId,
                Instant.now(),
                "user:" + jobId,
                JobSubmitted.newBuilder()
                        .setPool("default")
                        .setQueue("batch")
                        .setTeam("vision")
                        .setUser(jobId)
                        .setGpus(1)
                        .build());
    }

    private void killEverything() {
        StackState state = LocalStack.status(data()).orElseThrow();
        List<ProcessHandle> all = Stream.concat(
                        Stream.of(state.supervisor()),
                        state.processes().stream()
                                .map(StackState.ProcessState::process)
                                .filter(Objects::nonNull))
                .map(ProcessRef::alive)
                .map(alive -> alive.orElseThrow(() -> new AssertionError("a process is dead already")))
                .toList();
        all.forEach(ProcessHandle::destroyForcibly);
        await().atMost(SOON).until(() -> all.stream().noneMatch(ProcessHandle::isAlive));
    }
}
