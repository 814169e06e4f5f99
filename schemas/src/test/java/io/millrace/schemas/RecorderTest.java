package io.millrace.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecorderTest {

    private static final String FIRST = """
            {"type": "record", "name": "Event", "fields": [{"name": "payload", "type": [
              {"type": "record", "name": "Asked", "fields": [{"name": "gpus", "type": "int"}]}]}]}
            """;
    private static final String WITH_QUEUE = FIRST.replace(
            "[{\"name\": \"gpus\"",
            "[{\"name\": \"queue\", \"type\": \"string\", \"default\": \"\"}, {\"name\": \"gpus\"");
    private static final String BROKEN = FIRST.replace("gpus", "gpu_count");

    @TempDir
    private Path folder;

    private SchemaTree tree;
    private Recorder recorder;

    @BeforeEach
    void setUp() throws IOException {
        tree = new SchemaTree(folder.resolve("avro"), folder.resolve("golden"));
        recorder = new Recorder(tree);
        Files.createDirectory(folder.resolve("avro"));
        current(FIRST);
    }

    private void current(String text) throws IOException {
        Files.writeString(folder.resolve("avro/asks.avsc"), text);
    }

    @Test
    void shouldRecordTwoSamplesOfEachEvent() {
        assertThat(recorder.record()).containsExactly("recorded asks 1");
        assertThat(tree.versions("asks"))
                .containsExactly(new SchemaTree.Version(
                        "asks",
                        1,
                        FIRST,
                        List.of("0002", "0004"),
                        List.of("{\"payload\":{\"Asked\":{\"gpus\":1}}}", "{\"payload\":{\"Asked\":{\"gpus\":2}}}")));
    }

    @Test
    void shouldRecordStoresBesideTopics() throws IOException {
        Files.createDirectory(folder.resolve("avro/stores"));
        Files.writeString(folder.resolve("avro/stores/state.avsc"), """
                {"type": "record", "name": "State", "fields": [{"name": "gpus", "type": "int"}]}
                """);
        assertThat(recorder.record()).containsExactly("recorded asks 1", "recorded stores/state 1");
        assertThat(tree.recorded()).containsExactly("asks", "stores/state").isEqualTo(tree.all());
        assertThat(tree.topics()).containsExactly("asks");
        assertThat(tree.versions("stores/state").getFirst().readings()).containsExactly("{\"gpus\":1}", "{\"gpus\":2}");
    }

    @Test
    void shouldDoNothingWhenNothingChanged() {
        recorder.record();
        assertThat(recorder.record()).isEmpty();
        recorder.release();
        assertThat(recorder.record()).isEmpty();
        assertThat(recorder.release()).isEmpty();
    }

    @Test
    void shouldOverwriteAVersionThatIsNotReleased() throws IOException {
        recorder.record();
        current(BROKEN);
        assertThat(recorder.record()).containsExactly("recorded asks 1");
        assertThat(tree.versions("asks"))
                .extracting(SchemaTree.Version::schemaText)
                .containsExactly(BROKEN);
    }

    @Test
    void shouldFollowAReleasedVersionByTheNext() throws IOException {
        recorder.record();
        assertThat(recorder.release()).containsExactly("released asks 1");
        current(WITH_QUEUE);
        assertThat(recorder.record()).containsExactly("recorded asks 2");
        assertThat(tree.versions("asks"))
                .extracting(SchemaTree.Version::schemaText)
                .containsExactly(FIRST, WITH_QUEUE);
    }

    @Test
    void shouldRefuseAChangeThatBreaksAReleasedVersion() throws IOException {
        recorder.record();
        recorder.release();
        current(BROKEN);
        assertThatThrownBy(recorder::record)
                .hasMessageContaining("nothing was recorded")
                .hasMessageContaining("asks 1: field Asked.gpus is gone");
        assertThat(tree.versions("asks")).hasSize(1);
    }

    @Test
    void shouldNoticeAReleasedVersionThatWasEdited() throws IOException {
        recorder.record();
        recorder.release();
        String released = tree.released().get("asks 1");
        assertThat(tree.versions("asks").getFirst().fingerprint()).isEqualTo(released);

        Files.writeString(folder.resolve("golden/asks/1.hex"), "0006\n0004\n");
        assertThat(tree.versions("asks").getFirst().fingerprint()).isNotEqualTo(released);
    }
}
