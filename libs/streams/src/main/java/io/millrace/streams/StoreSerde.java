package io.millrace.streams;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Map;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * Values of stores, changelogs and repartition topics, which only their owner reads: Avro's single-object form, which
 * names its schema by fingerprint and needs no registry. The same value gives the same bytes.
 */
public final class StoreSerde<T extends SpecificRecord> implements Serde<T>, Serializer<T>, Deserializer<T> {

    private final BinaryMessageEncoder<T> encoder;
    private final BinaryMessageDecoder<T> decoder;

    private StoreSerde(Class<T> type, String name) {
        SpecificData model = SpecificData.getForClass(type);
        encoder = new BinaryMessageEncoder<>(model, model.getSchema(type));
        decoder = new BinaryMessageDecoder<>(model, model.getSchema(type));
        for (int version = 1; ; version++) {
            Schema recorded = recorded("/golden/stores/" + name + "/" + version + ".avsc");
            if (recorded == null) {
                return;
            }
            decoder.addSchema(recorded);
        }
    }

    /**
     * Reads what any recorded version wrote.
     *
     * @param name of the schema's file under {@code schemas/avro/stores}, without its ending
     */
    public static <T extends SpecificRecord> StoreSerde<T> of(Class<T> type, String name) {
        return new StoreSerde<>(type, name);
    }

    private static @Nullable Schema recorded(String resource) {
        try (InputStream text = StoreSerde.class.getResourceAsStream(resource)) {
            return text == null ? null : new Schema.Parser().parse(text);
        } catch (IOException e) {
            throw new UncheckedIOException(resource + " can't be read", e);
        }
    }

    public byte[] encode(T value) {
        try {
            ByteBuffer buffer = encoder.encode(value);
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory can't fail", e);
        }
    }

    /** @throws UncheckedIOException when the bytes are no such value */
    public T decode(byte[] bytes) {
        try {
            return decoder.decode(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("a stored value can't be read", e);
        } catch (AvroRuntimeException e) {
            throw new UncheckedIOException("a stored value can't be read", new IOException(e));
        }
    }

    @Override
    public byte @Nullable [] serialize(@Nullable String topic, @Nullable T value) {
        return value == null ? null : encode(value);
    }

    @Override
    public @Nullable T deserialize(@Nullable String topic, byte @Nullable [] bytes) {
        return bytes == null ? null : decode(bytes);
    }

    @Override
    public Serializer<T> serializer() {
        return this;
    }

    @Override
    public Deserializer<T> deserializer() {
        return this;
    }

    @Override
    public void configure(Map<String, ?> configs, boolean isKey) {}

    @Override
    public void close() {}
}
