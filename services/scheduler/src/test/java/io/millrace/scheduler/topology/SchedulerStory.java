package io.millrace.scheduler.topology;

import io.millrace.events.attempt.AttemptEvent;
import io.millrace.events.attempt.Heartbeat;
import io.millrace.events.attempt.JobCompleted;
import io.millrace.events.attempt.JobStarted;
import io.millrace.events.attempt.JobStopped;
import io.millrace.events.attempt.StopCause;
import io.millrace.events.clock.ClockAdvanced;
import io.millrace.events.clock.ClockEvent;
import io.millrace.events.cycle.CycleDecided;
import io.millrace.events.job.JobCancelRequested;
import io.millrace.events.job.JobEvent;
import io.millrace.events.job.JobSubmitted;
import io.millrace.events.job.JobType;
import io.millrace.events.node.NodeEvent;
import io.millrace.events.node.NodeUp;
import io.millrace.events.org.OrgEvent;
import io.millrace.events.policy.PolicyAdopted;
import io.millrace.events.policy.PolicyEvent;
import io.millrace.events.policy.PriorityOverridden;
import io.millrace.scheduler.codec.PolicyDocument;
import io.millrace.streams.ServiceClock;
import io.millrace.streams.Topics;
import io.millrace.testkit.RecordedSchemas;
import io.millrace.testkit.TopologyHarness;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** A scheduler without a broker, told a story by users, agents and, when time is played, by a player. */
final class SchedulerStory implements AutoCloseable {

    static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

    static final String POLICY = """
            policy: fifo-strict
            queues:
              batch: {}
            leases:
              start_within: 60s
              lease: 5m
              margin: 30s
              grace: 100s
              tick_interval: 10s
              suspect_for: 10m
              remember_ended_for: 1d
            """;

    private final RecordedSchemas schemas = new RecordedSchemas();
    private final TopologyHarness harness;
    private Instant now = START;
    private int events;
    private long sequence;
    private long sent;

    private SchedulerStory(boolean driven) {
        ServiceClock clock = driven ? new ServiceClock.Driven() : new ServiceClock.Wall(() -> now);
        harness = new TopologyHarness(
                SchedulerTopology.build(Map.of("default", 0), clock, schemas, (pool, state, offset, hash) -> {}),
                schemas,
                START);
    }

    /** On a clock that a player drives. */
    static SchedulerStory driven() {
        return new SchedulerStory(true);
    }

    /** On a wall clock that only the story advances. */
    static SchedulerStory wall() {
        return new SchedulerStory(false);
    }

    TopologyHarness harness() {
        return harness;
    }

    RecordedSchemas schemas() {
        return schemas;
    }

    Instant now() {
        return now;
    }

    SchedulerStory advance(Duration step) {
        now = now.plus(step);
        harness.advanceWallClock(step);
        return this;
    }

    /** The service's own clock goes back; what was to happen by the machine's goes on. */
    SchedulerStory setBack(Duration step) {
        now = now.minus(step);
        return this;
    }

    private String event() {
        return "event-" + events++;
    }

    SchedulerStory policy(String document) {
        harness.send(
                Topics.POLICY_EVENTS,
                "scheduling",
                new PolicyEvent(
                        event(),
                        now,
                        "service:scheduler",
                        new PolicyAdopted("test", document, PolicyDocument.sha256(document), List.of(), null)));
        return this;
    }

    /** What the organisation says. */
    SchedulerStory org(String key, Object payload) {
        harness.send(Topics.ORG_EVENTS, key, new OrgEvent(event(), now, "deployment", payload));
        return this;
    }

    SchedulerStory override(String jobId, String pool, String by, String reason) {
        harness.send(
                Topics.POLICY_EVENTS,
                jobId,
                new PolicyEvent(
                        event(),
                        now,
                        "service:scheduler",
                        new PriorityOverridden(jobId, pool, by, "password", reason)));
        return this;
    }

    /** What a manager says of a job. */
    SchedulerStory manager(String jobId, Object payload) {
        harness.send(Topics.POLICY_EVENTS, jobId, new PolicyEvent(event(), now, "service:scheduler", payload));
        return this;
    }

    SchedulerStory node(String nodeId, Object payload) {
        harness.send(Topics.NODE_EVENTS, nodeId, new NodeEvent(event(), now, "agent:" + nodeId, payload));
        sent++;
        return this;
    }

    SchedulerStory node(String nodeId, int gpus) {
        return node(nodeId, new NodeUp("default", gpus, "V100", null, null));
    }

    SchedulerStory job(String jobId, Object payload) {
        harness.send(Topics.JOB_EVENTS, jobId, new JobEvent(event(), now, "user:ann", payload));
        sent++;
        return this;
    }

    /** A batch job of ann's with a limit. */
    SchedulerStory submit(String jobId, int gpus, Duration limit) {
        return job(
                jobId,
                JobSubmitted.newBuilder(submission("default", "research", "ann", gpus))
                        .setLimitMs(limit.toMillis())
                        .build());
    }

    SchedulerStory submit(String jobId, int gpus) {
        return job(jobId, submission("default", "research", "ann", gpus));
    }

    static JobSubmitted submission(String pool, String team, String user, int gpus) {
        return new JobSubmitted(
                pool,
                "batch",
                team,
                user,
                gpus,
                null,
                null,
                null,
                null,
                Map.of(),
                JobType.EXPERIMENTATION,
                null,
                null,
                List.of(),
                null);
    }

    SchedulerStory cancel(String jobId) {
        return job(jobId, new JobCancelRequested("no longer wanted"));
    }

    SchedulerStory attempt(String jobId, Object payload) {
        return attemptAt(now, jobId, payload);
    }

    SchedulerStory attemptAt(Instant occurredAt, String jobId, Object payload) {
        harness.send(Topics.ATTEMPT_EVENTS, jobId, new AttemptEvent(event(), occurredAt, "agent:n1", payload));
        sent++;
        return this;
    }

    SchedulerStory started(String jobId, int attempt) {
        return attempt(jobId, new JobStarted(attempt, List.of("n1")));
    }

    SchedulerStory heartbeat(String jobId, int attempt) {
        return attempt(jobId, new Heartbeat(attempt));
    }

    SchedulerStory completed(String jobId, int attempt) {
        return attempt(jobId, new JobCompleted(attempt, 0, ""));
    }

    SchedulerStory stopped(String jobId, int attempt) {
        return attempt(jobId, new JobStopped(attempt, StopCause.SCHEDULER, "asked to", ""));
    }

    /** Advances played time to now, and waits for all that was sent. */
    SchedulerStory play() {
        return play(Map.of("default", sent));
    }

    SchedulerStory play(Map<String, Long> awaited) {
        sequence++;
        harness.send(
                Topics.CLOCK, "play", new ClockEvent(event(), now, "simulator", new ClockAdvanced(sequence, awaited)));
        return this;
    }

    /** Payloads of the decisions made since last asked, in order. */
    List<Object> decisions() {
        return harness.read(Topics.JOB_DECISIONS).stream()
                .map(written -> written.value().getPayload())
                .toList();
    }

    /** Cycles closed since last asked. */
    List<CycleDecided> cycles() {
        return harness.read(Topics.SCHEDULING_CYCLES).stream()
                .map(written -> (CycleDecided) written.value().getPayload())
                .toList();
    }

    @Override
    public void close() {
        harness.close();
    }
}
