package io.millrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.events.audit.AuditEvent;
import io.millrace.events.audit.EntryLogged;
import io.millrace.events.job.JobEvent;
import io.millrace.events.job.JobSubmitted;
import io.millrace.events.job.Work;
import io.millrace.events.run.Metric;
import io.millrace.events.run.MetricsLogged;
import io.millrace.events.run.RunEvent;
import io.millrace.local.StackOptions.AgentNode;
import io.millrace.streams.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole stack runs jobs while the service that logs what happens is killed; the log has all of it, once. */
class KilledGovernanceStackTest {

    private static final Duration SOON = Duration.ofMinutes(3);
    private static final int KILLS = 3;
    private static final int JOBS_BEFORE_A_KILL = 2;
    private static final int METRICS_OF_A_JOB = 50;
    private static final int MOST_RECORDS = 1000;

    @TempDir
    Path folder;

    private final AtomicBoolean enough = new AtomicBoolean();
    private final AtomicInteger submitted = new AtomicInteger();

    @Test
    void shouldLogEveryRecordOnceWhenItIsKilled() {
        try (RunningStack stack = RunningStack.start(
                folder.resolve("stack"),
                options -> options.withServices(List.of("scheduler", "tracker", "monitor", "governance"))
                        .withAgent(new AgentNode(4, "declared")))) {
            CompletableFuture<Void> submitting = CompletableFuture.runAsync(() -> submit(stack));
            for (int kill = 0; kill < KILLS; kill++) {
                int jobs = submitted.get() + JOBS_BEFORE_A_KILL;
                int entries = lines(stack).size();
                await().atMost(SOON)
                        .until(() -> submitted.get() >= jobs && lines(stack).size() > entries);
                stack.killAndAwaitSuccessor("governance");
            }
            enough.set(true);
            assertThat(submitting).succeedsWithin(SOON);
            requireLogged(stack);
            assertThat(stack.process("governance").restarts()).isEqualTo(KILLS);

            await().atMost(SOON).untilAsserted(() -> {
                Outcome verified = Outcome.of(stack.data(), "audit", "verify", "--json");
                assertThat(verified.status()).as(verified.toString()).isZero();
                JsonNode found = AuditedRecords.parsed(verified.out());
                assertThat(found.path("verified").asBoolean()).isTrue();
                assertThat(found.path("missing").asLong()).isZero();
                assertThat(found.path("doubled").asLong()).isZero();
                assertThat(found.path("signed_entries").asLong()).isPositive();
            });
            Outcome replayed = Outcome.of(stack.data(), "audit", "replay", "--json", "--subject", "job/job-0");
            assertThat(replayed.status()).as(replayed.toString()).isZero();
            assertThat(AuditedRecords.parsed(replayed.out())
                            .path("state")
                            .path("state")
                            .asText())
                    .isEqualTo("COMPLETED");
        }
    }

    /** The agent's samples never end: what is committed now must be logged soon, and what is logged then must be so. */
    private static void requireLogged(RunningStack stack) {
        Map<String, Object> client = stack.connection().kafkaProperties();
        AuditedRecords now = AuditedRecords.of(client);
        assertThat(now.byPlace().keySet())
                .extracting(place -> place.substring(0, place.indexOf('/')))
                .contains("job-events", "job-decisions", "attempt-events", "node-events", "run-events");
        await().atMost(SOON).untilAsserted(() -> {
            List<String> lines = lines(stack);
            Map<String, List<Long>> left = AuditedRecords.of(client).leftBy(lines);
            now.byPlace()
                    .forEach((place, records) -> assertThat(left.getOrDefault(place, List.of()))
                            .as(place)
                            .allMatch(offset -> offset > records.getLast().offset()));
        });
        List<Integer> sizes = lines(stack).stream()
                .map(line -> AuditedRecords.parsed(line).path("records").asInt())
                .toList();
        assertThat(sizes).allMatch(size -> size <= MOST_RECORDS).anyMatch(size -> size > 1);
        assertThat(sizes.stream().mapToInt(Integer::intValue).sum()).isGreaterThanOrEqualTo(now.count());
    }

    /** One job after the other, which end at once, and what is measured meanwhile. */
    private void submit(RunningStack stack) {
        while (!enough.get()) {
            String jobId = "job-" + submitted.get();
            stack.send(
                    Topics.JOB_EVENTS,
                    jobId,
                    new JobEvent(
                            "submit-" + jobId,
                            Instant.now(),
                            "user:ada",
                            JobSubmitted.newBuilder()
                                    .setPool("default")
                                    .setTeam("vision")
                                    .setUser("ada")
                                    .setGpus(1)
                                    .setWork(new Work(List.of("true"), Map.of(), null))
                                    .setLimitMs(60_000L)
                                    .build()));
            for (int step = 0; step < METRICS_OF_A_JOB; step++) {
                MetricsLogged measured =
                        new MetricsLogged(List.of(new Metric("loss", 1.0 / (step + 1), (long) step, Instant.now())));
                stack.send(
                        Topics.RUN_EVENTS,
                        jobId,
                        new RunEvent(jobId + "-" + step, Instant.now(), "user:ada", measured));
            }
            await().atMost(SOON).until(() -> stack.stateOf(jobId).equals("COMPLETED"));
            submitted.incrementAndGet();
        }
    }

    private static List<String> lines(RunningStack stack) {
        List<String> lines = new ArrayList<>();
        stack.committed(Topics.AUDIT_LOG.name()).forEach(record -> {
            AuditEvent event = stack.decode(Topics.AUDIT_LOG, record);
            EntryLogged logged = (EntryLogged) event.getPayload();
            assertThat(logged.getIndex()).isEqualTo(lines.size());
            lines.add(logged.getEntry());
        });
        return lines;
    }
}
