package io.millrace.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.agent.domain.AttemptKey;
import io.millrace.events.attempt.AttemptEvent;
import io.millrace.events.attempt.JobCompleted;
import io.millrace.events.attempt.JobFailed;
import io.millrace.events.attempt.JobStarted;
import io.millrace.events.attempt.JobStopped;
import io.millrace.events.attempt.StopCause;
import io.millrace.events.node.NodeEvent;
import io.millrace.events.node.NodeUp;
import io.millrace.streams.Topic.Principal;
import io.millrace.streams.Topics;
import io.millrace.testkit.SeededRandom;
import io.millrace.testkit.TestBroker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An agent in a process of its own, killed as the machine might kill it. */
class KilledAgentTest {

    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    @TempDir
    Path folder;

    private final String node = "n-" + UUID.randomUUID();
    private @Nullable Process agent;

    private AgentSettings settings() {
        return new AgentSettings(
                node,
                "default",
                4,
                "local",
                "127.0.0.1",
                folder,
                AgentSettings.HEARTBEAT,
                AgentSettings.SILENT_AFTER,
                AgentSettings.STOP_GRACE);
    }

    private Process start() throws IOException {
        TestBroker broker = TestBroker.shared();
        Properties properties = new Properties();
        broker.client(Principal.AGENTS).forEach((name, value) -> properties.setProperty(name, value.toString()));
        properties.setProperty("test.registry", broker.registryUrl().toString());
        properties.setProperty("test.cache", broker.schemaCache().toString());
        Path file = folder.resolve("agent.properties");
        try (Writer writer = Files.newBufferedWriter(file)) {
            properties.store(writer, null);
        }
        Process started = new ProcessBuilder(
                        JAVA,
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        AgentProgram.class.getName(),
                        file.toString(),
                        node,
                        folder.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("agent.log").toFile()))
                .start();
        agent = started;
        return started;
    }

    private Process startAndAwaitUp() throws IOException {
        Files.deleteIfExists(Agent.upFile(folder, node));
        Process started = start();
        await().atMost(PlayedScheduler.SOON).until(() -> Files.exists(Agent.upFile(folder, node)));
        return started;
    }

    private String agentLog() {
        try {
            return Files.readString(folder.resolve("agent.log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void kill(Process process) throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @AfterEach
    void killAll() throws InterruptedException {
        Process running = agent;
        if (running != null) {
            kill(running);
        }
    }

    private AttemptFolder attempt(String job) {
        return AttemptFolder.of(settings(), new AttemptKey(job, 1));
    }

    @Test
    void shouldTakeUpItsJobs() throws IOException, InterruptedException {
        PlayedScheduler scheduler = new PlayedScheduler();
        Process first = startAndAwaitUp();
        scheduler.place(
                1,
                Duration.ofMinutes(1),
                PlayedScheduler.shell("echo start; while [ ! -e go ]; do sleep 0.1; done; echo end; exit 6"),
                node);
        scheduler.awaitSaid(1);
        kill(first);
        startAndAwaitUp();
        Files.createFile(attempt(scheduler.job).work().resolve("go"));
        scheduler.awaitSaid(2);
        assertThat(scheduler.ofTheJob())
                .containsExactly(new JobStarted(1, List.of(node)), new JobFailed(1, 6, "exit code 6", "start\nend\n"));
        assertThat(scheduler.said(Topics.NODE_EVENTS, node, NodeEvent::getPayload))
                .filteredOn(NodeUp.class::isInstance)
                .as("it never went down")
                .hasSize(1);
    }

    @Test
    void shouldLeaveNoProcessBehindWhenItDoesNotComeBackInTime() throws IOException, InterruptedException {
        PlayedScheduler scheduler = new PlayedScheduler();
        Process first = startAndAwaitUp();
        scheduler.place(
                1,
                Duration.ofSeconds(4),
                PlayedScheduler.command(
                        JAVA, "-Xmx16m", "-cp", System.getProperty("java.class.path"), SleepingProgram.class.getName()),
                node);
        AttemptFolder folder = attempt(scheduler.job);
        await().atMost(PlayedScheduler.SOON).until(() -> folder.tail().contains("ready"));
        assertThat(Machine.processesOf(folder.pid(), folder.token())).hasSize(1);
        kill(first);
        await().atMost(PlayedScheduler.SOON)
                .until(() -> Machine.processesOf(folder.pid(), folder.token()).isEmpty());
        startAndAwaitUp();
        scheduler.awaitSaid(2);
        assertThat(scheduler.ofTheJob().getLast())
                .isEqualTo(new JobStopped(
                        1, StopCause.LEASE_EXPIRED, "its agent could not report for 4000 ms", "ready\n"));
    }

    @Test
    void shouldNeitherLoseNorDoubleAJobWheneverItIsKilled() throws IOException, InterruptedException {
        SeededRandom random = SeededRandom.of("KilledAgentTest");
        List<PlayedScheduler> schedulers = new ArrayList<>();
        Path runs = Files.createDirectory(folder.resolve("runs"));
        Process running = startAndAwaitUp();
        for (int each = 0; each < 8; each++) {
            PlayedScheduler scheduler = new PlayedScheduler();
            schedulers.add(scheduler);
            Path file = runs.resolve(scheduler.job);
            // All on the same GPUs: one after the other.
            scheduler.place(
                    1, Duration.ofMinutes(1), PlayedScheduler.shell("echo ran >> " + file + "; sleep 0.2"), node);
        }
        for (int kill = 0; kill < 3; kill++) {
            running.waitFor(200 + random.nextInt(2_500), TimeUnit.MILLISECONDS);
            kill(running);
            running = start();
        }
        for (PlayedScheduler scheduler : schedulers) {
            await().atMost(PlayedScheduler.SOON)
                    .untilAsserted(() -> assertThat(scheduler.ofTheJob())
                            .as(() -> "of %s, whose agent wrote%n%s".formatted(scheduler.job, agentLog()))
                            .hasAtLeastOneElementOfType(JobCompleted.class));
            assertThat(Files.readAllLines(runs.resolve(scheduler.job))).containsExactly("ran");
            assertThat(scheduler.said(Topics.ATTEMPT_EVENTS, scheduler.job, AttemptEvent::getEventId))
                    .filteredOn(id -> ((String) id).endsWith("/completed"))
                    .as("said again it is the same event")
                    .containsOnly(scheduler.job + "/1/" + node + "/completed");
        }
    }
}
