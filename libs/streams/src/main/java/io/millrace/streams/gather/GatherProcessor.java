package io.millrace.streams.gather;

import io.millrace.events.signal.SignalEvent;
import io.millrace.streams.DeadLetter;
import io.millrace.streams.Envelope;
import io.millrace.streams.EventSerde;
import io.millrace.streams.ServiceClock;
import io.millrace.streams.UndecodableException;
import io.millrace.streams.gather.Gathering.SourceRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Reads the source topics of a decider and appends each record to the decider's log, byte for byte. Which decider a
 * record belongs to it knows from the record itself or from who owns the entity the record is about. What belongs to
 * nobody, or can't be read, goes to its topic's dead letters with the reason, and raises a signal.
 *
 * @param <V> values of the log
 */
public final class GatherProcessor<V> implements Processor<String, byte[], String, Object> {

    /**
     * Names of the nodes the processor forwards to.
     *
     * @param log the decider's log
     * @param deadLetters dead letters; their topic follows from the source topic
     * @param signals {@code alert-signals}
     */
    public record Outputs(String log, String deadLetters, String signals) {}

    /** As long as decisions are kept: until then something may still wait, and be spoken of. */
    private static final Duration OWNERSHIP = Duration.ofDays(366);

    private static final Duration REFRESH = Duration.ofDays(1);

    /** The end of the year 9999: what is said to happen later is a mistake in units. */
    private static final long LATEST_MS = 253_402_300_799_999L;

    /** More than a producer sends by default. With what is put around it, a value of this size still fits the log. */
    private static final int LARGEST_VALUE = 2 << 20;

    private final Gathering<V> gathering;
    private final ServiceClock clock;
    private final String service;
    private final String ownersStore;
    private final Outputs outputs;

    private @Nullable ProcessorContext<String, Object> context;
    /** By entity: ms of the claim, a blank, the decider. */
    private @Nullable KeyValueStore<String, String> owners;

    /** By the time events are seen at, which nobody outside can set far ahead, as they can a record's timestamp. */
    private long lastSweep;

    public GatherProcessor(
            Gathering<V> gathering, ServiceClock clock, String service, String ownersStore, Outputs outputs) {
        this.gathering = gathering;
        this.clock = clock;
        this.service = service;
        this.ownersStore = ownersStore;
        this.outputs = outputs;
    }

    @Override
    public void init(ProcessorContext<String, Object> processorContext) {
        context = processorContext;
        owners = processorContext.getStateStore(ownersStore);
    }

    @Override
    public void process(Record<String, byte[]> record) {
        RecordMetadata metadata = context()
                .recordMetadata()
                .orElseThrow(() -> new IllegalStateException("a gathered record must come from a topic"));
        EventSerde<? extends SpecificRecord> serde = gathering.sources().get(metadata.topic());
        if (serde == null) {
            throw new IllegalStateException("topic " + metadata.topic() + " is no source of this gathering");
        }
        if (record.key() == null || record.key().isBlank() || record.value() == null) {
            condemn(record, metadata, record.value() == null ? "it has no value" : "it has no key");
            return;
        }
        if (record.value().length > LARGEST_VALUE) {
            String reason =
                    "its " + record.value().length + " bytes are more than " + LARGEST_VALUE + "; they are left out";
            condemn(record.withValue(new byte[0]), metadata, reason);
            return;
        }
        SpecificRecord event;
        try {
            event = serde.decode(record.value());
        } catch (UndecodableException e) {
            condemn(record, metadata, reason(e));
            return;
        }
        Envelope envelope = Envelope.of(event);
        if (envelope.occurredAt() < 0 || envelope.occurredAt() > LATEST_MS) {
            condemn(record, metadata, "it says that it happened before 1970 or after 9999");
            return;
        }
        SourceRecord source = new SourceRecord(
                metadata.topic(),
                metadata.partition(),
                metadata.offset(),
                record.key(),
                record.value(),
                envelope.eventId(),
                clock.seenAt(envelope.occurredAt()));
        forgetOwners(source.seenAt());
        switch (gathering.route(metadata.topic(), record.key(), event)) {
            case Route.Claim claim -> claim(record, metadata, source, claim);
            case Route.OwnerOf(String entity) -> {
                String claim = owners().get(entity);
                String owner = owner(claim);
                if (claim == null || owner == null) {
                    condemn(record, metadata, "nobody has heard of " + entity);
                } else if (!gathering.deciders().contains(owner)) {
                    condemn(record, metadata, unknown(owner));
                } else {
                    refresh(entity, claim, owner, source.seenAt());
                    log(owner, gathering.gathered(source), source, record);
                }
            }
            case Route.To(String decider) -> {
                if (gathering.deciders().contains(decider)) {
                    log(decider, gathering.gathered(source), source, record);
                } else {
                    condemn(record, metadata, unknown(decider));
                }
            }
            case Route.Everyone() ->
                gathering.deciders().forEach(decider -> log(decider, gathering.gathered(source), source, record));
            case Route.Advance(long sequence, Map<String, Long> awaited) -> {
                awaited.forEach((decider, count) -> {
                    if (gathering.deciders().contains(decider)) {
                        log(decider, gathering.tick(source, sequence, count), source, record);
                    } else {
                        condemn(record, metadata, unknown(decider));
                    }
                });
                context().commit(); // whoever advances time waits for the answer
            }
            case Route.Nobody() -> {}
            case Route.Refused(String reason) -> condemn(record, metadata, reason);
        }
    }

    private void claim(Record<String, byte[]> record, RecordMetadata metadata, SourceRecord source, Route.Claim claim) {
        String owner = owner(owners().get(claim.entity()));
        if (owner == null) {
            if (!gathering.deciders().contains(claim.decider())) {
                condemn(record, metadata, unknown(claim.decider()));
                return;
            }
            owner = claim.decider();
            own(claim.entity(), claim.lasting() ? Long.MAX_VALUE : source.seenAt(), owner);
        } else if (!owner.equals(claim.decider())) {
            condemn(record, metadata, claim.entity() + " belongs to " + owner + ", not to " + claim.decider());
            return;
        } else if (!gathering.deciders().contains(owner)) {
            condemn(record, metadata, unknown(owner)); // its claim outlived it
            return;
        }
        log(owner, gathering.gathered(source), source, record);
    }

    private String unknown(String decider) {
        return "there is no " + gathering.kind() + " " + decider + "; there are "
                + String.join(", ", gathering.deciders().stream().sorted().toList());
    }

    private void own(String entity, long since, String decider) {
        owners().put(entity, since + " " + decider);
    }

    /** Whatever is still spoken of keeps its owner. */
    private void refresh(String entity, String claim, String owner, long now) {
        if (since(claim) < now - REFRESH.toMillis()) {
            own(entity, now, owner);
        }
    }

    private static long since(String claim) {
        return Long.parseLong(claim.substring(0, claim.indexOf(' ')));
    }

    private static @Nullable String owner(@Nullable String claim) {
        return claim == null ? null : claim.substring(claim.indexOf(' ') + 1);
    }

    private void log(String decider, V value, SourceRecord source, Record<String, byte[]> record) {
        context()
                .forward(
                        record.withKey(decider).withValue((Object) value).withTimestamp(source.seenAt()),
                        outputs.log());
    }

    private void condemn(Record<String, byte[]> record, RecordMetadata metadata, String reason) {
        context()
                .forward(
                        new Record<>(
                                record.key(),
                                (Object) record.value(),
                                record.timestamp(),
                                DeadLetter.headers(reason, metadata.topic(), metadata.partition(), metadata.offset())),
                        outputs.deadLetters());
        String fingerprint = DeadLetter.fingerprint(service, metadata.topic());
        SignalEvent signal = DeadLetter.signal(
                service, metadata.topic(), metadata.partition(), metadata.offset(), record.timestamp(), reason);
        context().forward(new Record<>(fingerprint, (Object) signal, record.timestamp()), outputs.signals());
    }

    private static String reason(UndecodableException e) {
        Throwable cause = e.getCause();
        return Objects.toString(e.getMessage(), "it can't be read") + (cause == null ? "" : ": " + cause.getMessage());
    }

    private void forgetOwners(long now) {
        if (now - lastSweep < REFRESH.toMillis()) {
            return;
        }
        lastSweep = now;
        long oldest = now - OWNERSHIP.toMillis();
        List<String> forgotten = new ArrayList<>();
        try (KeyValueIterator<String, String> all = owners().all()) {
            while (all.hasNext()) {
                KeyValue<String, String> claim = all.next();
                if (since(claim.value) < oldest) {
                    forgotten.add(claim.key);
                }
            }
        }
        forgotten.forEach(owners()::delete);
    }

    private ProcessorContext<String, Object> context() {
        if (context == null) {
            throw new IllegalStateException("not initialised");
        }
        return context;
    }

    private KeyValueStore<String, String> owners() {
        if (owners == null) {
            throw new IllegalStateException("not initialised");
        }
        return owners;
    }
}
