package io.millrace.governance.codec;

import io.millrace.governance.domain.audit.Covered;
import io.millrace.governance.domain.audit.Gathering.Source;
import io.millrace.governance.domain.tree.Hash;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.Topic;
import io.millrace.streams.UndecodableException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * What the audit log says of a record: its digest, and the envelope that each event begins with, as the schema has it
 * that the event was written with. The rest of the value is not decoded: an event that this release does not know yet
 * has its name in the log all the same. Not thread safe.
 */
public final class SourceCodec {

    /** A name that is longer is cut: entries must fit into the tiles of the tree, whatever is in a record. */
    public static final int LONGEST_NAME = 1_000;

    private static final List<String> ENVELOPE = List.of("event_id", "occurred_at", "actor");
    private static final String PAYLOAD = "payload";
    private static final byte MAGIC = 0;
    private static final int HEADER_BYTES = 5;

    private record Told(String actor, String action, long at) {}

    /**
     * How values of a schema begin.
     *
     * @param between what lies between the envelope and the event
     * @param events names of the events, by their places in the union
     */
    private record Form(List<Schema> between, List<String> events) {}

    private record Written(String topic, int schemaId) {}

    private final SchemaLookup schemas;
    private final Map<String, Schema> topics = new HashMap<>();

    private final Map<Written, Form> forms = new HashMap<>();

    private @Nullable BinaryDecoder decoder;

    public SourceCodec(Collection<Topic<?>> topics, SchemaLookup schemas) {
        topics.forEach(topic -> this.topics.put(topic.name(), topic.schema()));
        this.schemas = schemas;
    }

    /** @throws io.millrace.streams.RegistryUnavailableException when its schema can't be learned now */
    public Source source(ConsumerRecord<byte[], byte[]> record) {
        byte[] key = record.key();
        Told told = told(record.topic(), record.value());
        return new Source(
                record.topic(),
                record.partition(),
                record.offset(),
                Hash.leaf(Covered.recordBytes(record.offset(), record.timestamp(), key, record.value())),
                told == null ? null : told.actor(),
                told == null ? Covered.UNREADABLE : told.action(),
                key == null ? null : cut(new String(key, StandardCharsets.UTF_8)),
                told == null ? record.timestamp() : told.at());
    }

    private @Nullable Told told(String topic, byte @Nullable [] value) {
        if (value == null || value.length < HEADER_BYTES || value[0] != MAGIC) {
            return null;
        }
        try {
            Written written = new Written(topic, ByteBuffer.wrap(value).getInt(1));
            Form form = forms.get(written);
            if (form == null) {
                form = form(written);
                forms.put(written, form);
            }
            BinaryDecoder bytes =
                    DecoderFactory.get().binaryDecoder(value, HEADER_BYTES, value.length - HEADER_BYTES, decoder);
            decoder = bytes;
            string(bytes, value.length);
            long at = bytes.readLong();
            String actor = string(bytes, value.length);
            for (Schema other : form.between()) {
                GenericDatumReader.skip(other, bytes);
            }
            return new Told(cut(actor), form.events().get(bytes.readIndex()), at);
        } catch (IOException | AvroRuntimeException | IndexOutOfBoundsException | UndecodableException e) {
            return null;
        }
    }

    /** A length is read from the bytes themselves: garbage must not make us allocate what it says. */
    private static String string(BinaryDecoder bytes, int most) throws IOException {
        long length = bytes.readLong();
        if (length < 0 || length > most) {
            throw new EOFException("a string of " + length + " bytes in a value of " + most);
        }
        byte[] string = new byte[(int) length];
        bytes.readFixed(string);
        return new String(string, StandardCharsets.UTF_8);
    }

    private Form form(Written written) {
        Schema schema = schemas.byId(written.schemaId());
        Schema own = topics.get(written.topic());
        if (own == null || !schema.getFullName().equals(own.getFullName())) {
            throw new UndecodableException("schema " + written.schemaId() + " is none of " + written.topic());
        }
        List<Schema.Field> fields = schema.getFields();
        List<String> names = fields.stream().map(Schema.Field::name).toList();
        int payload = names.indexOf(PAYLOAD);
        if (payload < ENVELOPE.size() || !names.subList(0, ENVELOPE.size()).equals(ENVELOPE)) {
            throw new UndecodableException("schema " + written.schemaId() + " does not begin as an event does");
        }
        return new Form(
                fields.subList(ENVELOPE.size(), payload).stream()
                        .map(Schema.Field::schema)
                        .toList(),
                fields.get(payload).schema().getTypes().stream()
                        .map(Schema::getName)
                        .toList());
    }

    private static String cut(String name) {
        if (name.length() <= LONGEST_NAME) {
            return name;
        }
        boolean half = Character.isHighSurrogate(name.charAt(LONGEST_NAME - 1));
        return name.substring(0, half ? LONGEST_NAME - 1 : LONGEST_NAME);
    }
}
