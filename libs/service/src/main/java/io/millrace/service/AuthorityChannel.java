package io.millrace.service;

import io.millrace.access.NotStoredException;
import io.millrace.streams.EventSerde;
import io.smallrye.reactive.messaging.kafka.Record;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.avro.specific.SpecificRecord;
import org.eclipse.microprofile.reactive.messaging.Emitter;

/** A channel to a topic that holds somebody's word: what is appended is there for good, or the caller is told. */
public record AuthorityChannel<E extends SpecificRecord>(Emitter<Record<String, byte[]>> emitter, EventSerde<E> serde) {

    private static final int PATIENCE_S = 130; // beyond a producer's own

    /**
     * Returns when the broker has the event for good.
     *
     * @throws NotStoredException when that is not known
     */
    public void append(String key, E event) {
        try {
            emitter.send(Record.of(key, serde.serialize(null, event)))
                    .toCompletableFuture()
                    .get(PATIENCE_S, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new NotStoredException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NotStoredException(e);
        }
    }
}
