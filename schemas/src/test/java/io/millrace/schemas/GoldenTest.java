package io.millrace.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Today's schemas against everything that was recorded of them. */
class GoldenTest {

    private static final SchemaTree TREE = SchemaTree.ofThisModule();

    static List<String> schemas() {
        return TREE.all();
    }

    @ParameterizedTest
    @MethodSource("schemas")
    void shouldHaveRecordedTheCurrentSchema(String schema) {
        assertThat(TREE.versions(schema))
                .as("%s has no recorded version. Record it: schemas/record", schema)
                .isNotEmpty();
        SchemaTree.Version newest = TREE.versions(schema).getLast();
        assertThat(TREE.currentText(schema))
                .as(
                        "schemas/avro/%s.avsc is not what schemas/golden/%s/%d.avsc says. If the change is meant,"
                                + " record it: schemas/record",
                        schema, schema, newest.number())
                .isEqualTo(newest.schemaText());
    }

    @ParameterizedTest
    @MethodSource("schemas")
    void shouldReadWhatEveryRecordedVersionWrote(String schema) {
        Schema current = TREE.current(schema);
        for (SchemaTree.Version version : TREE.versions(schema)) {
            assertThat(Compatibility.problems(current, version.schema()))
                    .as("schemas/avro/%s.avsc against version %d", schema, version.number())
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("schemas")
    void shouldDecodeTheStoredBytesOfEveryRecordedVersion(String schema) throws ClassNotFoundException {
        Schema current = TREE.current(schema);
        Class<? extends SpecificRecord> type =
                Class.forName(current.getFullName()).asSubclass(SpecificRecord.class);
        for (SchemaTree.Version version : TREE.versions(schema)) {
            assertThat(version.samples()).as(version.name()).isNotEmpty();
            Schema writer = version.schema();
            assertThat(version.samples().stream()
                            .map(hex -> Samples.json(Samples.fromHex(hex, writer, type)))
                            .toList())
                    .as(version.name())
                    .isEqualTo(version.readings().stream()
                            .map(json -> Samples.json(Samples.fromJson(json, writer, current)))
                            .toList());
        }
    }

    @Test
    void shouldKeepReleasedVersionsAsTheyWere() {
        TREE.released()
                .forEach((name, fingerprint) -> assertThat(TREE.recorded().stream()
                                .flatMap(schema -> TREE.versions(schema).stream())
                                .filter(version -> version.name().equals(name))
                                .map(SchemaTree.Version::fingerprint))
                        .as("version %s was released: its files in schemas/golden may not change or go", name)
                        .containsExactly(fingerprint));
    }

    @Test
    void shouldRecordEachSchemaAndNothingElse() {
        assertThat(TREE.recorded()).isEqualTo(TREE.all());
    }
}
