package io.millrace.bench.pipeline;

import io.millrace.streams.Topic.Principal;
import io.millrace.streams.runtime.StreamsDefaults;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.streams.StreamsConfig;

/** The settings that services run with, for the topology and for what is compared with it. */
final class ServiceSettings {

    private static final String PREFIX = "kafka-streams.";
    private static final String INSTANCE = "main.consumer.group.instance.id";

    private final StreamsConfig config;
    private final Properties properties = new Properties();

    /** @param application the application's id, and its group's: one that the scheduler's principal may have */
    ServiceSettings(Cluster cluster, String application) {
        StreamsDefaults defaults = new StreamsDefaults();
        for (String name : defaults.getPropertyNames()) {
            String value = defaults.getValue(name);
            if (value != null && name.startsWith(PREFIX)) {
                properties.setProperty(name.substring(PREFIX.length()), value);
            }
        }
        properties.setProperty(StreamsConfig.APPLICATION_ID_CONFIG, application);
        properties.putAll(cluster.client(Principal.SCHEDULER));
        properties.setProperty(StreamsConfig.STATE_DIR_CONFIG, cluster.folder().toString());
        properties.setProperty(INSTANCE, application + "-0");
        config = new StreamsConfig(properties);
    }

    Properties streams() {
        return properties;
    }

    Duration poll() {
        return Duration.ofMillis(config.getLong(StreamsConfig.POLL_MS_CONFIG));
    }

    Duration commitInterval() {
        return Duration.ofMillis(config.getLong(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG));
    }

    /** What Streams gives its main consumer, without what makes it Streams' own. */
    Map<String, Object> consumer(Cluster cluster) {
        Map<String, Object> streams = config.getMainConsumerConfigs("bench", "bench", 0);
        Map<String, Object> consumer = cluster.client(Principal.SCHEDULER);
        for (String name : ConsumerConfig.configNames()) {
            if (streams.containsKey(name)) {
                consumer.put(name, streams.get(name));
            }
        }
        consumer.remove(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG);
        consumer.remove(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);
        consumer.remove(ConsumerConfig.CLIENT_ID_CONFIG);
        return consumer;
    }

    /** What Streams gives its producer. */
    Map<String, Object> producer(Cluster cluster) {
        Map<String, Object> producer = new HashMap<>(config.getProducerConfigs("bench"));
        producer.putAll(cluster.client(Principal.SCHEDULER));
        return producer;
    }
}
