package io.millrace.schemas;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.Decoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.io.JsonEncoder;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/** Sample records of a schema, and the ways between a record, its bytes in hex and its JSON. */
final class Samples {

    private int counter;

    private Samples() {}

    /**
     * Two records for each kind of value, which is each event of a topic: one with everything filled in, one as bare as
     * the schema lets it be.
     */
    static List<GenericRecord> of(Schema schema) {
        Samples samples = new Samples();
        List<GenericRecord> records = new ArrayList<>();
        Schema.Field kinds = kinds(schema);
        for (Schema kind : kinds == null ? List.of(schema) : kinds.schema().getTypes()) {
            for (boolean full : new boolean[] {true, false}) {
                GenericRecord record = new GenericData.Record(schema);
                for (Schema.Field field : schema.getFields()) {
                    Schema type = field.equals(kinds) ? kind : field.schema();
                    record.put(field.pos(), samples.value(type, field.name(), full));
                }
                records.add(record);
            }
        }
        return records;
    }

    /** The field that holds one of several records; null when a schema has none. */
    private static Schema.@Nullable Field kinds(Schema schema) {
        return schema.getFields().stream()
                .filter(field -> field.schema().isUnion()
                        && field.schema().getTypes().stream().allMatch(type -> type.getType() == Schema.Type.RECORD))
                .findFirst()
                .orElse(null);
    }

    private GenericRecord record(Schema schema, boolean full) {
        GenericRecord record = new GenericData.Record(schema);
        for (Schema.Field field : schema.getFields()) {
            record.put(field.pos(), value(field.schema(), field.name(), full));
        }
        return record;
    }

    private @Nullable Object value(Schema schema, String name, boolean full) {
        if (schema.getType() != Schema.Type.RECORD && schema.getType() != Schema.Type.UNION) {
            counter++;
        }
        return switch (schema.getType()) {
            case RECORD -> record(schema, full);
            case ENUM -> {
                List<String> symbols = schema.getEnumSymbols();
                yield new GenericData.EnumSymbol(schema, full ? symbols.getLast() : symbols.getFirst());
            }
            case ARRAY -> full ? List.of(required(schema.getElementType(), name)) : List.of();
            case MAP -> full ? Map.of(name + "-key", required(schema.getValueType(), name)) : Map.of();
            case UNION ->
                value(full ? schema.getTypes().getLast() : schema.getTypes().getFirst(), name, full);
            case FIXED -> new GenericData.Fixed(schema, new byte[schema.getFixedSize()]);
            case STRING -> full ? name + " " + counter : "";
            case BYTES -> ByteBuffer.wrap(full ? new byte[] {0, 1, (byte) 0xff} : new byte[0]);
            case INT -> counter;
            case LONG -> schema.getLogicalType() == null ? counter : 1_600_000_000_000L + counter;
            case FLOAT -> counter / 4f;
            case DOUBLE -> counter / 8d;
            case BOOLEAN -> full;
            case NULL -> null;
        };
    }

    private Object required(Schema schema, String name) {
        Object value = value(schema, name, true);
        if (value == null) {
            throw new IllegalArgumentException(name + ": no sample for " + schema);
        }
        return value;
    }

    static String hex(GenericRecord record) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            var encoder = EncoderFactory.get().binaryEncoder(bytes, null);
            new GenericDatumWriter<GenericRecord>(record.getSchema()).write(record, encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return HexFormat.of().formatHex(bytes.toByteArray());
    }

    static String json(GenericRecord record) {
        return json(
                record.getSchema(),
                encoder -> new GenericDatumWriter<GenericRecord>(record.getSchema()).write(record, encoder));
    }

    static String json(SpecificRecord record) {
        SpecificData model = SpecificData.getForClass(record.getClass());
        return json(
                record.getSchema(),
                encoder -> new SpecificDatumWriter<SpecificRecord>(record.getSchema(), model).write(record, encoder));
    }

    /** Reads JSON written under one schema as a record of another. */
    static GenericRecord fromJson(String json, Schema writer, Schema reader) {
        try {
            return generic(DecoderFactory.get().jsonDecoder(writer, json), writer, reader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads bytes written under a schema into today's generated class. */
    static SpecificRecord fromHex(String hex, Schema writer, Class<? extends SpecificRecord> type) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        SpecificData model = SpecificData.getForClass(type);
        try {
            return new SpecificDatumReader<SpecificRecord>(writer, model.getSchema(type), model)
                    .read(null, DecoderFactory.get().binaryDecoder(bytes, null));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static GenericRecord generic(Decoder decoder, Schema writer, Schema reader) throws IOException {
        return new GenericDatumReader<GenericRecord>(writer, reader).read(null, decoder);
    }

    private interface Writing {
        void to(JsonEncoder encoder) throws IOException;
    }

    private static String json(Schema schema, Writing writing) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            JsonEncoder encoder = EncoderFactory.get().jsonEncoder(schema, bytes);
            writing.to(encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
