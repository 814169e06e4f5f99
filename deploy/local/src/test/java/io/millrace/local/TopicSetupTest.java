package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.streams.Topic;
import io.millrace.streams.Topics;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;

class TopicSetupTest {

    private static Map<String, NewTopic> wanted(boolean keepEverything) {
        return TopicSetup.wanted(keepEverything).stream()
                .collect(Collectors.toMap(NewTopic::name, Function.identity()));
    }

    private static NewTopic wanted(String name, boolean keepEverything) {
        return Objects.requireNonNull(wanted(keepEverything).get(name));
    }

    @Test
    void shouldWantEveryTopicAsItIsDeclared() {
        assertThat(wanted(false)).hasSize(2 * Topics.ALL.size());
        for (Topic<?> topic : Topics.ALL) {
            NewTopic created = wanted(topic.name(), false);
            assertThat(created.numPartitions()).isEqualTo(topic.partitions());
            assertThat(created.replicationFactor())
                    .as("as many copies as the broker makes by default")
                    .isEqualTo((short) -1);
            assertThat(created.configs()).isEqualTo(topic.brokerConfig());
        }
    }

    @Test
    void shouldKeepDeadLettersForAMonth() {
        assertThat(wanted("job-events.dlq", false).configs())
                .isEqualTo(Map.of(
                        "cleanup.policy", "delete", "retention.ms", "2592000000", "max.message.bytes", "8388608"));
    }

    @Test
    void shouldDeleteNothingByAgeWhereTimesArePlayed() {
        List<NewTopic> all = TopicSetup.wanted(true);
        assertThat(all)
                .allSatisfy(
                        topic -> assertThat(topic.configs().get("retention.ms")).isIn(null, "-1"));
        assertThat(wanted("pending-reasons", true).configs())
                .isEqualTo(Map.of("cleanup.policy", "compact", "max.message.bytes", "8388608"));
    }
}
