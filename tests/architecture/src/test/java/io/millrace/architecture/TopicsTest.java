package io.millrace.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.streams.Topic;
import io.millrace.streams.Topics;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The topic registry against the schemas. */
class TopicsTest {

    private static final Path SCHEMAS = Code.ROOT.resolve("schemas/avro");

    static List<Topic<?>> topics() {
        return Topics.ALL;
    }

    @Test
    void shouldDeclareATopicForEachSchema() throws IOException {
        try (Stream<Path> files = Files.list(SCHEMAS)) {
            assertThat(Topics.ALL.stream().map(topic -> topic.name() + ".avsc"))
                    .as("each schemas/avro/<topic>.avsc is a topic in Topics.ALL, and the other way round")
                    .containsExactlyInAnyOrderElementsOf(
                            files.map(file -> file.getFileName().toString())
                                    .filter(name -> name.endsWith(".avsc"))
                                    .toList());
        }
    }

    @Test
    void shouldListEachDeclaredTopic() {
        List<Object> declared = Arrays.stream(Topics.class.getFields())
                .filter(field -> Modifier.isStatic(field.getModifiers()) && field.getType() == Topic.class)
                .map(field -> {
                    try {
                        return field.get(null);
                    } catch (IllegalAccessException e) {
                        throw new AssertionError(e);
                    }
                })
                .toList();
        assertThat(declared).containsExactlyInAnyOrderElementsOf(Topics.ALL);
    }

    @ParameterizedTest
    @MethodSource("topics")
    void shouldHoldWhatItsSchemaSays(Topic<?> topic) throws IOException {
        Schema file = new Schema.Parser().parse(Files.readString(SCHEMAS.resolve(topic.name() + ".avsc")));
        assertThat(topic.valueType().getName()).isEqualTo(file.getFullName());
        assertThat(topic.writers()).as("a topic that nobody may write").isNotEmpty();
    }

    /** Records of one job, node or pool meet in one task only when their topics are cut the same way. */
    @ParameterizedTest
    @MethodSource("topics")
    void shouldCutTopicsWithTheSameKeyTheSameWay(Topic<?> topic) {
        assertThat(Topics.ALL.stream().filter(other -> other.key().equals(topic.key())))
                .as("topics with the key %s", topic.key())
                .allSatisfy(other -> assertThat(other.partitions()).isEqualTo(topic.partitions()));
    }
}
