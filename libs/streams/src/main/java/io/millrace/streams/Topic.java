package io.millrace.streams;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.config.TopicConfig;

/**
 * One topic: what it is called, what it holds, how it is kept and who may use it. Keys are UTF-8 strings; what a key
 * stands for is {@link #key}.
 *
 * @param <E> the generated class of its values
 * @param key what the record key is, for example "job id"
 * @param partitions fixed for the topic's life: keys are routed by it
 * @param audited whether the audit log covers its records
 */
public record Topic<E extends SpecificRecord>(
        String name,
        String key,
        Class<E> valueType,
        int partitions,
        Retention retention,
        Set<Principal> writers,
        Set<Principal> readers,
        boolean audited) {

    /** Who a topic's permissions are given to. */
    public enum Principal {
        USERS,
        AGENTS,
        SIMULATOR,
        SCHEDULER,
        TRACKER,
        GOVERNANCE,
        COST,
        MONITOR
    }

    /** How long records are kept. */
    public sealed interface Retention {
        record Lasting(Duration time) implements Retention {}

        record Forever() implements Retention {}

        /** Only the newest record of each key. */
        record Compacted() implements Retention {}
    }

    /** The schema that values are written with. */
    public Schema schema() {
        return SpecificData.get().getSchema(valueType);
    }

    /** The registry subject of the values, by Confluent's topic-name strategy. */
    public String subject() {
        return name + "-value";
    }

    /** Name of the topic that takes what a reader of this one could not read. */
    public String deadLetterTopic() {
        return name + ".dlq";
    }

    /** The topic's settings on the broker. */
    public Map<String, String> brokerConfig() {
        return switch (retention) {
            case Retention.Lasting(Duration time) ->
                Map.of(
                        TopicConfig.CLEANUP_POLICY_CONFIG,
                        TopicConfig.CLEANUP_POLICY_DELETE,
                        TopicConfig.RETENTION_MS_CONFIG,
                        Long.toString(time.toMillis()));
            case Retention.Forever() ->
                Map.of(
                        TopicConfig.CLEANUP_POLICY_CONFIG,
                        TopicConfig.CLEANUP_POLICY_DELETE,
                        TopicConfig.RETENTION_MS_CONFIG,
                        "-1");
            case Retention.Compacted() -> Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT);
        };
    }
}
