package io.millrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.local.TopicSetup;
import io.millrace.streams.Topic;
import io.millrace.streams.Topics;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.junit.jupiter.api.Test;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;

/** The topics on a broker as it is deployed, where a container engine is there to run one. */
class ContainerBrokerTest {

    private static final DockerImageName IMAGE = DockerImageName.parse("apache/kafka:4.3.1");

    @Test
    void shouldSetUpEveryTopicOnABrokerInAContainer() throws Exception {
        assumeTrue(DockerClientFactory.instance().isDockerAvailable(), "no container engine here");
        try (KafkaContainer kafka = new KafkaContainer(IMAGE)) {
            kafka.start();
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.getBootstrapServers()))) {
                TopicSetup.create(admin, false);
                Map<String, TopicDescription> made = admin.describeTopics(
                                Topics.ALL.stream().map(Topic::name).toList())
                        .allTopicNames()
                        .get();
                assertThat(made).hasSize(Topics.ALL.size());
                Topics.ALL.forEach(topic -> assertThat(made.get(topic.name()))
                        .as(topic.name())
                        .isNotNull()
                        .satisfies(description ->
                                assertThat(description.partitions()).hasSize(topic.partitions())));
            }
        }
    }
}
