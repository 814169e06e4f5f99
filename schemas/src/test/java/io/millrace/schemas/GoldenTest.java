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

    static List<String> topics() {
        return TREE.topics();
    }

    @ParameterizedTest
    @MethodSource("topics")
    void shouldHaveRecordedTheCurrentSchema(String topic) {
        assertThat(TREE.versions(topic))
                .as("%s has no recorded version. Record it: schemas/record", topic)
                .isNotEmpty();
        SchemaTree.Version newest = TREE.versions(topic).getLast();
        assertThat(TREE.currentText(topic))
                .as(
                        "schemas/avro/%s.avsc is not what schemas/golden/%s/%d.avsc says. If the change is meant,"
                                + " record it: schemas/record",
                        topic, topic, newest.number())
                .isEqualTo(newest.schemaText());
    }

    @ParameterizedTest
    @MethodSource("topics")
    void shouldReadWhatEveryRecordedVersionWrote(String topic) {
        Schema current = TREE.current(topic);
        for (SchemaTree.Version version : TREE.versions(topic)) {
            assertThat(Compatibility.problems(current, version.schema()))
                    .as("schemas/avro/%s.avsc against version %d", topic, version.number())
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("topics")
    void shouldDecodeTheStoredBytesOfEveryRecordedVersion(String topic) throws ClassNotFoundException {
        Schema current = TREE.current(topic);
        Class<? extends SpecificRecord> type =
                Class.forName(current.getFullName()).asSubclass(SpecificRecord.class);
        for (SchemaTree.Version version : TREE.versions(topic)) {
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
                .forEach((name, fingerprint) -> assertThat(TREE.recordedTopics().stream()
                                .flatMap(topic -> TREE.versions(topic).stream())
                                .filter(version -> version.name().equals(name))
                                .map(SchemaTree.Version::fingerprint))
                        .as("version %s was released: its files in schemas/golden may not change or go", name)
                        .containsExactly(fingerprint));
    }

    @Test
    void shouldRecordNothingButTopics() {
        assertThat(TREE.recordedTopics()).isEqualTo(TREE.topics());
    }
}
