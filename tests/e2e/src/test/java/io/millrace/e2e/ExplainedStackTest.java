package io.millrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.cli.Millrace;
import io.millrace.events.attempt.AttemptEvent;
import io.millrace.events.attempt.JobStarted;
import io.millrace.events.job.JobEvent;
import io.millrace.events.job.JobSubmitted;
import io.millrace.events.job.JobType;
import io.millrace.events.node.NodeEvent;
import io.millrace.events.node.NodeUp;
import io.millrace.streams.Topics;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stack under the shipped policy and organisation, whose one node is taken. */
class ExplainedStackTest {

    private static final Duration SOON = Duration.ofMinutes(2);

    @TempDir
    private Path folder;

    @Test
    void shouldExplainJobsThatWaitTermByTerm() {
        try (RunningStack stack = RunningStack.start(
                folder.resolve("stack"),
                options -> options.withOrgFile(options.root().resolve("policies/org.yaml")))) {
            stack.send(
                    Topics.NODE_EVENTS,
                    "n-0",
                    new NodeEvent(id(), Instant.now(), "agent:n-0", new NodeUp("default", 8, "V100", null, null)));
            submit(stack, "holder", "strangers", JobType.EXPERIMENTATION);
            await().atMost(SOON).until(() -> stack.stateOf("holder").equals("PLACED"));
            stack.send(
                    Topics.ATTEMPT_EVENTS,
                    "holder",
                    new AttemptEvent(id(), Instant.now(), "agent:n-0", new JobStarted(1, List.of("n-0"))));
            submit(stack, "promised", "strangers", JobType.EXPERIMENTATION);
            await().atMost(SOON).until(() -> position(stack, "promised") == 1);
            submit(stack, "patient", "strangers", JobType.RESEARCH);
            await().atMost(SOON).until(() -> position(stack, "patient") == 2);
            submit(stack, "favoured", "vision", JobType.RESEARCH); // a team that may claim it
            await().atMost(SOON).until(() -> position(stack, "patient") == 3);

            JsonNode promised = explanation(stack, "promised");
            assertThat(Instant.parse(promised.path("expected_start").path("at").asText()))
                    .isBeforeOrEqualTo(
                            Instant.parse(promised.path("promised_start").asText()));
            assertThat(promised.path("expected_start").path("basis").asText()).isEqualTo("LIMIT");

            JsonNode favoured = explanation(stack, "favoured");
            JsonNode patient = explanation(stack, "patient");
            assertThat(favoured.path("position").asInt()).isEqualTo(2);
            assertThat(patient.path("ahead")).extracting(JsonNode::asText).containsExactly("promised", "favoured");
            assertThat(patient.path("blockers"))
                    .extracting(blocker -> blocker.path("reason").asText())
                    .containsExactly("INSUFFICIENT_GPUS");
            assertTermsSumUp(promised);
            assertTermsSumUp(favoured);
            assertTermsSumUp(patient);
            assertThat(term(favoured, "type").path("points").asInt()).isEqualTo(50);
            assertThat(term(patient, "type").path("points").asInt()).isZero();
            assertThat(term(patient, "type").path("why").asText())
                    .isEqualTo("RESEARCH does not count: team strangers is not defined in org-events");

            assertThat(stack.json("/v1/queue?pool=default"))
                    .extracting(row -> row.path("job_id").asText())
                    .containsExactly("promised", "favoured", "patient");
            assertThat(cli("queue")).contains("promised", "favoured", "patient");
            assertThat(cli("explain", "patient"))
                    .contains("Position 3: 2 jobs are ahead", "INSUFFICIENT_GPUS", "EXPECTED");
        }
    }

    private static String id() {
        return UUID.randomUUID().toString();
    }

    /** A job that needs the whole node. */
    private static void submit(RunningStack stack, String jobId, String team, JobType type) {
        stack.send(
                Topics.JOB_EVENTS,
                jobId,
                new JobEvent(
                        id(),
                        Instant.now(),
                        "user:" + jobId,
                        JobSubmitted.newBuilder()
                                .setPool("default")
                                .setQueue("batch")
                                .setTeam(team)
                                .setUser(jobId)
                                .setGpus(8)
                                .setJobType(type)
                                .build()));
    }

    private static JsonNode explanation(RunningStack stack, String jobId) {
        return stack.json("/v1/jobs/" + jobId + "/explanation");
    }

    /** 0 while it has none. */
    private static int position(RunningStack stack, String jobId) {
        return stack.stateOf(jobId).isEmpty()
                ? 0
                : explanation(stack, jobId).path("position").asInt();
    }

    private static void assertTermsSumUp(JsonNode explanation) {
        long sum = 0;
        for (JsonNode term : explanation.path("priority").path("terms")) {
            sum += thousandths(term.path("points"));
        }
        assertThat(sum)
                .isPositive()
                .isEqualTo(thousandths(explanation.path("priority").path("total")));
    }

    private static long thousandths(JsonNode points) {
        return Math.round(points.asDouble() * 1000);
    }

    private static JsonNode term(JsonNode explanation, String name) {
        for (JsonNode term : explanation.path("priority").path("terms")) {
            if (term.path("term").asText().equals(name)) {
                return term;
            }
        }
        throw new AssertionError("no term " + name + " in " + explanation);
    }

    private String cli(String command, String... arguments) {
        StringWriter out = new StringWriter();
        String[] line = Stream.concat(
                        Stream.of(command, "--data", folder.resolve("stack").toString()), Stream.of(arguments))
                .toArray(String[]::new);
        assertThat(Millrace.commandLine().setOut(new PrintWriter(out)).execute(line))
                .isZero();
        return out.toString();
    }
}
