package io.millrace.cli.demo;

import io.millrace.cli.Connection;
import io.millrace.events.usage.UsageEvent;
import io.millrace.events.usage.UsageMeasured;
import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.Topic;
import io.millrace.streams.Topics;
import io.millrace.streams.runtime.TopicReader;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Counts, from the topics alone, what the services made of a play. */
public final class PlayAudit {
    private final Connection connection;
    private final SchemaLookup schemas;

    public PlayAudit(Connection connection, SchemaLookup schemas) {
        this.connection = connection;
        this.schemas = schemas;
    }

    /**
     * GPU time of all teams as the scheduler accounts it, in milliseconds. Accounts follow decisions with a short delay,
     * so this waits until they reach what is expected.
     */
    public long gpuMsAccounted(long expected, Duration atMost) {
        EventSerde<UsageEvent> serde = EventSerde.of(Topics.FAIR_SHARE_USAGE, schemas);
        Map<String, Long> byTeam = new HashMap<>();
        long deadline = System.nanoTime() + atMost.toNanos();
        try (TopicReader usage =
                new TopicReader(connection.kafkaProperties(), List.of(Topics.FAIR_SHARE_USAGE.name()))) {
            while (true) {
                usage.toEnd(message -> {
                    if (message.value() != null
                            && serde.decode(message.value()).getPayload() instanceof UsageMeasured measured
                            && measured.getUser() == null) {
                        byTeam.put(measured.getTeam(), measured.getGpuMs());
                    }
                });
                long accounted =
                        byTeam.values().stream().mapToLong(Long::longValue).sum();
                if (accounted == expected || System.nanoTime() > deadline) {
                    return accounted;
                }
            }
        }
    }

    /** Records in all dead-letter topics. */
    public long deadLetters() {
        long[] count = {0};
        List<String> topics = Topics.ALL.stream().map(Topic::deadLetterTopic).toList();
        try (TopicReader letters = new TopicReader(connection.kafkaProperties(), topics)) {
            letters.toEnd(message -> count[0]++);
        }
        return count[0];
    }
}
