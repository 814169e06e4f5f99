package io.millrace.simulator.play;

import io.millrace.events.attempt.AttemptEvent;
import io.millrace.events.clock.ClockAdvanced;
import io.millrace.events.clock.ClockEvent;
import io.millrace.events.job.JobEvent;
import io.millrace.events.node.NodeEvent;
import io.millrace.events.telemetry.GpusSampled;
import io.millrace.events.telemetry.TelemetryEvent;
import io.millrace.streams.Topics;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** Puts events into envelopes, numbers them through the whole play and counts what each pool must have seen. */
final class Feed {
    private static final int ID_DIGITS = 12;

    private final Wire wire;
    private final String playId;
    private final Map<String, Long> sent = new HashMap<>();
    private long events;
    private long advances;

    Feed(Wire wire, String playId) {
        this.wire = wire;
        this.playId = playId;
    }

    /** @param occurredMs when it happened, which may be before {@code nowMs}, when it is told */
    void job(String pool, String jobId, String user, long occurredMs, long nowMs, Object payload) {
        count(pool);
        wire.send(
                Topics.JOB_EVENTS,
                jobId,
                new JobEvent(nextId(), Instant.ofEpochMilli(occurredMs), "user:" + user, payload),
                nowMs);
    }

    void attempt(Attempt attempt, long nowMs, Object payload) {
        count(attempt.pool());
        String jobId = attempt.job().jobId();
        wire.send(
                Topics.ATTEMPT_EVENTS,
                jobId,
                new AttemptEvent(nextId(), Instant.ofEpochMilli(nowMs), agent(attempt.firstNode()), payload),
                nowMs);
    }

    void node(String pool, String nodeId, long nowMs, Object payload) {
        count(pool);
        wire.send(
                Topics.NODE_EVENTS,
                nodeId,
                new NodeEvent(nextId(), Instant.ofEpochMilli(nowMs), agent(nodeId), payload),
                nowMs);
    }

    /** Deciders don't wait for samples, so these aren't counted. */
    void sample(String nodeId, long nowMs, GpusSampled sample) {
        wire.send(
                Topics.GPU_TELEMETRY,
                nodeId,
                new TelemetryEvent(nextId(), Instant.ofEpochMilli(nowMs), agent(nodeId), sample),
                nowMs);
    }

    /** Tells these pools that it is {@code nowMs}; returns the number of the advance. */
    long advance(Collection<String> pools, long nowMs) {
        Map<String, Long> awaited = new TreeMap<>();
        for (String pool : pools) {
            awaited.put(pool, sent.getOrDefault(pool, 0L));
        }
        // The clock must not overtake what it says has been sent.
        wire.flush();
        advances++;
        wire.send(
                Topics.CLOCK,
                playId,
                new ClockEvent(
                        nextId(),
                        Instant.ofEpochMilli(nowMs),
                        "service:simulator",
                        new ClockAdvanced(advances, awaited)),
                nowMs);
        wire.flush();
        return advances;
    }

    private void count(String pool) {
        sent.merge(pool, 1L, Long::sum);
    }

    private String nextId() {
        events++;
        String number = Long.toString(events);
        return playId + "-" + "0".repeat(Math.max(0, ID_DIGITS - number.length())) + number;
    }

    private static String agent(String nodeId) {
        return "agent:" + nodeId;
    }
}
