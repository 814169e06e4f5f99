package io.millrace.streams.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.junit.jupiter.api.Test;

class StreamsDefaultsTest {

    private final StreamsDefaults defaults = new StreamsDefaults();

    @Test
    void shouldHaveTheseDefaults() {
        assertThat(defaults.getPropertyNames().stream()
                        .collect(Collectors.toMap(name -> name, name -> String.valueOf(defaults.getValue(name)))))
                .isEqualTo(Map.ofEntries(
                        Map.entry("kafka-streams.processing.guarantee", "exactly_once_v2"),
                        Map.entry("kafka-streams.commit.interval.ms", "100"),
                        Map.entry("kafka-streams.poll.ms", "20"),
                        Map.entry("kafka-streams.num.stream.threads", "1"),
                        Map.entry("kafka-streams.num.standby.replicas", "0"),
                        Map.entry("kafka-streams.statestore.cache.max.bytes", "0"),
                        Map.entry("kafka-streams.ensure.explicit.internal.resource.naming", "true"),
                        Map.entry("kafka-streams.group.protocol", "classic"),
                        Map.entry("kafka-streams.producer.transaction.timeout.ms", "10000"),
                        Map.entry("kafka-streams.producer.linger.ms", "100"),
                        Map.entry("kafka-streams.producer.batch.size", "65536"),
                        Map.entry("kafka-streams.producer.max.request.size", "8388608"),
                        Map.entry("kafka-streams.topic.max.message.bytes", "8388608"),
                        Map.entry("kafka-streams.producer.compression.type", "lz4"),
                        Map.entry("kafka-streams.main.consumer.session.timeout.ms", "10000"),
                        Map.entry("kafka-streams.main.consumer.heartbeat.interval.ms", "3000"),
                        Map.entry("kafka-streams.consumer.auto.offset.reset", "earliest"),
                        Map.entry("kafka-streams.consumer.fetch.max.wait.ms", "50")));
        assertThat(defaults.getValue("kafka-streams.application.id")).isNull();
    }

    @Test
    void shouldStayBelowWhatAServiceSaysItself() {
        assertThat(defaults.getOrdinal()).isEqualTo(50).isLessThan(ConfigSource.DEFAULT_ORDINAL);
        assertThat(defaults.getName()).isEqualTo("millrace-streams-defaults");
    }

    @Test
    void shouldBeFoundByEveryServiceThatDependsOnIt() {
        assertThat(ServiceLoader.load(ConfigSource.class)).hasAtLeastOneElementOfType(StreamsDefaults.class);
    }
}
