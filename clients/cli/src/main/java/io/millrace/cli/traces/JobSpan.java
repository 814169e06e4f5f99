package io.millrace.cli.traces;

import io.millrace.streams.Envelope;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A span of a job's trace. Its id is the one in the header {@code traceparent} of the record that it is about.
 *
 * @param eventId that the span's id follows from
 * @param parentEventId the same of the span it is part of; null for none
 * @param startMs ms since the epoch; as {@code endMs}, of which it is not past
 * @param failure why it did not end well; null if it did
 */
record JobSpan(
        String jobId,
        String eventId,
        @Nullable String parentEventId,
        String name,
        long startMs,
        long endMs,
        Map<String, String> attributes,
        @Nullable String failure) {

    private static final int TRACE = 1;
    private static final int SPAN = 2;

    JobSpan {
        endMs = Math.max(startMs, endMs);
    }

    /** 32 hexadecimal digits. */
    String traceId() {
        return part(eventId, TRACE);
    }

    /** 16 hexadecimal digits. */
    String spanId() {
        return part(eventId, SPAN);
    }

    @Nullable
    String parentId() {
        return parentEventId == null ? null : part(parentEventId, SPAN);
    }

    private String part(String event, int number) {
        return Envelope.traceparent(jobId, event).split("-", -1)[number];
    }
}
