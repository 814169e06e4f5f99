package io.millrace.streams;

import io.millrace.streams.decider.StateHash;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * What every event carries beside its payload.
 *
 * @param occurredAt ms since the epoch
 */
public record Envelope(String eventId, long occurredAt, String actor, Object payload) {

    public static Envelope of(SpecificRecord event) {
        Schema schema = event.getSchema();
        return new Envelope(
                (String) field(event, schema, "event_id"),
                ((Instant) field(event, schema, "occurred_at")).toEpochMilli(),
                (String) field(event, schema, "actor"),
                field(event, schema, "payload"));
    }

    /** Header that says which trace a record belongs to, as W3C Trace Context has it. */
    public static final String TRACEPARENT = "traceparent";

    /**
     * The trace of a job, which all that is told of it belongs to. It follows from the job's id alone, so that nobody has
     * to keep it, and who decides from a log says the same of it again.
     *
     * @param eventId of what is told: the span
     */
    public static String traceparent(String jobId, String eventId) {
        HexFormat hex = HexFormat.of();
        byte[] trace = StateHash.sha256().digest(("job/" + jobId).getBytes(StandardCharsets.UTF_8));
        byte[] span = StateHash.sha256().digest(("event/" + eventId).getBytes(StandardCharsets.UTF_8));
        return "00-" + hex.formatHex(trace, 0, 16) + "-" + hex.formatHex(span, 0, 8) + "-01";
    }

    /** The headers of a record that tells something of a job. */
    public static Headers ofJob(String jobId, String eventId) {
        return new RecordHeaders().add(TRACEPARENT, traceparent(jobId, eventId).getBytes(StandardCharsets.US_ASCII));
    }

    private static Object field(SpecificRecord event, Schema schema, String name) {
        Schema.Field field = schema.getField(name);
        if (field == null) {
            throw new IllegalArgumentException(schema.getFullName() + " has no " + name + ": it is no event");
        }
        return event.get(field.pos());
    }
}
