package io.millrace.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

/** The check itself: it lets additions pass and finds each way to break readers of old records. */
class CompatibilityTest {

    private static final String FIRST = topic("""
            {"name": "gpus", "type": "int"},
            {"name": "queue", "type": "string", "default": "batch"},
            {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
            {"name": "state", "type": {"type": "enum", "name": "State", "symbols": ["UNKNOWN", "DONE"], "default": "UNKNOWN"}}
            """);

    /** What the second release added. */
    private static final String SECOND = FIRST.replace(
            "{\"name\": \"gpus\"", "{\"name\": \"memory\", \"type\": \"int\", \"default\": 0}, {\"name\": \"gpus\"");

    /** What Avro says of the topic's record once an event of it can't be read. */
    private static final String UNREADABLE_EVENT =
            "cannot be read: x.Event has MISSING_UNION_BRANCH, reader union lacking writer type: RECORD";

    private static String topic(String fields) {
        return "{\"type\": \"record\", \"namespace\": \"x\", \"name\": \"Event\", \"fields\": [{\"name\": \"payload\", \"type\": ["
                + "{\"type\": \"record\", \"name\": \"Asked\", \"fields\": [" + fields + "]}]}]}";
    }

    /** Problems of a schema against all the versions before it. */
    private static List<String> problems(String current, String... versions) {
        Schema schema = SchemaTree.parse(current);
        List<String> problems = new ArrayList<>();
        for (String version : versions) {
            problems.addAll(Compatibility.problems(schema, SchemaTree.parse(version)));
        }
        return problems;
    }

    private static String changed(String schema, String from, String to) {
        assertThat(schema).contains(from);
        return schema.replace(from, to);
    }

    @Test
    void shouldAcceptAFieldWithADefault() {
        assertThat(problems(SECOND, FIRST)).isEmpty();
    }

    @Test
    void shouldAcceptANewSymbolAndANewEvent() {
        String current = changed(FIRST, "\"DONE\"", "\"DONE\", \"LOST\"");
        current = changed(current, "]}]}]}", "]}, {\"type\": \"record\", \"name\": \"Dropped\", \"fields\": []}]}]}");
        assertThat(problems(current, FIRST)).isEmpty();
    }

    @Test
    void shouldRefuseAFieldWithoutADefault() {
        assertThat(problems(changed(SECOND, ", \"default\": 0", ""), FIRST))
                .containsExactly(
                        "cannot be read: x.Asked has READER_FIELD_MISSING_DEFAULT_VALUE, memory", UNREADABLE_EVENT);
    }

    @Test
    void shouldRefuseARemovedDefaultThatOnlyTheOldestVersionNeeds() {
        String current = changed(SECOND, ", \"default\": 0", "");
        assertThat(Compatibility.problems(SchemaTree.parse(current), SchemaTree.parse(SECOND)))
                .containsExactly("field x.Asked.memory had another default; records without it would read otherwise");
        assertThat(problems(current, FIRST, SECOND))
                .containsExactly(
                        "cannot be read: x.Asked has READER_FIELD_MISSING_DEFAULT_VALUE, memory",
                        UNREADABLE_EVENT,
                        "field x.Asked.memory had another default; records without it would read otherwise");
    }

    @Test
    void shouldRefuseARenamedField() {
        assertThat(problems(changed(FIRST, "\"gpus\"", "\"gpu_count\""), FIRST))
                .containsExactly(
                        "cannot be read: x.Asked has READER_FIELD_MISSING_DEFAULT_VALUE, gpu_count",
                        "field x.Asked.gpus is gone; what was recorded in it would be lost",
                        UNREADABLE_EVENT);
    }

    @Test
    void shouldRefuseARenamedFieldThatADefaultWouldHide() {
        assertThat(problems(changed(FIRST, "\"queue\"", "\"queue_name\""), FIRST))
                .containsExactly("field x.Asked.queue is gone; what was recorded in it would be lost");
    }

    @Test
    void shouldRefuseAnotherDefault() {
        assertThat(problems(changed(FIRST, "\"default\": \"batch\"", "\"default\": \"interactive\""), FIRST))
                .containsExactly("field x.Asked.queue had another default; records without it would read otherwise");
    }

    @Test
    void shouldRefuseAnotherType() {
        assertThat(problems(changed(FIRST, "\"gpus\", \"type\": \"int\"", "\"gpus\", \"type\": \"string\""), FIRST))
                .containsExactly(
                        "cannot be read: x.Asked has TYPE_MISMATCH, reader type: STRING not compatible with writer"
                                + " type: INT",
                        UNREADABLE_EVENT);
    }

    @Test
    void shouldRefuseAnotherUnitOfTime() {
        assertThat(problems(changed(FIRST, "timestamp-millis", "timestamp-micros"), FIRST))
                .containsExactly("field x.Asked.at had another logical type; its numbers would mean something else");
    }

    @Test
    void shouldRefuseARemovedMark() {
        String marked = changed(FIRST, "\"type\": \"int\"", "\"type\": \"int\", \"personal\": true");
        assertThat(problems(marked, FIRST)).isEmpty();
        assertThat(problems(FIRST, marked))
                .containsExactly("field x.Asked.gpus was marked personal; what it holds tells of a person still");
    }

    @Test
    void shouldRefuseARemovedSymbol() {
        assertThat(problems(changed(FIRST, ", \"DONE\"", ""), FIRST)).containsExactly("symbol DONE of x.State is gone");
    }

    @Test
    void shouldRefuseARemovedEvent() {
        assertThat(problems(changed(FIRST, "\"Asked\"", "\"Requested\""), FIRST))
                .containsExactly("type x.Asked is gone or is no record any more", UNREADABLE_EVENT);
    }
}
