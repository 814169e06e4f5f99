package io.millrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.events.job.JobEvent;
import io.millrace.events.job.JobSubmitted;
import io.millrace.events.job.JobType;
import io.millrace.events.node.NodeEvent;
import io.millrace.events.node.NodeUp;
import io.millrace.local.LocalStack;
import io.millrace.scheduler.replay.Replay;
import io.millrace.scheduler.replay.ReplayReport;
import io.millrace.streams.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a stack knows outlives it, and a pool may join when it comes up again. */
class RestartedStackTest {

    private static final Duration SOON = Duration.ofMinutes(2);

    @TempDir
    Path folder;

    @Test
    void shouldGoOnWhereItWasAndDecideForAPoolThatJoined() {
        Path data = folder.resolve("stack");
        RunningStack before = RunningStack.start(data, options -> options.withPools(Map.of("first", 0)));
        nodeUp(before, "a", "first");
        submit(before, "early", "first");
        submit(before, "late", "first");
        await().atMost(SOON).until(() -> before.stateOf("early").equals("PLACED"));
        await().atMost(SOON).until(() -> before.stateOf("late").equals("WAITING"));
        LocalStack.down(data, false);
        assertThat(data.resolve("broker/log/.kafka_cleanshutdown"))
                .as("what the broker writes when it was left the time to end in good order")
                .exists();

        try (RunningStack after =
                RunningStack.start(data, options -> options.withPools(Map.of("first", 0, "second", 1)))) {
            await().atMost(SOON).until(() -> after.stateOf("late").equals("WAITING"));
            assertThat(after.stateOf("early")).isEqualTo("PLACED");
            nodeUp(after, "b", "second");
            submit(after, "elsewhere", "second");
            await().atMost(SOON).until(() -> after.stateOf("elsewhere").equals("PLACED"));
            ReplayReport replay = Replay.run(after.connection().kafkaProperties(), after.registry(), null, null);
            assertThat(replay.pools()).hasSize(2);
            assertThat(replay.cycles()).isPositive();
            assertThat(replay.equal()).isEqualTo(replay.cycles());
        }
        assertThat(data).doesNotExist();
    }

    private static void nodeUp(RunningStack stack, String nodeId, String pool) {
        stack.send(
                Topics.NODE_EVENTS,
                nodeId,
                new NodeEvent(
                        "up-" + nodeId, Instant.now(), "agent:" + nodeId, new NodeUp(pool, 4, "V100", null, null)));
    }

    private static void submit(RunningStack stack, String jobId, String pool) {
        stack.send(
                Topics.JOB_EVENTS,
                jobId,
                new JobEvent(
                        "submit-" + jobId,
                        Instant.now(),
                        "user:ada",
                        new JobSubmitted(
                                pool,
                                "batch",
                                "vision",
                                "ada",
                                4,
                                null,
                                null,
                                null,
                                null,
                                Map.of(),
                                JobType.EXPERIMENTATION,
                                null,
                                null,
                                List.of(),
                                null)));
    }
}
