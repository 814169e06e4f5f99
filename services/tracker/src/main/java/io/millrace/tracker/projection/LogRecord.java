package io.millrace.tracker.projection;

import org.apache.avro.specific.SpecificRecord;

/**
 * An event and where in the log it lies.
 *
 * @param timestamp of the record, ms since the epoch
 */
public record LogRecord<E extends SpecificRecord>(
        String topic, int partition, long offset, long timestamp, String key, E event) {}
