package io.millrace.cli.audit;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;

/**
 * Something that happened to a subject, and the entry of the audit log that covers it.
 *
 * @param entry index in the log
 * @param key of the record
 * @param at when it happened, as it says
 * @param actor who did it, as it says
 * @param action the event's name
 * @param payload the event
 */
public record ReplayedEvent(
        long entry,
        String topic,
        int partition,
        long offset,
        String key,
        Instant at,
        String actor,
        String action,
        JsonNode payload) {}
