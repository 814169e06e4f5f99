package io.millrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.cli.Millrace;
import io.millrace.events.attempt.AttemptEvent;
import io.millrace.events.attempt.JobCompleted;
import io.millrace.events.attempt.JobStarted;
import io.millrace.events.attempt.JobStopped;
import io.millrace.events.attempt.StopCause;
import io.millrace.events.decision.JobDecision;
import io.millrace.events.decision.JobEnded;
import io.millrace.events.decision.JobPlaced;
import io.millrace.events.decision.JobRejected;
import io.millrace.events.decision.JobRequeued;
import io.millrace.events.decision.RejectionCode;
import io.millrace.events.decision.RequeueCause;
import io.millrace.events.decision.StopRequestCause;
import io.millrace.events.decision.StopRequested;
import io.millrace.events.job.JobEvent;
import io.millrace.events.job.JobSubmitted;
import io.millrace.events.node.NodeDown;
import io.millrace.events.node.NodeEvent;
import io.millrace.events.node.NodeUp;
import io.millrace.events.pool.Gathered;
import io.millrace.streams.DeadLetter;
import io.millrace.streams.Topics;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A stack on the wall clock under the shipped policy, and whatever its users send. Tests keep apart by pools. */
class WallClockStackTest {

    private static final Duration SOON = Duration.ofMinutes(2);

    @TempDir
    static Path folder;

    private static @Nullable RunningStack started;

    @BeforeAll
    static void start() {
        started = RunningStack.start(
                folder.resolve("stack"), options -> options.withPools(Map.of("default", 0, "lab", 1, "nodeless", 2)));
        nodeUp("n-0", "default", 8);
        nodeUp("n-1", "default", 8);
        nodeUp("safe", "lab", 8);
        nodeUp("doomed", "lab", 4);
        await().atMost(SOON).until(() -> stack().json("/v1/nodes").size() == 4);
    }

    @AfterAll
    static void stop() {
        if (started != null) {
            started.close();
        }
    }

    // ---- bad input

    @Test
    void shouldMakeADeadLetterOfWhatIsNoEventAndHandleTheNextRecord() {
        stack().sendBytes("job-events", "garbage", "no avro at all".getBytes(StandardCharsets.UTF_8));
        stack().sendBytes("job-events", "unknown-id", new byte[] {0, 0x7f, 0, 0, 1, 2, 3});
        stack().sendBytes("job-events", "tombstone", null);
        stack().sendBytes("job-events", "as-large-as-can-be", new byte[1_048_400]);
        submit("nowhere", "atlantis", 1, "batch");
        attempt("never-submitted", new JobCompleted(1, 0, ""));
        submit("after-the-bad", "default", 1, "batch");
        run("after-the-bad");

        assertThat(deadLetterReason("job-events", "garbage")).startsWith("first byte is 110, not 0");
        assertThat(deadLetterReason("job-events", "unknown-id")).isEqualTo("no schema has the id 2130706433");
        assertThat(deadLetterReason("job-events", "tombstone")).isEqualTo("it has no value");
        assertThat(deadLetterReason("job-events", "as-large-as-can-be")).startsWith("no schema has the id 0");
        assertThat(deadLetterReason("job-events", "nowhere"))
                .isEqualTo("there is no pool atlantis; there are default, lab, nodeless");
        assertThat(deadLetterReason("attempt-events", "never-submitted"))
                .isEqualTo("nobody has heard of job/never-submitted");
        assertThat(stack().committed("alert-signals"))
                .extracting(ConsumerRecord::key)
                .contains("DeadLettered/scheduler/job-events", "DeadLettered/scheduler/attempt-events");
    }

    @Test
    void shouldRefuseWhatCanNeverRunAndSayWhy() {
        submit("zero", "default", 0, "batch");
        submit("minus-one", "default", -1, "batch");
        submit("too-large", "default", 17, "batch");
        submit("larger-than-the-pool", "default", 16, "batch", "H100");
        submit("queueless", "default", 1, "express");

        assertThat(rejection("zero").getCode()).isEqualTo(RejectionCode.INVALID_GPUS);
        assertThat(rejection("zero").getMessage()).isEqualTo("a job needs at least 1 GPU, this one asks for 0");
        assertThat(rejection("minus-one").getCode()).isEqualTo(RejectionCode.INVALID_GPUS);
        assertThat(rejection("too-large").getCode()).isEqualTo(RejectionCode.EXCEEDS_POOL);
        assertThat(rejection("larger-than-the-pool").getCode()).isEqualTo(RejectionCode.EXCEEDS_POOL);
        assertThat(rejection("queueless").getMessage())
                .isEqualTo("there is no queue express; queues are batch, interactive, preemptible");
        assertThat(stack().stateOf("queueless")).isEqualTo("REJECTED");
    }

    @Test
    void shouldRefuseASecondSubmissionAndTakeARepeatedOneOnce() {
        JobEvent first = submission("twice", "default", 1, "batch", null);
        stack().send(Topics.JOB_EVENTS, "twice", first);
        stack().send(Topics.JOB_EVENTS, "twice", first);
        submit("twice", "default", 2, "batch");

        JobRejected refused = rejection("twice");
        assertThat(refused.getCode()).isEqualTo(RejectionCode.DUPLICATE_JOB);
        assertThat(refused.getSubmissionEventId()).isNotEqualTo(first.getEventId());
        await().atMost(SOON).until(() -> stack().stateOf("twice").equals("PLACED"));
        assertThat(decisions("twice")).filteredOn(JobPlaced.class::isInstance).hasSize(1);
        run("twice");
    }

    @Test
    void shouldStopAStaleAttemptAndTakeEventsOutOfOrder() {
        submit("disorderly", "default", 1, "batch");
        placed("disorderly");
        attempt("disorderly", new JobStarted(7, List.of("n-0")));
        await().atMost(SOON)
                .until(() -> decisions("disorderly").stream()
                        .anyMatch(decision -> decision instanceof StopRequested stop
                                && stop.getAttempt() == 7
                                && stop.getCause() == StopRequestCause.STALE_ATTEMPT));
        assertThat(stack().stateOf("disorderly")).isEqualTo("PLACED");
        attempt("disorderly", new JobCompleted(1, 0, "")); // before its start
        await().atMost(SOON).until(() -> stack().stateOf("disorderly").equals("COMPLETED"));
        attempt("disorderly", new JobStarted(1, List.of("n-0")));
        submit("after-disorder", "default", 1, "batch");
        run("after-disorder");
        assertThat(stack().stateOf("disorderly")).isEqualTo("COMPLETED");
    }

    // ---- nodes

    @Test
    void shouldRunAJobElsewhereWhenItsNodeIsLost() {
        submit("moving", "lab", 4, "batch"); // the least free node that fits is the small one
        JobPlaced first = placed("moving");
        assertThat(first.getNodes().getFirst().getNodeId()).isEqualTo("doomed");
        attempt("moving", new JobStarted(1, List.of("doomed")));
        await().atMost(SOON).until(() -> stack().stateOf("moving").equals("RUNNING"));
        stack().send(
                        Topics.NODE_EVENTS,
                        "doomed",
                        new NodeEvent(id(), Instant.now(), "agent:doomed", new NodeDown("power")));
        await().atMost(SOON)
                .until(() -> decisions("moving").stream()
                        .anyMatch(decision -> decision instanceof JobRequeued requeued
                                && requeued.getCause() == RequeueCause.NODE_LOST));
        await().atMost(SOON)
                .until(() -> decisions("moving").stream()
                        .anyMatch(decision -> decision instanceof JobPlaced again && again.getAttempt() == 2));
        attempt("moving", new JobStarted(2, List.of("safe")));
        attempt("moving", new JobCompleted(2, 0, ""));
        await().atMost(SOON).until(() -> stack().stateOf("moving").equals("COMPLETED"));
    }

    // ---- the registry

    @Test
    void shouldWaitForARegistryThatDoesNotAnswer() throws IOException, InterruptedException {
        long seconds = Long.getLong("millrace.outage.seconds", 15);
        long lettersBefore = stack().committed("job-events.dlq").size();
        byte[] ofANewerProducer = newerSubmission("newer-producer");
        ProcessHandle registry = stack().handle("registry");
        signal("-STOP", registry);
        List<String> sent = new ArrayList<>();
        try {
            stack().sendBytes("job-events", "newer-producer", ofANewerProducer);
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
            while (System.nanoTime() < end) {
                String jobId = "outage-" + sent.size();
                submit(jobId, "nodeless", 1, "preemptible");
                sent.add(jobId);
                if (sent.size() == 10) {
                    await().atMost(SOON)
                            .until(() -> stack().get("/q/health/ready").statusCode() == 503);
                }
                await().pollDelay(Duration.ofMillis(100)).until(() -> true);
            }
        } finally {
            signal("-CONT", registry);
        }
        sent.add("newer-producer");
        await().atMost(Duration.ofMinutes(2))
                .until(() -> sent.stream()
                        .noneMatch(jobId -> stack().stateOf(jobId).isEmpty()
                                || stack().stateOf(jobId).equals("SUBMITTED")));
        assertThat(stack().committed("job-events.dlq")).hasSize((int) lettersBefore);
        assertThat(stack().get("/q/health/ready").statusCode()).isEqualTo(200);
        List<String> gathered = new ArrayList<>();
        for (ConsumerRecord<String, byte[]> record : stack().committed("pool-inputs")) {
            if (stack().decode(Topics.POOL_INPUTS, record).getPayload() instanceof Gathered input
                    && sent.contains(input.getKey())) {
                gathered.add(input.getKey());
            }
        }
        assertThat(gathered).containsExactlyInAnyOrderElementsOf(sent);
    }

    private static void signal(String signal, ProcessHandle process) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", signal, Long.toString(process.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    /** A submission by a producer that knows one field more, under a schema the scheduler has never seen. */
    private static byte[] newerSubmission(String jobId) throws IOException {
        String known = Topics.JOB_EVENTS.schema().toString();
        Schema newer = new Schema.Parser()
                .parse(known.replaceFirst(
                        "\"fields\":\\[",
                        "\"fields\":[{\"name\":\"note\",\"type\":\"string\",\"doc\":\"A remark.\",\"default\":\"\"},"));
        int id = stack().registry().register(Topics.JOB_EVENTS.subject(), newer);
        IndexedRecord plain = submission(jobId, "nodeless", 1, "preemptible", null);
        GenericData.Record record = new GenericData.Record(newer);
        record.put("note", "hello");
        for (Schema.Field field : plain.getSchema().getFields()) {
            record.put(field.name(), plain.get(field.pos()));
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(0);
        bytes.writeBytes(ByteBuffer.allocate(4).putInt(id).array());
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
        new GenericDatumWriter<IndexedRecord>(newer, ((JobEvent) plain).getSpecificData()).write(record, encoder);
        return bytes.toByteArray();
    }

    // ---- a user at the command line

    @Test
    void shouldServeAUserAtTheCommandLine() {
        String jobId = cli(
                        "submit", "--team", "vision", "--user", "ada", "--gpus", "2", "--limit", "1h", "--pool",
                        "default")
                .strip();
        await().atMost(SOON).until(() -> stack().stateOf(jobId).equals("PLACED"));
        assertThat(cli("explain", jobId)).contains(jobId, "PLACED", "JobQueued", "JobPlaced");
        String waiting = cli("submit", "--team", "vision", "--user", "bob", "--gpus", "16", "--pool", "default")
                .strip();
        await().atMost(SOON).until(() -> stack().stateOf(waiting).equals("WAITING"));
        await().atMost(SOON).until(() -> cli("queue").contains("INSUFFICIENT_GPUS"));
        assertThat(cli("queue")).contains(waiting);
        cli("cancel", waiting);
        cli("cancel", jobId);
        await().atMost(SOON).until(() -> stack().stateOf(waiting).equals("CANCELLED"));
        await().atMost(SOON).until(() -> stack().stateOf(jobId).equals("STOPPING"));
        attempt(jobId, new JobStopped(1, StopCause.SCHEDULER, "", ""));
        await().atMost(SOON).until(() -> stack().stateOf(jobId).equals("STOPPED"));
        assertThat(cli("replay")).contains("cycles");
        assertThat(stack().get("/q/metrics").body())
                .contains("kafka_stream", "millrace_pool_gpus{pool=\"default\"} 16.0");
    }

    private static String cli(String command, String... arguments) {
        List<String> line = new ArrayList<>(
                List.of(command, "--data", folder.resolve("stack").toString()));
        line.addAll(List.of(arguments));
        StringWriter out = new StringWriter();
        CommandLine millrace = Millrace.commandLine().setOut(new PrintWriter(out));
        assertThat(millrace.execute(line.toArray(String[]::new)))
                .as(line.toString())
                .isZero();
        return out.toString();
    }

    // ---- helpers

    private static RunningStack stack() {
        if (started == null) {
            throw new AssertionError("the stack is not up");
        }
        return started;
    }

    private static String id() {
        return UUID.randomUUID().toString();
    }

    private static void nodeUp(String nodeId, String pool, int gpus) {
        stack().send(
                        Topics.NODE_EVENTS,
                        nodeId,
                        new NodeEvent(
                                id(), Instant.now(), "agent:" + nodeId, new NodeUp(pool, gpus, "V100", null, null)));
    }

    private static void submit(String jobId, String pool, int gpus, String queue) {
        submit(jobId, pool, gpus, queue, null);
    }

    private static void submit(String jobId, String pool, int gpus, String queue, @Nullable String gpuType) {
        stack().send(Topics.JOB_EVENTS, jobId, submission(jobId, pool, gpus, queue, gpuType));
    }

    private static JobEvent submission(String jobId, String pool, int gpus, String queue, @Nullable String gpuType) {
        // A user of its own each: the quota of GPUs a user may hold is not what is tested here.
        return new JobEvent(
                id(),
                Instant.now(),
                "user:" + jobId,
                JobSubmitted.newBuilder()
                        .setPool(pool)
                        .setQueue(queue)
                        .setTeam("vision")
                        .setUser(jobId)
                        .setGpus(gpus)
                        .setGpuType(gpuType)
                        .build());
    }

    private static void attempt(String jobId, Object payload) {
        stack().send(Topics.ATTEMPT_EVENTS, jobId, new AttemptEvent(id(), Instant.now(), "agent:n-0", payload));
    }

    /** Starts and completes a job's first attempt, and waits until the scheduler has it. */
    private static void run(String jobId) {
        JobPlaced placed = placed(jobId);
        attempt(jobId, new JobStarted(placed.getAttempt(), List.of("n-0")));
        attempt(jobId, new JobCompleted(placed.getAttempt(), 0, ""));
        await().atMost(SOON).until(() -> stack().stateOf(jobId).equals("COMPLETED"));
        assertThat(decisions(jobId)).filteredOn(JobEnded.class::isInstance).hasSize(1);
    }

    private static JobPlaced placed(String jobId) {
        return (JobPlaced) decision(jobId, JobPlaced.class);
    }

    private static JobRejected rejection(String jobId) {
        return (JobRejected) decision(jobId, JobRejected.class);
    }

    private static Object decision(String jobId, Class<?> type) {
        return await().atMost(SOON)
                .until(() -> decisions(jobId).stream().filter(type::isInstance).toList(), found -> !found.isEmpty())
                .getFirst();
    }

    private static List<Object> decisions(String jobId) {
        List<Object> payloads = new ArrayList<>();
        for (ConsumerRecord<String, byte[]> record : stack().committed("job-decisions")) {
            if (record.key().equals(jobId)) {
                JobDecision decision = stack().decode(Topics.JOB_DECISIONS, record);
                payloads.add(decision.getPayload());
            }
        }
        return payloads;
    }

    private static String deadLetterReason(String topic, String key) {
        ConsumerRecord<String, byte[]> letter = await().atMost(SOON)
                .until(
                        () -> stack().committed(topic + ".dlq").stream()
                                .filter(record -> key.equals(record.key()))
                                .toList(),
                        found -> !found.isEmpty())
                .getFirst();
        Header source = letter.headers().lastHeader(DeadLetter.SOURCE_TOPIC);
        assertThat(new String(source.value(), StandardCharsets.UTF_8)).isEqualTo(topic);
        return new String(letter.headers().lastHeader(DeadLetter.REASON).value(), StandardCharsets.UTF_8);
    }
}
