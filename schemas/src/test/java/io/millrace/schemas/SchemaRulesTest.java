package io.millrace.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every schema has in common. */
class SchemaRulesTest {

    private static final SchemaTree TREE = SchemaTree.ofThisModule();

    static List<String> topics() {
        return TREE.topics();
    }

    static List<String> schemas() {
        return TREE.all();
    }

    @ParameterizedTest
    @MethodSource("schemas")
    void shouldStandOnItsOwn(String name) {
        assertThat(TREE.current(name).getType()).isEqualTo(Schema.Type.RECORD);
    }

    @ParameterizedTest
    @MethodSource("schemas")
    void shouldSayWhatEachTypeAndFieldIs(String name) {
        assertThat(undocumented(TREE.current(name)))
                .as("types and fields of schemas/avro/%s.avsc without a doc", name)
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("topics")
    void shouldCarryTheEnvelope(String topic) {
        Schema schema = TREE.current(topic);
        assertThat(schema.getNamespace()).startsWith("io.millrace.events.");
        assertThat(schema.getFields())
                .extracting(Schema.Field::name)
                .startsWith("event_id", "occurred_at", "actor")
                .endsWith("payload");
        assertThat(schema.getField("event_id").schema().getType()).isEqualTo(Schema.Type.STRING);
        assertThat(schema.getField("occurred_at").schema().getLogicalType()).isEqualTo(LogicalTypes.timestampMillis());
        assertThat(schema.getField("actor").schema().getType()).isEqualTo(Schema.Type.STRING);
        assertThat(schema.getField("payload").schema().getType()).isEqualTo(Schema.Type.UNION);
        assertThat(schema.getField("payload").schema().getTypes())
                .extracting(Schema::getType)
                .containsOnly(Schema.Type.RECORD);
    }

    /** A reader that does not know a newer symbol reads the default instead of failing; a store has no such reader. */
    @ParameterizedTest
    @MethodSource("topics")
    void shouldGiveEachEnumADefault(String topic) {
        assertThat(Compatibility.namedTypes(TREE.current(topic)).values().stream()
                        .filter(type -> type.getType() == Schema.Type.ENUM && type.getEnumDefault() == null)
                        .map(Schema::getFullName))
                .as("enums of schemas/avro/%s.avsc without a default", topic)
                .isEmpty();
    }

    /** A misspelt mark would mark nothing. */
    @ParameterizedTest
    @MethodSource("schemas")
    void shouldMarkFieldsInOneWay(String name) {
        Compatibility.namedTypes(TREE.current(name)).values().stream()
                .filter(type -> type.getType() == Schema.Type.RECORD)
                .flatMap(type -> type.getFields().stream())
                .forEach(field -> assertThat(field.getObjectProps())
                        .as("%s: the only mark of a field is \"personal\": true", field.name())
                        .isIn(Map.of(), Map.of("personal", true)));
    }

    @Test
    void shouldMarkWhatTellsOfAPerson() {
        assertThat(Compatibility.namedTypes(TREE.current("predictions")).values().stream()
                        .filter(type -> type.getType() == Schema.Type.RECORD)
                        .flatMap(type -> type.getFields().stream())
                        .filter(field -> field.getObjectProp("personal") != null)
                        .map(Schema.Field::name))
                .containsExactlyInAnyOrder("personal_features", "subject");
    }

    @Test
    void shouldGiveEachSchemaItsOwnNamespace() {
        assertThat(TREE.all().stream().map(name -> TREE.current(name).getNamespace()))
                .doesNotHaveDuplicates();
    }

    @Test
    void shouldFindWhatHasNoDoc() {
        Schema schema = SchemaTree.parse("""
                {"type": "record", "name": "Event", "doc": "An event.", "fields": [
                  {"name": "id", "type": "string", "doc": " "},
                  {"name": "payload", "doc": "One of them.", "type": [
                    {"type": "record", "name": "Asked", "fields": [{"name": "gpus", "type": "int"}]}]}]}
                """);
        assertThat(undocumented(schema)).containsExactly("Asked", "Asked.gpus", "Event.id");
    }

    private static List<String> undocumented(Schema schema) {
        List<String> found = new ArrayList<>();
        Compatibility.namedTypes(schema).forEach((name, type) -> {
            if (isBlank(type.getDoc())) {
                found.add(name);
            }
            if (type.getType() == Schema.Type.RECORD) {
                type.getFields().stream()
                        .filter(field -> isBlank(field.doc()))
                        .forEach(field -> found.add(name + "." + field.name()));
            }
        });
        return found;
    }

    private static boolean isBlank(@Nullable String doc) {
        return doc == null || doc.isBlank();
    }
}
