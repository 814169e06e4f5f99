package io.millrace.service.topology;

import io.millrace.events.signal.SignalEvent;
import io.millrace.streams.DeadLetter;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * What becomes of a record that a part of a topology can't use: its topic's dead letters take it, and a signal tells of it.
 *
 * @param service whose topology it is
 */
public record DeadLetters(String service, String deadLetterSink, String signalSink) {

    /** Where a record was read. */
    public record Source(String topic, int partition, long offset) {}

    /** The record that is processed now. */
    public void condemn(ProcessorContext<String, Object> context, Record<String, byte[]> record, String reason) {
        RecordMetadata from = context.recordMetadata()
                .orElseThrow(() -> new IllegalStateException("only what came from a topic can be a dead letter"));
        condemn(context, record, new Source(from.topic(), from.partition(), from.offset()), reason);
    }

    /** A record that was read before. */
    public void condemn(
            ProcessorContext<String, Object> context, Record<String, byte[]> record, Source from, String reason) {
        context.forward(
                new Record<>(
                        record.key(),
                        (Object) record.value(),
                        record.timestamp(),
                        DeadLetter.headers(reason, from.topic(), from.partition(), from.offset())),
                deadLetterSink);
        SignalEvent signal =
                DeadLetter.signal(service, from.topic(), from.partition(), from.offset(), record.timestamp(), reason);
        context.forward(
                new Record<>(DeadLetter.fingerprint(service, from.topic()), (Object) signal, record.timestamp()),
                signalSink);
    }
}
