package io.millrace.tracker.projection;

import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaLookup;
import org.apache.avro.specific.SpecificRecord;

/** A fold, and how its topic's values are read. */
record Followed<E extends SpecificRecord>(RowFold<E> fold, EventSerde<E> serde) {

    static <E extends SpecificRecord> Followed<E> of(RowFold<E> fold, SchemaLookup schemas) {
        return new Followed<>(fold, EventSerde.of(fold.topic(), schemas));
    }
}
