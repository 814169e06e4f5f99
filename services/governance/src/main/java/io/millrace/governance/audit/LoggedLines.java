package io.millrace.governance.audit;

import io.millrace.events.audit.AuditEvent;
import io.millrace.events.audit.EntryLogged;
import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.Topics;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The lines of one log, in their order, out of what its topic holds. Not thread safe. */
final class LoggedLines {

    private final String logId;
    private final EventSerde<AuditEvent> serde;
    private final Consumer<String> reader;
    private long size;

    LoggedLines(String logId, SchemaLookup schemas, Consumer<String> reader) {
        this.logId = logId;
        this.serde = EventSerde.of(Topics.AUDIT_LOG, schemas);
        this.reader = reader;
    }

    /**
     * Takes what the topic has next.
     *
     * @throws IllegalStateException when an entry of this log is not the next one
     */
    void take(ConsumerRecord<String, byte[]> record) {
        if (!logId.equals(record.key())) {
            return;
        }
        switch (serde.decode(record.value()).getPayload()) {
            case EntryLogged logged -> {
                if (logged.getIndex() != size) {
                    throw new IllegalStateException("in the place of entry " + size + " of " + logId + " lies "
                            + logged.getIndex() + ", at offset " + record.offset());
                }
                size++;
                reader.accept(logged.getEntry());
            }
            default -> throw new IllegalStateException("at offset " + record.offset() + " lies no entry of the log");
        }
    }
}
