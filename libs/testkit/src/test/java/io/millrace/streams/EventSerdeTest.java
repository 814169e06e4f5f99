package io.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.millrace.events.job.JobCancelRequested;
import io.millrace.events.job.JobEvent;
import io.millrace.events.job.JobSubmitted;
import io.millrace.events.job.JobType;
import io.millrace.events.signal.Severity;
import io.millrace.events.signal.SignalEvent;
import io.millrace.events.signal.SignalRaised;
import io.millrace.testkit.RecordedSchemas;
import io.millrace.testkit.SeededRandom;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventSerdeTest {

    private static final Instant AT = Instant.parse("2026-03-01T12:00:00Z");

    private final RecordedSchemas schemas = new RecordedSchemas();
    private final EventSerde<JobEvent> serde = EventSerde.of(Topics.JOB_EVENTS, schemas);
    private final JobEvent event = new JobEvent(
            "event",
            AT,
            "user:ann",
            new JobSubmitted(
                    "default",
                    "batch",
                    "research",
                    "ann",
                    8,
                    "V100",
                    null,
                    60_000L,
                    null,
                    Map.of("a", "b"),
                    JobType.RESEARCH,
                    null,
                    null,
                    List.of(),
                    null));
    private final byte[] valid = written(serde, event);

    private static <E extends SpecificRecord> byte[] written(EventSerde<E> serde, E value) {
        return Objects.requireNonNull(serde.serializer().serialize("topic", value));
    }

    @Test
    void shouldReadWhatItWrote() {
        assertThat(serde.decode(valid)).isEqualTo(event);
        assertThat(serde.deserializer().deserialize("job-events", valid)).isEqualTo(event);
        assertThat(serde.deserializer().deserialize("job-events", null)).isNull();
        assertThat(serde.serializer().serialize("job-events", null)).isNull();
    }

    @Test
    void shouldWriteAZeroByteAndTheIdInFrontOfTheValue() {
        assertThat(Arrays.copyOf(valid, 5)).containsExactly(0, 0, 0, 0, 1);
        assertThat(serde.writeId()).isEqualTo(1);
    }

    private void shouldBeUndecodable(byte[] bytes, String reason) {
        assertThatThrownBy(() -> serde.decode(bytes))
                .isInstanceOf(UndecodableException.class)
                .hasMessage(reason);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4})
    void shouldRefuseTooFewBytes(int length) {
        shouldBeUndecodable(Arrays.copyOf(valid, length), length + " bytes are too few for a value of job-events");
    }

    @Test
    void shouldRefuseAnotherFirstByte() {
        byte[] bytes = valid.clone();
        bytes[0] = (byte) 200;
        shouldBeUndecodable(bytes, "first byte is 200, not 0");
    }

    @Test
    void shouldRefuseAnUnknownSchema() {
        byte[] bytes = valid.clone();
        bytes[4] = 99;
        shouldBeUndecodable(bytes, "no schema has the id 99");
    }

    @Test
    void shouldRefuseEveryValueThatIsCutOff() {
        for (int length = 5; length < valid.length; length++) {
            shouldBeUndecodable(
                    Arrays.copyOf(valid, length), "bytes don't follow schema 1, or it is none of job-events");
        }
    }

    @Test
    void shouldRefuseBytesAfterTheValue() {
        shouldBeUndecodable(Arrays.copyOf(valid, valid.length + 1), "bytes go on after the value of schema 1");
    }

    @Test
    void shouldRefuseAValueOfAnotherTopic() {
        byte[] signal = written(
                EventSerde.of(Topics.ALERT_SIGNALS, schemas),
                new SignalEvent("e", AT, "a", new SignalRaised("n", Severity.P4, "", Map.of())));
        shouldBeUndecodable(
                signal, "schema 2 is io.millrace.events.signal.SignalEvent, not io.millrace.events.job.JobEvent");
    }

    @Test
    void shouldWaitForARegistryRatherThanCondemn() {
        EventSerde<JobEvent> without = EventSerde.of(Topics.JOB_EVENTS, new SchemaLookup() {
            @Override
            public Schema byId(int id) {
                throw new RegistryUnavailableException("no answer");
            }

            @Override
            public int idOf(String subject, Schema schema) {
                throw new RegistryUnavailableException("no answer");
            }
        });
        assertThatThrownBy(() -> without.decode(valid)).isInstanceOf(RegistryUnavailableException.class);
        assertThatThrownBy(() -> without.serialize("", event)).isInstanceOf(RegistryUnavailableException.class);
    }

    /** As a newer producer would write: an event this reader doesn't know, beside one it does. */
    private byte[] newer(boolean unknown) throws IOException {
        Schema own = Topics.JOB_EVENTS.schema();
        List<Schema> known = own.getField("payload").schema().getTypes();
        Schema paused = SchemaBuilder.record("JobPaused")
                .namespace(known.getFirst().getNamespace())
                .fields()
                .requiredString("reason")
                .endRecord();
        Schema union = Schema.createUnion(paused, schemaOf(known, "JobCancelRequested"));
        Schema written = Schema.createRecord(
                own.getName(),
                null,
                own.getNamespace(),
                false,
                own.getFields().stream()
                        .map(field -> new Schema.Field(field, field.name().equals("payload") ? union : field.schema()))
                        .toList());
        GenericData.Record payload = new GenericData.Record(union.getTypes().get(unknown ? 0 : 1));
        payload.put("reason", "because");
        GenericData.Record record = new GenericData.Record(written);
        record.put("event_id", "event");
        record.put("occurred_at", AT.toEpochMilli());
        record.put("actor", "user:ann");
        record.put("payload", payload);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(0);
        out.write(ByteBuffer.allocate(4).putInt(schemas.idOf("", written)).array());
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
        new GenericDatumWriter<GenericData.Record>(written).write(record, encoder);
        return out.toByteArray();
    }

    private static Schema schemaOf(List<Schema> branches, String name) {
        return branches.stream()
                .filter(branch -> branch.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldReadAKnownEventOfANewerSchema() throws IOException {
        assertThat(serde.decode(newer(false)).getPayload()).isEqualTo(new JobCancelRequested("because"));
    }

    @Test
    void shouldNotTakeAnUnknownEventForOneItKnows() throws IOException {
        byte[] paused = newer(true);
        assertThatThrownBy(() -> serde.decode(paused)).isInstanceOf(UndecodableException.class);
    }

    @Test
    void shouldNotAllocateWhatGarbageSays() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        // Zigzag lengths of 2^30, 2^31 - 1 and 2^62 where the first string belongs.
        List<byte[]> lengths =
                List.of(new byte[] {-128, -128, -128, -128, 8}, new byte[] {-2, -1, -1, -1, 15}, new byte[] {
                    -128, -128, -128, -128, -128, -128, -128, -128, -128, 1
                });
        serde.decode(valid);
        for (byte[] length : lengths) {
            byte[] bytes = ByteBuffer.allocate(5 + length.length)
                    .put((byte) 0)
                    .putInt(1)
                    .put(length)
                    .array();
            long before = threads.getCurrentThreadAllocatedBytes();
            assertThatThrownBy(() -> serde.decode(bytes)).isInstanceOf(UndecodableException.class);
            assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(32L << 20);
        }
    }

    @Test
    void shouldThrowNothingElseWhateverTheBytes() {
        SeededRandom random = SeededRandom.of("EventSerdeTest, bytes");
        for (int round = 0; round < 10_000; round++) {
            byte[] bytes = random.bytes(60);
            if (bytes.length > 5 && !random.onceIn(10)) {
                Arrays.fill(bytes, 0, 4, (byte) 0);
                bytes[4] = 1;
            }
            decode(bytes);
        }
    }

    @Test
    void shouldThrowNothingElseWhateverBecomesOfAValue() {
        SeededRandom random = SeededRandom.of("EventSerdeTest, mutations");
        int read = 0;
        for (int round = 0; round < 10_000; round++) {
            byte[] bytes = valid.clone();
            for (int i = 1 + random.nextInt(3); i > 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            if (random.onceIn(4)) {
                bytes = Arrays.copyOf(bytes, random.nextInt(2 * bytes.length));
            }
            read += decode(bytes) ? 1 : 0;
        }
        assertThat(read).isPositive(); // changed letters still read
    }

    private boolean decode(byte[] bytes) {
        try {
            serde.decode(bytes);
            return true;
        } catch (UndecodableException e) {
            return false;
        }
    }
}
