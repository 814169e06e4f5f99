package io.millrace.streams;

import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * One topic: what it is called, what it holds, how it is kept and who may use it. Keys are UTF-8 strings; what a key
 * stands for is {@link #key}.
 *
 * @param <E> the generated class of its values
 * @param key what the record key is, for example "job id"
 * @param partitions fixed for the topic's life: keys are routed by it
 * @param owner who answers for what is in it: the service that writes it, or those whose word it takes
 * @param audited whether the audit log covers its records
 */
public record Topic<E extends SpecificRecord>(
        String name,
        String key,
        Class<E> valueType,
        int partitions,
        Retention retention,
        Principal owner,
        Set<Principal> writers,
        Set<Principal> readers,
        boolean audited) {

    /** What services may write, in bytes; several times what others may. */
    public static final int LARGEST_MESSAGE = 8 << 20;

    /** What the {@link #key} of a topic that is cut by job is. */
    private static final String BY_JOB = "job id";

    /** Who a topic's permissions are given to. */
    public enum Principal {
        /** People, their training code and their tools. */
        USERS,
        /** Node agents. */
        AGENTS,
        /** Whoever plays a trace, as its users and as its nodes. */
        SIMULATOR,
        SCHEDULER,
        TRACKER,
        GOVERNANCE,
        COST,
        MONITOR;

        /**
         * The name it has on the broker. A service's is its application id too; what it has for itself, groups,
         * transactional ids and internal topics, begins with it.
         */
        public String userName() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Whether it is a service of Millrace's. */
        public boolean isService() {
            return switch (this) {
                case USERS, AGENTS, SIMULATOR -> false;
                case SCHEDULER, TRACKER, GOVERNANCE, COST, MONITOR -> true;
            };
        }
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
        return DeadLetter.topicOf(name);
    }

    /** What goes beside an event: in a topic cut by job, which trace it belongs to. */
    public Headers headers(String recordKey, SpecificRecord event) {
        return key.equals(BY_JOB) ? Envelope.ofJob(recordKey, Envelope.of(event).eventId()) : new RecordHeaders();
    }

    /** The topic's settings on the broker. */
    public Map<String, String> brokerConfig() {
        Map<String, String> config = new HashMap<>();
        switch (retention) {
            case Retention.Lasting(Duration time) ->
                config.put(TopicConfig.RETENTION_MS_CONFIG, Long.toString(time.toMillis()));
            case Retention.Forever() -> config.put(TopicConfig.RETENTION_MS_CONFIG, "-1");
            case Retention.Compacted() -> {}
        }
        config.put(
                TopicConfig.CLEANUP_POLICY_CONFIG,
                retention instanceof Retention.Compacted
                        ? TopicConfig.CLEANUP_POLICY_COMPACT
                        : TopicConfig.CLEANUP_POLICY_DELETE);
        if (owner.isService()) {
            // A service puts something around what others sent it: their largest record must still fit.
            config.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(LARGEST_MESSAGE));
        }
        return config;
    }
}
