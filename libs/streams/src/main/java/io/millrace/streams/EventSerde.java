package io.millrace.streams;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * Values of one topic in the Confluent wire format: a zero byte, the schema id in four bytes, big endian, then the
 * value in Avro's binary form. Thread safe.
 *
 * <p>Decoding throws {@link UndecodableException} for bytes that can't be a value of the topic, and {@link
 * RegistryUnavailableException} when their schema can't be learned now.
 */
public final class EventSerde<E extends SpecificRecord> implements Serde<E>, Serializer<E>, Deserializer<E> {

    private static final byte MAGIC = 0;
    private static final int HEADER_BYTES = 5;
    private static final int UNKNOWN = -1;

    static {
        // Lengths are read from the bytes themselves: garbage must not make us allocate what it says.
        limit("org.apache.avro.limits.bytes.maxLength", 64 << 20);
        limit("org.apache.avro.limits.string.maxLength", 16 << 20);
        limit("org.apache.avro.limits.collectionItems.maxLength", 1 << 20);
    }

    /** What a thread writes with and reads with, over and over. */
    private static final class Scratch {
        private static final int KEPT_BYTES = 64 << 10;

        private ByteArrayOutputStream out = new ByteArrayOutputStream(512);
        private BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
        private @Nullable BinaryDecoder decoder;

        /** What was written; what was large is not kept room for. */
        byte[] taken() {
            byte[] bytes = out.toByteArray();
            if (bytes.length > KEPT_BYTES) {
                out = new ByteArrayOutputStream(512);
                encoder = EncoderFactory.get().binaryEncoder(out, null);
            }
            return bytes;
        }
    }

    private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

    private final Topic<E> topic;
    private final SchemaLookup schemas;
    private final Schema schema;
    private final SpecificData model;
    private final SpecificDatumWriter<E> writer;
    private final Map<Integer, DatumReader<E>> readers = new ConcurrentHashMap<>();
    private volatile int writeId = UNKNOWN;

    private EventSerde(Topic<E> topic, SchemaLookup schemas) {
        this.topic = topic;
        this.schemas = schemas;
        this.schema = topic.schema();
        this.model = SpecificData.getForClass(topic.valueType());
        this.writer = new SpecificDatumWriter<>(schema, model);
    }

    public static <E extends SpecificRecord> EventSerde<E> of(Topic<E> topic, SchemaLookup schemas) {
        return new EventSerde<>(topic, schemas);
    }

    private static void limit(String property, int value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, Integer.toString(value));
        }
    }

    @Override
    public byte @Nullable [] serialize(@Nullable String ignoredTopic, @Nullable E value) {
        if (value == null) {
            return null;
        }
        int id = writeId();
        Scratch scratch = SCRATCH.get();
        ByteArrayOutputStream out = scratch.out;
        out.reset();
        out.write(MAGIC);
        out.write(id >>> 24);
        out.write(id >>> 16);
        out.write(id >>> 8);
        out.write(id);
        try {
            writer.write(value, scratch.encoder);
            scratch.encoder.flush();
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory can't fail", e);
        } catch (RuntimeException e) {
            SCRATCH.remove(); // half a value is in it
            throw e;
        }
        return scratch.taken();
    }

    /** Learns the id to write with, if it isn't known yet. */
    public int writeId() {
        int id = writeId;
        if (id == UNKNOWN) {
            id = schemas.idOf(topic.subject(), schema);
            writeId = id;
        }
        return id;
    }

    @Override
    public @Nullable E deserialize(@Nullable String ignoredTopic, byte @Nullable [] bytes) {
        return bytes == null ? null : decode(bytes);
    }

    /** The value, never null. */
    public E decode(byte[] bytes) {
        return decode(ByteBuffer.wrap(bytes));
    }

    /** The value, never null, of what remains in a buffer of the heap; the buffer stays as it is. */
    public E decode(ByteBuffer buffer) {
        int length = buffer.remaining();
        if (length < HEADER_BYTES) {
            throw new UndecodableException(length + " bytes are too few for a value of " + topic.name());
        }
        int at = buffer.position();
        if (buffer.get(at) != MAGIC) {
            throw new UndecodableException("first byte is " + (buffer.get(at) & 0xff) + ", not 0");
        }
        int id = buffer.getInt(at + 1);
        Scratch scratch = SCRATCH.get();
        BinaryDecoder decoder = DecoderFactory.get()
                .binaryDecoder(
                        buffer.array(),
                        buffer.arrayOffset() + at + HEADER_BYTES,
                        length - HEADER_BYTES,
                        scratch.decoder);
        scratch.decoder = decoder;
        E value;
        boolean rest;
        try {
            value = readers.computeIfAbsent(id, this::reader).read(null, decoder);
            rest = !decoder.isEnd();
        } catch (IOException
                | AvroRuntimeException
                | UnsupportedOperationException
                | IndexOutOfBoundsException
                | IllegalArgumentException
                | ClassCastException
                | StackOverflowError e) {
            throw new UndecodableException("bytes don't follow schema " + id + ", or it is none of " + topic.name(), e);
        }
        if (rest) {
            throw new UndecodableException("bytes go on after the value of schema " + id);
        }
        return value;
    }

    private DatumReader<E> reader(int id) {
        Schema written = schemas.byId(id);
        if (!written.getFullName().equals(schema.getFullName())) {
            throw new UndecodableException(
                    "schema " + id + " is " + written.getFullName() + ", not " + schema.getFullName());
        }
        return new SpecificDatumReader<>(withoutUnknownEvents(written), schema, model);
    }

    /**
     * Avro reads an event it doesn't know as one it does, if that one's fields all have defaults: a newer event could
     * pass for a cancellation. In the schema made here such events have a form that nothing can be read as.
     */
    private Schema withoutUnknownEvents(Schema written) {
        List<Schema.Field> fields = new ArrayList<>();
        for (Schema.Field field : written.getFields()) {
            Schema.Field own = schema.getField(field.name());
            boolean events = own != null
                    && own.schema().isUnion()
                    && field.schema().isUnion()
                    && field.schema().getTypes().stream().anyMatch(branch -> isUnknownEvent(branch, own.schema()));
            fields.add(
                    events
                            ? new Schema.Field(field, withoutUnknownEvents(field.schema(), own.schema()))
                            : new Schema.Field(field, field.schema()));
        }
        return Schema.createRecord(written.getName(), written.getDoc(), written.getNamespace(), false, fields);
    }

    private static Schema withoutUnknownEvents(Schema written, Schema own) {
        return Schema.createUnion(written.getTypes().stream()
                .map(branch -> isUnknownEvent(branch, own)
                        ? Schema.createFixed(branch.getName(), null, branch.getNamespace(), 0)
                        : branch)
                .toList());
    }

    private static boolean isUnknownEvent(Schema branch, Schema own) {
        return branch.getType() == Schema.Type.RECORD
                && own.getTypes().stream()
                        .noneMatch(known -> known.getFullName().equals(branch.getFullName())
                                || (known.getType() == Schema.Type.RECORD
                                        && known.getAliases().contains(branch.getFullName())));
    }

    @Override
    public Serializer<E> serializer() {
        return this;
    }

    @Override
    public Deserializer<E> deserializer() {
        return this;
    }

    @Override
    public void configure(Map<String, ?> configs, boolean isKey) {}

    @Override
    public void close() {}
}
