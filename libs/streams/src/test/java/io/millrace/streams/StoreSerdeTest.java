package io.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.stores.alert.AlertEntity;
import io.millrace.stores.fairness.FairnessRecord;
import io.millrace.stores.pool.PoolEntityRecord;
import io.millrace.stores.pool.StoredStale;
import io.millrace.stores.truth.TruthRecord;
import io.millrace.stores.usage.UsageRecord;
import io.millrace.stores.window.WindowRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What stores hold must be read by every later release. */
class StoreSerdeTest {

    private static final Path RECORDED =
            Path.of(System.getProperty("millrace.root", ".")).resolve("schemas/golden/stores");

    /** Every recorded version of every store's schema. */
    static Stream<Arguments> versions() throws IOException {
        return Stream.of(
                        versions(PoolEntityRecord.class, "pool-state"),
                        versions(UsageRecord.class, "usage-state"),
                        versions(WindowRecord.class, "monitor-window"),
                        versions(TruthRecord.class, "truth-window"),
                        versions(AlertEntity.class, "alert-state"),
                        versions(FairnessRecord.class, "fairness-window"))
                .flatMap(all -> all);
    }

    private static Stream<Arguments> versions(Class<?> type, String name) throws IOException {
        try (Stream<Path> files = Files.list(RECORDED.resolve(name))) {
            return files
                    .filter(file -> file.toString().endsWith(".hex"))
                    .map(file -> Arguments.of(
                            type, name, file.getFileName().toString().replace(".hex", "")))
                    .toList()
                    .stream();
        }
    }

    @Test
    void shouldHaveARecordOfEveryStore() throws IOException {
        try (Stream<Path> stores = Files.list(RECORDED)) {
            assertThat(stores.map(store -> store.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "alert-state",
                            "fairness-window",
                            "monitor-window",
                            "pool-state",
                            "truth-window",
                            "usage-state");
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    <T extends SpecificRecord> void shouldReadWhatEarlierReleasesStored(Class<T> type, String name, String version)
            throws IOException {
        StoreSerde<T> serde = StoreSerde.of(type, name);
        Path folder = RECORDED.resolve(name);
        Schema written = new Schema.Parser().parse(Files.readString(folder.resolve(version + ".avsc")));
        List<String> bodies = Files.readAllLines(folder.resolve(version + ".hex"));
        List<String> texts = Files.readAllLines(folder.resolve(version + ".jsonl"));
        assertThat(bodies).isNotEmpty().hasSameSizeAs(texts);
        for (int i = 0; i < bodies.size(); i++) {
            T read = serde.decode(stored(written, HexFormat.of().parseHex(bodies.get(i))));
            assertThat(read).isEqualTo(fromText(type, written, texts.get(i)));
            assertThat(serde.decode(serde.encode(read))).isEqualTo(read);
        }
    }

    /** Avro's single-object form: a mark, the schema's fingerprint, the value. */
    private static byte[] stored(Schema schema, byte[] body) {
        return ByteBuffer.allocate(10 + body.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) 0xC3)
                .put((byte) 0x01)
                .putLong(SchemaNormalization.parsingFingerprint64(schema))
                .put(body)
                .array();
    }

    private static <T extends SpecificRecord> T fromText(Class<T> type, Schema written, String json)
            throws IOException {
        SpecificData model = SpecificData.getForClass(type);
        return new SpecificDatumReader<T>(written, model.getSchema(type), model)
                .read(null, DecoderFactory.get().jsonDecoder(written, json));
    }

    @Test
    void shouldWriteTheSameBytesForTheSameValueAndNothingForNone() {
        StoreSerde<PoolEntityRecord> serde = StoreSerde.of(PoolEntityRecord.class, "pool-state");
        byte[] bytes = serde.encode(new PoolEntityRecord(new StoredStale("a", 1)));
        assertThat(serde.serialize("any", new PoolEntityRecord(new StoredStale("a", 1))))
                .isEqualTo(bytes);
        assertThat(serde.deserialize("any", bytes)).isEqualTo(new PoolEntityRecord(new StoredStale("a", 1)));
        assertThat(serde.serialize("any", null)).isNull();
        assertThat(serde.deserialize("any", null)).isNull();
    }

    @Test
    void shouldSayThatItCannotReadWhatNoReleaseStored() {
        StoreSerde<UsageRecord> serde = StoreSerde.of(UsageRecord.class, "usage-state");
        byte[] another = StoreSerde.of(PoolEntityRecord.class, "pool-state")
                .encode(new PoolEntityRecord(new StoredStale("a", 1)));
        for (byte[] bytes : List.of(new byte[0], new byte[] {1, 2, 3}, another)) {
            assertThatThrownBy(() -> serde.decode(bytes))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessage("a stored value can't be read");
        }
    }
}
