package io.millrace.streams;

import io.millrace.events.signal.Severity;
import io.millrace.events.signal.SignalEvent;
import io.millrace.events.signal.SignalRaised;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** What travels with a record in a dead-letter topic: its own key and value untouched, and these headers. */
public final class DeadLetter {

    /** Why it could not be read, in words. */
    public static final String REASON = "millrace.reason";

    public static final String SOURCE_TOPIC = "millrace.source.topic";
    public static final String SOURCE_PARTITION = "millrace.source.partition";
    public static final String SOURCE_OFFSET = "millrace.source.offset";

    private DeadLetter() {}

    /** Name of the topic that takes what a reader of {@code topic} could not read. */
    public static String topicOf(String topic) {
        return topic + ".dlq";
    }

    public static Headers headers(String reason, String topic, int partition, long offset) {
        return new RecordHeaders()
                .add(REASON, utf8(reason))
                .add(SOURCE_TOPIC, utf8(topic))
                .add(SOURCE_PARTITION, utf8(Integer.toString(partition)))
                .add(SOURCE_OFFSET, utf8(Long.toString(offset)));
    }

    /** What equal signals have for a key in {@code alert-signals}: one a service and topic. */
    public static String fingerprint(String service, String topic) {
        return "DeadLettered/" + service + "/" + topic;
    }

    /**
     * Tells whoever watches that a record was put aside; the same for the same record.
     *
     * @param at of the record, ms since the epoch
     */
    public static SignalEvent signal(String service, String topic, int partition, long offset, long at, String reason) {
        return new SignalEvent(
                topic + "/" + partition + "/" + offset,
                Instant.ofEpochMilli(at),
                "service:" + service,
                new SignalRaised(
                        "DeadLettered",
                        Severity.P3,
                        service + " could not use a record of " + topic + ": " + reason,
                        Map.of("service", service, "topic", topic)));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
