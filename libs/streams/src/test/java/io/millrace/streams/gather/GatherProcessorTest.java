package io.millrace.streams.gather;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.events.job.JobCancelRequested;
import io.millrace.events.job.JobEvent;
import io.millrace.events.job.JobSubmitted;
import io.millrace.events.job.JobType;
import io.millrace.events.job.ProgressReported;
import io.millrace.events.signal.SignalEvent;
import io.millrace.streams.DeadLetter;
import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.ServiceClock;
import io.millrace.streams.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GatherProcessorTest {

    private static final SchemaLookup SCHEMAS = new SchemaLookup() {
        @Override
        public Schema byId(int id) {
            return Topics.JOB_EVENTS.schema();
        }

        @Override
        public int idOf(String subject, Schema schema) {
            return 1;
        }
    };
    private static final EventSerde<JobEvent> SERDE = EventSerde.of(Topics.JOB_EVENTS, SCHEMAS);

    /** A submission claims for its pool, lastingly in queue "lasting"; progress is for all; by their reason, others name a decider or advance time. */
    private static final class Toy implements Gathering<String> {
        @Override
        public Map<String, EventSerde<? extends SpecificRecord>> sources() {
            return Map.of("job-events", SERDE);
        }

        @Override
        public String kind() {
            return "toy";
        }

        @Override
        public Set<String> deciders() {
            return Set.of("east", "west");
        }

        @Override
        public Route route(String topic, String key, SpecificRecord event) {
            return switch (((JobEvent) event).getPayload()) {
                case JobSubmitted submitted ->
                    new Route.Claim(
                            key, submitted.getPool(), submitted.getQueue().equals("lasting"));
                case ProgressReported progress -> new Route.Everyone();
                case JobCancelRequested cancel
                when cancel.getReason().startsWith("advance ") ->
                    new Route.Advance(7, Map.of(cancel.getReason().substring(8), 3L));
                case JobCancelRequested cancel
                when cancel.getReason().startsWith("to ") ->
                    new Route.To(cancel.getReason().substring(3));
                case JobCancelRequested cancel when cancel.getReason().equals("no") -> new Route.Refused("just so");
                case JobCancelRequested cancel when cancel.getReason().equals("nobody") -> new Route.Nobody();
                default -> new Route.OwnerOf(key);
            };
        }

        @Override
        public String gathered(SourceRecord source) {
            return source.coordinates() + " " + source.key() + " " + source.eventId() + " " + source.seenAt();
        }

        @Override
        public String tick(SourceRecord source, long sequence, long awaited) {
            return "tick " + sequence + " after " + awaited;
        }
    }

    private final MockProcessorContext<String, Object> context = new MockProcessorContext<>();
    private final KeyValueStore<String, String> owners = Stores.keyValueStoreBuilder(
                    Stores.inMemoryKeyValueStore("owners"), Serdes.String(), Serdes.String())
            .withLoggingDisabled()
            .build();
    private Instant now = Instant.parse("2026-03-01T12:00:00Z");
    private final GatherProcessor<String> processor = new GatherProcessor<>(
            new Toy(),
            new ServiceClock.Wall(() -> now),
            "toy",
            "owners",
            new GatherProcessor.Outputs("log", "dead", "signals"));
    private long offset;

    @BeforeEach
    void begin() {
        owners.init(context.getStateStoreContext(), owners);
        context.addStateStore(owners);
        processor.init(context);
    }

    private void send(@Nullable String key, Object payload) {
        JobEvent event = new JobEvent("e" + offset, Instant.EPOCH, "user:ann", payload);
        sendBytes(key, SERDE.serialize("job-events", event));
    }

    private void sendBytes(@Nullable String key, byte @Nullable [] value) {
        context.setRecordMetadata("job-events", 2, offset++);
        processor.process(new Record<>(key, value, now.toEpochMilli()));
    }

    private static JobSubmitted submitted(String pool, String queue) {
        return new JobSubmitted(
                pool,
                queue,
                "team",
                "user",
                1,
                null,
                null,
                null,
                null,
                Map.of(),
                JobType.EXPERIMENTATION,
                null,
                null,
                List.of(),
                null);
    }

    private List<String> logged() {
        List<String> logged = context.forwarded("log").stream()
                .map(forward -> forward.record().key() + ": " + forward.record().value())
                .toList();
        context.resetForwards();
        return logged;
    }

    private String expected(String decider, long at, String key) {
        return decider + ": job-events/2/" + at + " " + key + " e" + at + " " + now.toEpochMilli();
    }

    /** The only dead letter; there must be a signal for it. */
    private String condemned() {
        assertThat(context.forwarded("signals")).singleElement().satisfies(signal -> {
            assertThat(signal.record().key()).isEqualTo("DeadLettered/toy/job-events");
            assertThat(((SignalEvent) signal.record().value()).getEventId()).isEqualTo("job-events/2/" + (offset - 1));
        });
        assertThat(context.forwarded("log")).isEmpty();
        List<MockProcessorContext.CapturedForward<? extends String, ?>> dead = List.copyOf(context.forwarded("dead"));
        assertThat(dead).hasSize(1);
        String reason = new String(
                dead.getFirst().record().headers().lastHeader(DeadLetter.REASON).value(), StandardCharsets.UTF_8);
        context.resetForwards();
        return reason;
    }

    @Test
    void shouldGiveARecordToTheDeciderItClaimsFor() {
        send("a", submitted("east", "batch"));
        assertThat(logged()).containsExactly(expected("east", 0, "a"));
        send("a", new JobCancelRequested("why not"));
        assertThat(logged()).containsExactly(expected("east", 1, "a"));
    }

    @Test
    void shouldGiveARepeatedClaimToItsOwnerAndRefuseAnothers() {
        send("a", submitted("east", "batch"));
        send("a", submitted("east", "batch"));
        assertThat(logged()).containsExactly(expected("east", 0, "a"), expected("east", 1, "a"));
        send("a", submitted("west", "batch"));
        assertThat(condemned()).isEqualTo("a belongs to east, not to west");
        send("a", submitted("nowhere", "lasting"));
        assertThat(condemned()).isEqualTo("a belongs to east, not to nowhere");
    }

    @Test
    void shouldLeaveOutWhatIsTooLargeAndSaySo() {
        sendBytes("a", new byte[(2 << 20) + 1]);
        assertThat(condemned()).isEqualTo("its 2097153 bytes are more than 2097152; they are left out");
    }

    @Test
    void shouldRefuseAClaimForNobody() {
        send("a", submitted("nowhere", "batch"));
        assertThat(condemned()).isEqualTo("there is no toy nowhere; there are east, west");
        assertThat(owners.get("a")).isNull();
    }

    @Test
    void shouldRefuseWhatBelongsToADeciderThatIsNoMore() {
        owners.put("a", now.toEpochMilli() + " north");
        owners.put("lasting", Long.MAX_VALUE + " north");
        send("a", new JobCancelRequested("why not"));
        assertThat(condemned()).isEqualTo("there is no toy north; there are east, west");
        send("a", submitted("north", "batch"));
        assertThat(condemned()).isEqualTo("there is no toy north; there are east, west");
        send("lasting", submitted("north", "lasting"));
        assertThat(condemned()).isEqualTo("there is no toy north; there are east, west");
        send("a", submitted("east", "batch"));
        assertThat(condemned()).isEqualTo("a belongs to north, not to east");
    }

    @Test
    void shouldGiveARecordToTheDeciderItNamesWhoeverOwnsItsKey() {
        send("a", submitted("east", "batch"));
        logged();
        send("a", new JobCancelRequested("to west"));
        assertThat(logged()).containsExactly(expected("west", 1, "a"));
        send("b", new JobCancelRequested("to nowhere"));
        assertThat(condemned()).isEqualTo("there is no toy nowhere; there are east, west");
        assertThat(owners.get("b")).isNull();
    }

    @Test
    void shouldRefuseWhatNobodyOwnsAndWhatMakesNoSense() {
        send("a", new JobCancelRequested("why not"));
        assertThat(condemned()).isEqualTo("nobody has heard of a");
        send("a", new JobCancelRequested("no"));
        assertThat(condemned()).isEqualTo("just so");
        send(null, new JobCancelRequested("why not"));
        assertThat(condemned()).isEqualTo("it has no key");
        sendBytes("a", null);
        assertThat(condemned()).isEqualTo("it has no value");
        sendBytes("a", new byte[] {9});
        assertThat(condemned()).isEqualTo("1 bytes are too few for a value of job-events");
    }

    @Test
    void shouldLeaveAloneWhatNobodyHasToKnow() {
        send("a", new JobCancelRequested("nobody"));
        assertThat(context.forwarded()).isEmpty();
    }

    @Test
    void shouldGiveToEveryone() {
        send("a", new ProgressReported(1, 0.5, 10L));
        assertThat(logged()).containsExactlyInAnyOrder(expected("east", 0, "a"), expected("west", 0, "a"));
    }

    @Test
    void shouldAdvanceTimeAndEndTheTransaction() {
        send("a", new JobCancelRequested("advance west"));
        assertThat(logged()).containsExactly("west: tick 7 after 3");
        assertThat(context.committed()).isTrue();
        send("a", new JobCancelRequested("advance nowhere"));
        assertThat(condemned()).isEqualTo("there is no toy nowhere; there are east, west");
    }

    @Test
    void shouldForgetAnOwnerOnlyAfterNothingWasHeardForAYear() {
        send("spoken of", submitted("east", "batch"));
        send("silent", submitted("east", "batch"));
        send("lasting", submitted("east", "lasting"));
        now = now.plus(Duration.ofDays(200));
        send("spoken of", new JobCancelRequested("why not"));
        assertThat(owners.get("silent")).isNotNull();
        now = now.plus(Duration.ofDays(167));
        send("other", submitted("east", "batch"));
        assertThat(owners.get("silent")).isNull();
        assertThat(owners.get("spoken of")).endsWith(" east");
        assertThat(owners.get("lasting")).endsWith(" east");
        now = now.plus(Duration.ofDays(366));
        send("other", submitted("east", "batch"));
        assertThat(owners.get("spoken of")).isNull();
        assertThat(owners.get("lasting")).endsWith(" east");
    }
}
