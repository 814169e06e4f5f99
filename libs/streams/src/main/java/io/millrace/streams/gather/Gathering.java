package io.millrace.streams.gather;

import io.millrace.streams.EventSerde;
import java.util.Map;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * What one service gathers, and the form of its log.
 *
 * @param <V> values of the log
 */
public interface Gathering<V> {

    /** How to read each source topic, by name. */
    Map<String, EventSerde<? extends SpecificRecord>> sources();

    /** What a decider is called in messages, for example "pool". */
    String kind();

    /** Names of the deciders there are. */
    Set<String> deciders();

    Route route(String topic, String key, SpecificRecord event);

    /** The log record of a source record. */
    V gathered(SourceRecord source);

    /** The log record of an advance of time. */
    V tick(SourceRecord source, long sequence, long awaited);

    /**
     * A record as it was read.
     *
     * @param seenAt when the event counts as having happened; ms
     */
    record SourceRecord(
            String topic,
            int partition,
            long offset,
            @Nullable String key,
            byte[] value,
            String eventId,
            long seenAt) {
        /** The same in every run, and no other record's. */
        public String coordinates() {
            return topic + "/" + partition + "/" + offset;
        }
    }
}
