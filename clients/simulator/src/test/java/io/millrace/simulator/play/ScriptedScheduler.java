package io.millrace.simulator.play;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.events.attempt.AttemptEvent;
import io.millrace.events.clock.ClockAdvanced;
import io.millrace.events.clock.ClockEvent;
import io.millrace.events.cycle.CycleDecided;
import io.millrace.events.decision.JobDecision;
import io.millrace.events.job.JobEvent;
import io.millrace.events.node.NodeEvent;
import io.millrace.streams.Topic;
import io.millrace.streams.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/** Stands in for the log and the scheduler: one strict first-in-first-out pool each, answering out of order. */
final class ScriptedScheduler implements Wire {

    /** A record that the play sent. */
    record Sent(String topic, String key, long timeMs, SpecificRecord event) {}

    /** One decision of a pool, with the job it is about. */
    record Decision(String jobId, Object payload) {}

    private final List<Sent> sent = new ArrayList<>();
    private final Map<String, FifoPool> pools = new TreeMap<>();
    private final Map<String, Integer> received = new HashMap<>();
    private final Map<String, String> poolOf = new HashMap<>();
    private final Deque<Answer> answers = new ArrayDeque<>();
    private final Random delivery;
    private final boolean timers;
    private long advance;

    /**
     * @param deliverySeed how answers are shuffled
     * @param timers whether pools say when they want to be asked again
     */
    ScriptedScheduler(long deliverySeed, boolean timers) {
        this.delivery = new Random(deliverySeed);
        this.timers = timers;
    }

    List<Sent> sent() {
        return sent;
    }

    /** Everything but telemetry and the clock, as "time key payload". */
    List<String> story() {
        return sent.stream()
                .filter(record -> !record.topic().equals(Topics.GPU_TELEMETRY.name()))
                .map(record -> record.timeMs() / 1000 + " " + record.key() + " " + told(record.event()))
                .toList();
    }

    FifoPool pool(String name) {
        return pools.computeIfAbsent(name, FifoPool::new);
    }

    @Override
    public <E extends SpecificRecord> void send(Topic<E> topic, String key, E event, long timeMs) {
        sent.add(new Sent(topic.name(), key, timeMs, event));
        take(topic, key, event);
    }

    /** Takes in one record. */
    void take(Topic<?> topic, String key, SpecificRecord event) {
        switch (event) {
            case JobEvent job -> {
                if (job.getPayload() instanceof io.millrace.events.job.JobSubmitted submitted) {
                    poolOf.put(key, submitted.getPool());
                }
                fold(key, job.getOccurredAt(), job.getPayload());
            }
            case AttemptEvent attempt -> fold(key, attempt.getOccurredAt(), attempt.getPayload());
            case NodeEvent node -> {
                if (node.getPayload() instanceof io.millrace.events.node.NodeUp up) {
                    poolOf.put(key, up.getPool());
                }
                fold(key, node.getOccurredAt(), node.getPayload());
            }
            case ClockEvent clock -> tick(clock.getOccurredAt(), (ClockAdvanced) clock.getPayload());
            default -> assertThat(topic).isEqualTo(Topics.GPU_TELEMETRY);
        }
    }

    @Override
    public void flush() {}

    @Override
    public List<Answer> poll(Duration atMost) {
        List<Answer> some = new ArrayList<>();
        int count = answers.isEmpty() ? 0 : 1 + delivery.nextInt(answers.size());
        for (int i = 0; i < count; i++) {
            some.add(answers.removeFirst());
        }
        return some;
    }

    @Override
    public void close() {}

    private void fold(String key, Instant at, Object payload) {
        String pool = Objects.requireNonNull(poolOf.get(key), () -> "pool of " + key);
        received.merge(pool, 1, Integer::sum);
        pool(pool).fold(key, at.toEpochMilli(), payload);
    }

    private void tick(Instant now, ClockAdvanced tick) {
        assertThat(tick.getSequence()).isEqualTo(++advance);
        List<Answer> batch = new ArrayList<>();
        tick.getSent().forEach((pool, awaited) -> {
            assertThat(received.get(pool)).as("records sent to %s", pool).isEqualTo(awaited.intValue());
            FifoPool decider = pool(pool);
            List<Decision> decisions = decider.decide(now.toEpochMilli());
            for (int i = 0; i < decisions.size(); i++) {
                Decision decision = decisions.get(i);
                batch.add(new Answer.Decided(
                        decision.jobId(),
                        new JobDecision(
                                "%s-%06d-%04d".formatted(pool, decider.cycle(), i),
                                now,
                                "service:scheduler",
                                pool,
                                decider.cycle(),
                                decision.payload())));
            }
            batch.add(new Answer.Cycled(pool, cycle(decider, decisions.size())));
        });
        Collections.shuffle(batch, delivery);
        answers.addAll(batch);
    }

    private CycleDecided cycle(FifoPool pool, int decisions) {
        Long timer = timers ? pool.nextTimerMs() : null;
        return CycleDecided.newBuilder()
                .setCycle(pool.cycle())
                .setInputOffset(0)
                .setClockSequence(advance)
                .setPolicySha256("")
                .setDeciderVersion(1)
                .setDecisions(decisions)
                .setDecisionsSha256("")
                .setStateHash("")
                .setPending(pool.pending())
                .setGpusHeld(0)
                .setNextTimerAt(instant(timer))
                .build();
    }

    private static @Nullable Instant instant(@Nullable Long ms) {
        return ms == null ? null : Instant.ofEpochMilli(ms);
    }

    private static String told(SpecificRecord event) {
        Object payload = event.get(event.getSchema().getField("payload").pos());
        return payload.getClass().getSimpleName() + " " + payload;
    }
}
