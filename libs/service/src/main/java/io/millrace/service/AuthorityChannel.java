package io.millrace.service;

import io.millrace.access.NotStoredException;
import io.millrace.streams.EventSerde;
import io.smallrye.reactive.messaging.kafka.Record;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.avro.specific.SpecificRecord;
import org.eclipse.microprofile.reactive.messaging.Emitter;
import org.eclipse.microprofile.reactive.messaging.Message;

/** A channel to a topic that holds somebody's word: what is appended is there for good, or the caller is told. */
public record AuthorityChannel<E extends SpecificRecord>(Emitter<Record<String, byte[]>> emitter, EventSerde<E> serde) {

    private static final int PATIENCE_S = 130; // beyond a producer's own

    /**
     * Returns when the broker has the event for good.
     *
     * @throws NotStoredException when that is not known
     */
    public void append(String key, E event) {
        await(emitter.send(Record.of(key, serde.serialize(null, event))));
    }

    /**
     * Returns when the broker has the event for good, with a timestamp of its own.
     *
     * @throws NotStoredException when that is not known
     */
    public void append(String key, E event, Instant timestamp) {
        CompletableFuture<Void> stored = new CompletableFuture<>();
        emitter.send(Message.of(Record.of(key, serde.serialize(null, event)))
                .addMetadata(OutgoingKafkaRecordMetadata.builder()
                        .withTimestamp(timestamp)
                        .build())
                .withAck(() -> {
                    stored.complete(null);
                    return CompletableFuture.completedFuture(null);
                })
                .withNack(failure -> {
                    stored.completeExceptionally(failure);
                    return CompletableFuture.completedFuture(null);
                }));
        await(stored);
    }

    private static void await(CompletionStage<Void> stored) {
        try {
            stored.toCompletableFuture().get(PATIENCE_S, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new NotStoredException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NotStoredException(e);
        }
    }
}
