package io.millrace.streams;

import java.time.Instant;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;

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

    private static Object field(SpecificRecord event, Schema schema, String name) {
        Schema.Field field = schema.getField(name);
        if (field == null) {
            throw new IllegalArgumentException(schema.getFullName() + " has no " + name + ": it is no event");
        }
        return event.get(field.pos());
    }
}
