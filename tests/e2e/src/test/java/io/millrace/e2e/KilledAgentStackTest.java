package io.millrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.agent.Agent;
import io.millrace.cli.Millrace;
import io.millrace.events.attempt.AttemptEvent;
import io.millrace.events.attempt.JobCompleted;
import io.millrace.events.attempt.JobStarted;
import io.millrace.events.attempt.JobStopped;
import io.millrace.events.decision.JobDecision;
import io.millrace.events.decision.JobRequeued;
import io.millrace.events.decision.RequeueCause;
import io.millrace.events.job.JobEvent;
import io.millrace.events.job.JobSubmitted;
import io.millrace.events.job.Work;
import io.millrace.local.DataFolder;
import io.millrace.local.ProjectRoot;
import io.millrace.local.StackOptions;
import io.millrace.streams.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The agent that a stack brings, another one, and a job that needs both; one is killed in the middle. */
class KilledAgentStackTest {

    private static final Duration SOON = Duration.ofMinutes(2);

    /** The stack's own node, and so the first in rank; and the one whose agent is killed. */
    private static final String OWN = "local";

    private static final String OTHER = "other";

    /** Short, so that silence is soon known for what it is. */
    private static final String LEASES = """
            leases:
              start_within: 20s
              lease: 5s
              margin: 3s
              grace: 2s
              tick_interval: 1s
              suspect_for: 1s
              remember_ended_for: 1h
            """;

    @TempDir
    Path folder;

    private final List<Process> agents = new ArrayList<>();
    private final Set<String> overlaps = new TreeSet<>();
    private final RunningStack stack;

    KilledAgentStackTest(@TempDir Path data) throws IOException {
        String policy = Files.readString(ProjectRoot.find().resolve("policies/default.yaml"));
        Path file = Files.writeString(
                data.resolve("policy.yaml"), policy.replaceFirst("(?m)^leases:\\n(?: .*\\n)+", LEASES));
        stack = RunningStack.start(
                data.resolve("stack"),
                options -> options.withPolicyFile(file).withAgent(new StackOptions.AgentNode(2, "declared")));
    }

    private Path work(String node) {
        return node.equals(OTHER) ? folder.resolve(OTHER) : new DataFolder(stack.data()).work();
    }

    private Process startOther() throws IOException {
        Path work = work(OTHER);
        Files.createDirectories(work);
        Path up = Agent.upFile(work, OTHER);
        Files.deleteIfExists(up);
        Process agent = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Millrace.class.getName(),
                        "agent",
                        "--data",
                        stack.data().toString(),
                        "--node",
                        OTHER,
                        "--gpus",
                        "2",
                        "--gpu-type",
                        "declared",
                        "--work-dir",
                        work.toString(),
                        "--silent-after",
                        "3s",
                        "--stop-grace",
                        "1s")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        work.resolve("agent.log").toFile()))
                .start();
        agents.add(agent);
        await().atMost(SOON).until(() -> Files.exists(up));
        return agent;
    }

    @AfterEach
    void stop() throws InterruptedException {
        for (Process agent : agents) {
            agent.destroy();
            agent.waitFor();
        }
        stack.close();
    }

    private void submit(String job, int gpus, String script) {
        stack.send(
                Topics.JOB_EVENTS,
                job,
                new JobEvent(
                        "submit-" + job,
                        Instant.now(),
                        "user:ada",
                        JobSubmitted.newBuilder()
                                .setPool("default")
                                .setQueue("batch")
                                .setTeam("vision")
                                .setUser("ada")
                                .setGpus(gpus)
                                .setWork(Work.newBuilder()
                                        .setCommand(List.of("sh", "-c", script))
                                        .build())
                                .build()));
    }

    @Test
    void shouldRunAGangAgainOfWhichOnePartWasLost() throws IOException, InterruptedException {
        Process other = startOther();
        // The first attempt runs until it is killed, with a child that leaves its process group.
        submit(
                "gang",
                4,
                "[ $MILLRACE_ATTEMPT != 1 ] || { setsid sleep 600 & sleep 600; }; echo rank $RANK of $WORLD_SIZE");
        submit("single", 1, "sleep 1");
        await().atMost(SOON).until(() -> processes("gang", 1).size() >= 6);
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(said("gang")).containsExactly(new JobStarted(1, List.of(OWN, OTHER))));

        other.destroyForcibly().waitFor();
        await().atMost(SOON).until(() -> decided("gang").stream().anyMatch(JobRequeued.class::isInstance));
        assertThat(processes("gang", 1)).as("no orphan").isEmpty();
        assertThat(decided("gang").stream()
                        .filter(JobRequeued.class::isInstance)
                        .map(JobRequeued.class::cast)
                        .map(JobRequeued::getCause))
                .containsExactly(RequeueCause.NODE_LOST);

        startOther();
        await().atMost(SOON).until(() -> {
            look();
            return stack.stateOf("gang").equals("COMPLETED")
                    && stack.stateOf("single").equals("COMPLETED");
        });
        assertThat(overlaps).as("GPUs held twice").isEmpty();
        List<Object> said = said("gang");
        assertThat(said.get(1)).isInstanceOf(JobStopped.class);
        assertThat(said.getLast())
                .isInstanceOfSatisfying(
                        JobCompleted.class,
                        completed -> assertThat(completed.getLogTail()).isEqualTo("rank 0 of 2\n"));
        assertThat(processes("gang", 2)).isEmpty();
    }

    /** What the lead said of a job, in order; signs of life left out. */
    private List<Object> said(String job) {
        return stack.committed(Topics.ATTEMPT_EVENTS.name()).stream()
                .filter(record -> record.key().equals(job))
                .map(record -> stack.decode(Topics.ATTEMPT_EVENTS, record))
                .map(AttemptEvent::getPayload)
                .filter(payload -> payload.getClass().getSimpleName().startsWith("Job"))
                .toList();
    }

    private List<Object> decided(String job) {
        return stack.committed(Topics.JOB_DECISIONS.name()).stream()
                .filter(record -> record.key().equals(job))
                .map(record -> stack.decode(Topics.JOB_DECISIONS, record))
                .map(JobDecision::getPayload)
                .toList();
    }

    /** Notes attempts that hold the same GPU of a node at the same time. */
    private void look() {
        Map<String, String> holders = new HashMap<>();
        ProcessHandle.allProcesses().map(KilledAgentStackTest::environment).forEach(environment -> {
            String attempt = environment.get("MILLRACE_JOB_ID") + "/" + environment.get("MILLRACE_ATTEMPT");
            String reports = environment.getOrDefault("MILLRACE_REPORT_FILE", "");
            for (String node : List.of(OWN, OTHER)) {
                if (reports.startsWith(work(node) + "/") && environment.containsKey("MILLRACE_SHARE")) {
                    for (String gpu :
                            environment.getOrDefault("MILLRACE_GPU_IDS", "").split(",")) {
                        String other = holders.putIfAbsent(node + gpu, attempt);
                        if (other != null && !other.equals(attempt)) {
                            overlaps.add("GPU " + gpu + " of " + node + " by " + other + " and " + attempt);
                        }
                    }
                }
            }
        });
    }

    private static List<Long> processes(String job, int attempt) {
        return ProcessHandle.allProcesses()
                .filter(process -> {
                    Map<String, String> environment = environment(process);
                    return environment.containsKey("MILLRACE_SHARE")
                            && job.equals(environment.get("MILLRACE_JOB_ID"))
                            && Integer.toString(attempt).equals(environment.get("MILLRACE_ATTEMPT"));
                })
                .map(ProcessHandle::pid)
                .toList();
    }

    private static Map<String, String> environment(ProcessHandle process) {
        Map<String, String> environment = new HashMap<>();
        try {
            for (String line : Files.readString(Path.of("/proc", Long.toString(process.pid()), "environ"))
                    .split("\0")) {
                int equals = line.indexOf('=');
                if (equals > 0) {
                    environment.put(line.substring(0, equals), line.substring(equals + 1));
                }
            }
        } catch (IOException e) {
            return Map.of();
        }
        return environment;
    }
}
