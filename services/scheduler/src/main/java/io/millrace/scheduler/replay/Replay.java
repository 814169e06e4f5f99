package io.millrace.scheduler.replay;

import io.millrace.events.cycle.CycleDecided;
import io.millrace.events.cycle.CycleEvent;
import io.millrace.events.pool.PoolInput;
import io.millrace.scheduler.codec.InputCodec;
import io.millrace.scheduler.replay.ReplayReport.PoolReplay;
import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaRegistry;
import io.millrace.streams.Topic;
import io.millrace.streams.Topics;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Decides the recorded {@code pool-inputs} again, with the very code that decided it live, and compares every cycle
 * with {@code scheduling-cycles}. Reads committed records only, and writes nothing.
 */
public final class Replay {

    private static final Duration POLL = Duration.ofMillis(200);

    private Replay() {}

    /** @param offset null for the whole log of the pool */
    private record Bounds(@Nullable String pool, @Nullable Long offset) {
        boolean takes(String name, long at) {
            return (pool == null || pool.equals(name)) && (offset == null || at <= offset);
        }
    }

    /**
     * Everything recorded so far.
     *
     * @param client properties as {@code up} writes them for clients
     * @param pool only this pool; null for all
     * @param untilOffset of {@code pool-inputs}, the last one to read; null for all
     */
    public static ReplayReport run(Properties client, @Nullable String pool, @Nullable Long untilOffset) {
        Bounds bounds = new Bounds(pool, untilOffset);
        SchemaRegistry schemas = new SchemaRegistry(
                URI.create(required(client, "schema.registry.url")),
                Path.of(required(client, "millrace.schema.cache")));
        // Cycles first: whatever they rest on is in the log by then.
        Map<String, Map<Long, CycleDecided>> recorded = new TreeMap<>();
        read(client, schemas, Topics.SCHEDULING_CYCLES, (record, event) -> {
            CycleDecided cycle = (CycleDecided) ((CycleEvent) event).getPayload();
            if (bounds.takes(record.key(), cycle.getInputOffset())) {
                recorded.computeIfAbsent(record.key(), k -> new HashMap<>()).put(cycle.getCycle(), cycle);
            }
        });
        InputCodec codec = new InputCodec(schemas);
        Map<String, PoolRun> runs = new TreeMap<>();
        recorded.forEach((name, cycles) -> runs.put(name, new PoolRun(name, codec, cycles)));
        read(client, schemas, Topics.POOL_INPUTS, (record, event) -> {
            if (bounds.takes(record.key(), record.offset())) {
                runs.computeIfAbsent(record.key(), name -> new PoolRun(name, codec, Map.of()))
                        .take((PoolInput) event, record.offset());
            }
        });
        List<PoolReplay> pools = new ArrayList<>();
        runs.values().forEach(run -> pools.add(run.report()));
        return new ReplayReport(
                pools.stream().mapToInt(PoolReplay::cycles).sum(),
                pools.stream().mapToInt(PoolReplay::equal).sum(),
                pools);
    }

    private static String required(Properties client, String key) {
        String value = client.getProperty(key);
        if (value == null) {
            throw new IllegalArgumentException("the client properties don't say " + key);
        }
        return value;
    }

    @FunctionalInterface
    private interface Reader {
        void take(ConsumerRecord<String, byte[]> record, SpecificRecord event);
    }

    /** All records of a topic that are committed now, each partition in its order. */
    private static <E extends SpecificRecord> void read(
            Properties client, SchemaRegistry schemas, Topic<E> topic, Reader reader) {
        Properties config = new Properties();
        client.stringPropertyNames().stream()
                .filter(key -> !key.startsWith("millrace.") && !key.startsWith("schema.registry."))
                .forEach(key -> config.setProperty(key, client.getProperty(key)));
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        EventSerde<E> serde = EventSerde.of(topic, schemas);
        try (Consumer<String, byte[]> consumer =
                new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic.name()).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(at -> consumer.position(at) < ends.getOrDefault(at, 0L))) {
                for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                    reader.take(record, serde.decode(record.value()));
                }
            }
        }
    }
}
