package io.millrace.streams.runtime;

import io.millrace.streams.Topic;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.jspecify.annotations.Nullable;

/**
 * Kafka Streams settings that all services share, as a source of configuration below everything else: a service's own
 * properties, the environment and the command line override them.
 *
 * <p>With static membership and short sessions a killed process is back in its partitions within seconds.
 */
public final class StreamsDefaults implements ConfigSource {

    private static final int BELOW_APPLICATION_PROPERTIES = 50;

    private static final Map<String, String> DEFAULTS = Map.ofEntries(
            Map.entry("kafka-streams.processing.guarantee", "exactly_once_v2"),
            Map.entry("kafka-streams.commit.interval.ms", "100"),
            Map.entry("kafka-streams.poll.ms", "20"),
            Map.entry("kafka-streams.num.stream.threads", "1"),
            Map.entry("kafka-streams.num.standby.replicas", "0"),
            Map.entry("kafka-streams.statestore.cache.max.bytes", "0"),
            Map.entry("kafka-streams.ensure.explicit.internal.resource.naming", "true"),
            Map.entry("kafka-streams.group.protocol", "classic"),
            Map.entry("kafka-streams.producer.transaction.timeout.ms", "10000"),
            // Nobody reads before the commit, which sends at once what is still held back: waiting only fills batches.
            Map.entry("kafka-streams.producer.linger.ms", "100"),
            Map.entry("kafka-streams.producer.batch.size", "65536"),
            Map.entry("kafka-streams.producer.max.request.size", Integer.toString(Topic.LARGEST_MESSAGE)),
            Map.entry("kafka-streams.topic.max.message.bytes", Integer.toString(Topic.LARGEST_MESSAGE)),
            Map.entry("kafka-streams.producer.compression.type", "lz4"),
            Map.entry("kafka-streams.main.consumer.session.timeout.ms", "10000"),
            Map.entry("kafka-streams.main.consumer.heartbeat.interval.ms", "3000"),
            Map.entry("kafka-streams.consumer.auto.offset.reset", "earliest"),
            Map.entry("kafka-streams.consumer.fetch.max.wait.ms", "50"));

    @Override
    public int getOrdinal() {
        return BELOW_APPLICATION_PROPERTIES;
    }

    @Override
    public Set<String> getPropertyNames() {
        return DEFAULTS.keySet();
    }

    @Override
    public @Nullable String getValue(String name) {
        return DEFAULTS.get(name);
    }

    @Override
    public String getName() {
        return "millrace-streams-defaults";
    }
}
