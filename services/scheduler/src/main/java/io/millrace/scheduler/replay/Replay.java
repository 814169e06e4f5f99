package io.millrace.scheduler.replay;

import io.millrace.events.cycle.CycleDecided;
import io.millrace.scheduler.codec.InputCodec;
import io.millrace.scheduler.replay.ReplayReport.PoolReplay;
import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.Topic;
import io.millrace.streams.Topics;
import io.millrace.streams.runtime.TopicReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Decides the recorded {@code pool-inputs} again, with the very code that decided it live, and compares every cycle
 * with {@code scheduling-cycles}. Reads committed records only, and writes nothing.
 */
public final class Replay {

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
     * @param client how to reach the broker
     * @param pool only this pool; null for all
     * @param untilOffset of {@code pool-inputs}, the last one to read; null for all
     */
    public static ReplayReport run(
            Map<String, Object> client, SchemaLookup schemas, @Nullable String pool, @Nullable Long untilOffset) {
        Bounds bounds = new Bounds(pool, untilOffset);
        // Cycles first: whatever they rest on is in the log by then.
        Map<String, Map<Long, CycleDecided>> recorded = new TreeMap<>();
        read(client, schemas, Topics.SCHEDULING_CYCLES, (record, event) -> {
            CycleDecided cycle = (CycleDecided) event.getPayload();
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
                        .take(event, record.offset());
            }
        });
        List<PoolReplay> pools = new ArrayList<>();
        runs.values().forEach(run -> pools.add(run.report()));
        return new ReplayReport(
                pools.stream().mapToInt(PoolReplay::cycles).sum(),
                pools.stream().mapToInt(PoolReplay::equal).sum(),
                pools);
    }

    @FunctionalInterface
    private interface Taker<E> {
        void take(ConsumerRecord<String, byte[]> record, E event);
    }

    /** All records of a topic that are committed now, each partition in its order. */
    private static <E extends SpecificRecord> void read(
            Map<String, Object> client, SchemaLookup schemas, Topic<E> topic, Taker<E> taker) {
        EventSerde<E> serde = EventSerde.of(topic, schemas);
        try (TopicReader reader = new TopicReader(client, List.of(topic.name()))) {
            reader.toEnd(record -> taker.take(record, serde.decode(record.value())));
        }
    }
}
