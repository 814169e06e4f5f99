package io.millrace.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.agent.domain.AttemptKey;
import io.millrace.events.attempt.JobCompleted;
import io.millrace.events.attempt.JobFailed;
import io.millrace.events.attempt.JobStarted;
import io.millrace.events.attempt.JobStopped;
import io.millrace.events.attempt.StopCause;
import io.millrace.events.decision.PreemptionCause;
import io.millrace.events.decision.PreemptionRequested;
import io.millrace.events.job.CheckpointSaved;
import io.millrace.events.job.JobEvent;
import io.millrace.events.job.ProgressReported;
import io.millrace.events.log.LogAppended;
import io.millrace.events.log.LogEvent;
import io.millrace.events.node.NodeDown;
import io.millrace.events.node.NodeEvent;
import io.millrace.events.node.NodeHeartbeat;
import io.millrace.events.node.NodeUp;
import io.millrace.streams.Topic.Principal;
import io.millrace.streams.Topics;
import io.millrace.testkit.TestBroker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An agent on a real broker; the test is its scheduler. */
class AgentTest {

    private static final Duration LEASE = Duration.ofMinutes(1);

    @TempDir
    Path folder;

    private final String node = "n-" + UUID.randomUUID();
    private final PlayedScheduler scheduler = new PlayedScheduler();
    private final String job = scheduler.job;
    private @Nullable Agent agent;

    private AgentSettings settings() {
        return new AgentSettings(
                node,
                "default",
                4,
                "local",
                "127.0.0.1",
                folder,
                Duration.ofMillis(500),
                Duration.ofSeconds(5),
                Duration.ofSeconds(1));
    }

    private void start() {
        TestBroker broker = TestBroker.shared();
        Agent started = new Agent(settings(), broker.client(Principal.AGENTS), broker.registry(), System.getenv());
        agent = started;
        Thread.ofPlatform().name("agent").start(started::run);
        await().atMost(PlayedScheduler.SOON).until(() -> Files.exists(Agent.upFile(folder, node)));
    }

    private void run(String script) {
        scheduler.place(1, LEASE, PlayedScheduler.shell(script), node);
    }

    @AfterEach
    void stop() {
        Agent running = agent;
        if (running != null) {
            running.stop();
        }
    }

    @Test
    void shouldRunWhatIsPlacedAndTellHowItWent() {
        start();
        run(("echo training; echo '{\"event\":\"progress\",\"fraction\":0.5,\"step\":3}' >> $MILLRACE_REPORT_FILE;"
                + " echo 'no JSON' >> $MILLRACE_REPORT_FILE;"
                + " printf '{\"event\":\"checkpoint\",\"path\":\"c/7\",\"step\":7}\\n' >> $MILLRACE_REPORT_FILE"));
        scheduler.awaitSaid(2);
        assertThat(scheduler.ofTheJob())
                .containsExactly(new JobStarted(1, List.of(node)), new JobCompleted(1, 0, "training\n"));
        assertThat(scheduler.said(Topics.JOB_EVENTS, job, JobEvent::getPayload))
                .containsExactly(new ProgressReported(1, 0.5, 3L), new CheckpointSaved(1, "c/7", 7L));
        assertThat(scheduler.said(Topics.JOB_EVENTS, job, JobEvent::getEventId))
                .containsExactly(job + "/1/" + node + "/report/0", job + "/1/" + node + "/report/2");
        assertThat(scheduler.said(Topics.JOB_LOGS, job, LogEvent::getPayload))
                .containsExactly(new LogAppended(1, node, 0, 0L, "training\n"));
    }

    @Test
    void shouldTellWhatFailsAndWhy() {
        start();
        run(("echo no luck; exit 4"));
        scheduler.awaitSaid(2);
        assertThat(scheduler.ofTheJob().getLast()).isEqualTo(new JobFailed(1, 4, "exit code 4", "no luck\n"));
        scheduler.place(2, LEASE, null, node);
        scheduler.awaitSaid(3);
        assertThat(scheduler.ofTheJob().getLast())
                .isEqualTo(new JobFailed(2, 127, "the job has no command; submit it with one", ""));
    }

    @Test
    void shouldLetAJobSaveACheckpointWhenItIsPreempted() {
        start();
        run(
                ("trap 'echo \"{\\\"event\\\":\\\"checkpoint\\\",\\\"path\\\":\\\"c\\\",\\\"step\\\":9}\" >> $MILLRACE_REPORT_FILE; exit 0'"
                        + " TERM; echo ready; exec 2> /dev/null; while :; do sleep 0.1; done"));
        scheduler.awaitSaid(1);
        await().atMost(PlayedScheduler.SOON).until(() -> output().contains("ready"));
        scheduler.decide(new PreemptionRequested(1, PreemptionCause.HIGHER_PRIORITY, "other", 0L, 30_000L));
        scheduler.awaitSaid(2);
        assertThat(scheduler.ofTheJob().getLast())
                .isEqualTo(new JobStopped(1, StopCause.SCHEDULER, "preempted for other", "ready\n"));
        assertThat(scheduler.said(Topics.JOB_EVENTS, job, JobEvent::getPayload))
                .containsExactly(new CheckpointSaved(1, "c", 9L));
    }

    private String output() {
        return AttemptFolder.of(settings(), new AttemptKey(job, 1)).tail();
    }

    @Test
    void shouldSayThatItsNodeIsThereAndThatItIsGone() {
        start();
        run(("echo ready; exec sleep 600"));
        await().atMost(PlayedScheduler.SOON).until(() -> output().contains("ready"));
        await().atMost(PlayedScheduler.SOON).until(() -> nodeSaid().getOrDefault(NodeHeartbeat.class, 0L) >= 3);
        stop();
        agent = null;
        assertThat(nodeSaid()).containsEntry(NodeUp.class, 1L).containsEntry(NodeDown.class, 1L);
        assertThat(scheduler
                        .said(Topics.NODE_EVENTS, node, NodeEvent::getPayload)
                        .getFirst())
                .isEqualTo(new NodeUp("default", 4, "local", "127.0.0.1", 5_000L));
        assertThat(scheduler.ofTheJob().getLast())
                .isEqualTo(new JobStopped(1, StopCause.NODE_LOST, "the agent of " + node + " is stopped", "ready\n"));
    }

    private Map<Class<?>, Long> nodeSaid() {
        return scheduler.said(Topics.NODE_EVENTS, node, NodeEvent::getPayload).stream()
                .collect(Collectors.groupingBy(Object::getClass, Collectors.counting()));
    }

    @Test
    void shouldLeaveOneAgentANode() {
        start();
        TestBroker broker = TestBroker.shared();
        Agent second = new Agent(settings(), broker.client(Principal.AGENTS), broker.registry(), Map.of());
        assertThatThrownBy(second::run)
                .isInstanceOf(AgentException.class)
                .hasMessageStartingWith("an agent of node " + node + " already runs in " + folder);
    }
}
