package io.millrace.bench.pipeline;

import io.millrace.events.decision.JobDecision;
import io.millrace.events.reason.PendingEvent;
import io.millrace.local.StackException;
import io.millrace.scheduler.codec.StateCodec;
import io.millrace.scheduler.domain.PoolEntity;
import io.millrace.scheduler.topology.SchedulerTopology;
import io.millrace.streams.EventSerde;
import io.millrace.streams.Topic.Principal;
import io.millrace.streams.Topics;
import io.millrace.streams.runtime.TopicReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the scheduler's topology writes for each event, by the topic: how many records, and samples of them. Taken from
 * what it wrote, so that a loop can write as many of the same form and size without deciding anything.
 */
final class Trail {

    /** A record's value, encoded each time it is asked for; null where one is deleted. */
    record Sample(String key, Supplier<byte @Nullable []> encode) {}

    /** The records of one topic, over and over, as many for each event as there were. */
    static final class Part {
        private final double perEvent;
        private final List<Sample> samples;
        private int next;
        private double due;

        private Part(double perEvent, List<Sample> samples) {
            this.perEvent = perEvent;
            this.samples = samples;
        }

        /** How many are to be written for one more event. */
        int due() {
            due += perEvent;
            int now = (int) due;
            due -= now;
            return now;
        }

        /** @throws StackException when there were none */
        Sample next() {
            if (samples.isEmpty()) {
                throw new StackException("the scheduler decided nothing about the events");
            }
            Sample sample = samples.get(next);
            next = (next + 1) % samples.size();
            return sample;
        }
    }

    /** Enough to know how records differ in size. */
    private static final int SAMPLES = 2_000;

    private final Cluster cluster;
    private final String mark;
    private final int events;

    /**
     * @param mark what is in the key of each record that is about the events, and of no other
     * @param events that went through
     */
    Trail(Cluster cluster, String mark, int events) {
        this.cluster = cluster;
        this.mark = mark;
        this.events = events;
    }

    Part decisions() {
        EventSerde<JobDecision> serde = EventSerde.of(Topics.JOB_DECISIONS, cluster.schemas());
        return part(Topics.JOB_DECISIONS.name(), bytes -> {
            JobDecision decision = serde.decode(bytes);
            return () -> serde.serialize(null, decision);
        });
    }

    Part reasons() {
        EventSerde<PendingEvent> serde = EventSerde.of(Topics.PENDING_REASONS, cluster.schemas());
        return part(Topics.PENDING_REASONS.name(), bytes -> {
            PendingEvent reasons = serde.decode(bytes);
            return () -> serde.serialize(null, reasons);
        });
    }

    /** @param application the topology's */
    Part state(String application) {
        return part(SchedulerTopology.poolChangelog(application), bytes -> {
            PoolEntity entity = StateCodec.entity(bytes);
            return () -> StateCodec.bytes(entity);
        });
    }

    /** @param application the topology's */
    Part owners(String application) {
        return part(SchedulerTopology.ownersChangelog(application), bytes -> {
            String owner = new String(bytes, StandardCharsets.UTF_8);
            return () -> owner.getBytes(StandardCharsets.UTF_8);
        });
    }

    private Part part(String topic, Function<byte[], Supplier<byte @Nullable []>> encoding) {
        List<Sample> samples = new ArrayList<>();
        int[] count = {0};
        try (TopicReader reader = new TopicReader(cluster.client(Principal.SCHEDULER), List.of(topic))) {
            reader.toEnd(record -> {
                if (!record.key().contains(mark)) {
                    return;
                }
                count[0]++;
                if (samples.size() < SAMPLES) {
                    samples.add(new Sample(
                            record.key(), record.value() == null ? () -> null : encoding.apply(record.value())));
                }
            });
        }
        return new Part((double) count[0] / events, samples);
    }
}
