package io.millrace.streams;

import java.nio.charset.StandardCharsets;
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

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
