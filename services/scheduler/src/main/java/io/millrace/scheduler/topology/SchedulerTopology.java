package io.millrace.scheduler.topology;

import io.millrace.scheduler.codec.InputCodec;
import io.millrace.scheduler.domain.Pool;
import io.millrace.scheduler.domain.PoolDecider;
import io.millrace.stores.usage.UsageRecord;
import io.millrace.streams.DeadLetter;
import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.ServiceClock;
import io.millrace.streams.StoreSerde;
import io.millrace.streams.Topics;
import io.millrace.streams.decider.DeciderProcessor;
import io.millrace.streams.decider.DeciderStore;
import io.millrace.streams.gather.GatherProcessor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.StreamPartitioner;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * The scheduler as a topology of three parts. Gather appends what a pool must see to its log, {@code pool-inputs}.
 * Fold reads that log alone, decides and publishes. Usage sums each team's and user's account over all pools.
 */
public final class SchedulerTopology {

    public static final String POOL_STORE = "pool-state";
    static final String OWNERS_STORE = "owners";
    static final String LEDGER_STORE = "usage-accounts";

    static final String DECISIONS_SINK = "job-decisions-sink";
    static final String CYCLES_SINK = "scheduling-cycles-sink";
    static final String USAGE_SINK = "pool-usage-sink";
    static final String REASONS_SINK = "pending-reasons-sink";
    static final String FOLD_SIGNALS_SINK = "fold-alert-signals-sink";

    private static final String GATHER = "gather";
    private static final String GATHER_LOG_SINK = "gather-pool-inputs-sink";
    private static final String DEAD_LETTER_SINK = "dead-letter-sink";
    private static final String SIGNALS_SINK = "alert-signals-sink";
    private static final String USAGE_SOURCE = "pool-usage-source";
    private static final String LEDGER = "usage-ledger";
    private static final String FAIR_SHARE_SINK = "fair-share-usage-sink";
    private static final String LOG_SOURCE = "pool-inputs-source";
    private static final String FOLD = "fold";
    private static final String TICK_SINK = "tick-pool-inputs-sink";
    private static final String SERVICE = "scheduler";

    private SchedulerTopology() {}

    /**
     * @param pools partition of {@code pool-inputs} for each pool; fixed for a pool's life
     * @param listener told of each pool as its store had it
     */
    public static Topology build(
            Map<String, Integer> pools,
            ServiceClock clock,
            SchemaLookup schemas,
            DeciderProcessor.RestoreListener<Pool> listener) {
        Topology topology = new Topology();
        InputCodec codec = new InputCodec(schemas);
        gather(topology, pools, clock, schemas, codec);
        fold(topology, pools, clock, schemas, codec, listener);
        usage(topology, schemas);
        return topology;
    }

    /** The topic in which Kafka Streams keeps what pools are made of. */
    public static String poolChangelog(String applicationId) {
        return applicationId + "-" + POOL_STORE + "-changelog";
    }

    /** The topic in which Kafka Streams keeps which pool owns what. */
    public static String ownersChangelog(String applicationId) {
        return applicationId + "-" + OWNERS_STORE + "-changelog";
    }

    private static void gather(
            Topology topology, Map<String, Integer> pools, ServiceClock clock, SchemaLookup schemas, InputCodec codec) {
        List<String> parents = new ArrayList<>();
        List<String> topics = new ArrayList<>(List.of(
                Topics.JOB_EVENTS.name(),
                Topics.ATTEMPT_EVENTS.name(),
                Topics.NODE_EVENTS.name(),
                Topics.POLICY_EVENTS.name(),
                Topics.ORG_EVENTS.name()));
        if (!clock.ticks()) {
            topics.add(Topics.CLOCK.name());
        }
        for (String topic : topics) {
            String source = topic + "-source";
            topology.addSource(source, new StringDeserializer(), new ByteArrayDeserializer(), topic);
            parents.add(source);
        }
        GatherProcessor.Outputs outputs = new GatherProcessor.Outputs(GATHER_LOG_SINK, DEAD_LETTER_SINK, SIGNALS_SINK);
        PoolGathering gathering = new PoolGathering(codec, pools.keySet());
        topology.addProcessor(
                GATHER,
                () -> new GatherProcessor<>(gathering, clock, SERVICE, OWNERS_STORE, outputs),
                parents.toArray(String[]::new));
        // On disk, because it grows with every job of a month. A store on disk also gives the process an identity that
        // outlives it: a killed one's open transaction is ended by its successor, not by its time-out.
        topology.addStateStore(
                Stores.keyValueStoreBuilder(
                        Stores.persistentKeyValueStore(OWNERS_STORE), Serdes.String(), Serdes.String()),
                GATHER);
        topology.addSink(
                GATHER_LOG_SINK,
                Topics.POOL_INPUTS.name(),
                new StringSerializer(),
                EventSerde.of(Topics.POOL_INPUTS, schemas),
                toPool(pools),
                GATHER);
        topology.addSink(
                DEAD_LETTER_SINK,
                (key, value, context) -> DeadLetter.topicOf(context.topic()),
                new StringSerializer(),
                new ByteArraySerializer(),
                GATHER);
        topology.addSink(
                SIGNALS_SINK,
                Topics.ALERT_SIGNALS.name(),
                new StringSerializer(),
                EventSerde.of(Topics.ALERT_SIGNALS, schemas),
                GATHER);
    }

    private static void fold(
            Topology topology,
            Map<String, Integer> pools,
            ServiceClock clock,
            SchemaLookup schemas,
            InputCodec codec,
            DeciderProcessor.RestoreListener<Pool> listener) {
        topology.addSource(
                LOG_SOURCE,
                new StringDeserializer(),
                EventSerde.of(Topics.POOL_INPUTS, schemas),
                Topics.POOL_INPUTS.name());
        topology.addProcessor(
                FOLD,
                () -> new DeciderProcessor<>(
                        new PoolDecider(), new PoolBinding(codec), clock, POOL_STORE, TICK_SINK, listener),
                LOG_SOURCE);
        topology.addStateStore(DeciderStore.builder(POOL_STORE), FOLD);
        topology.addSink(
                DECISIONS_SINK,
                Topics.JOB_DECISIONS.name(),
                new StringSerializer(),
                EventSerde.of(Topics.JOB_DECISIONS, schemas),
                FOLD);
        topology.addSink(
                CYCLES_SINK,
                Topics.SCHEDULING_CYCLES.name(),
                new StringSerializer(),
                EventSerde.of(Topics.SCHEDULING_CYCLES, schemas),
                toPool(pools),
                FOLD);
        topology.addSink(
                REASONS_SINK,
                Topics.PENDING_REASONS.name(),
                new StringSerializer(),
                EventSerde.of(Topics.PENDING_REASONS, schemas),
                FOLD);
        // Not gather's own sink: one that both share would make one sub-topology of the two.
        topology.addSink(
                FOLD_SIGNALS_SINK,
                Topics.ALERT_SIGNALS.name(),
                new StringSerializer(),
                EventSerde.of(Topics.ALERT_SIGNALS, schemas),
                FOLD);
        topology.addSink(
                USAGE_SINK,
                Topics.POOL_USAGE.name(),
                new StringSerializer(),
                EventSerde.of(Topics.POOL_USAGE, schemas),
                SchedulerTopology::toTeam,
                FOLD);
        topology.addSink(
                TICK_SINK,
                Topics.POOL_INPUTS.name(),
                new StringSerializer(),
                EventSerde.of(Topics.POOL_INPUTS, schemas),
                toPool(pools),
                FOLD);
    }

    private static void usage(Topology topology, SchemaLookup schemas) {
        topology.addSource(
                USAGE_SOURCE,
                new StringDeserializer(),
                EventSerde.of(Topics.POOL_USAGE, schemas),
                Topics.POOL_USAGE.name());
        topology.addProcessor(LEDGER, UsageLedger::new, USAGE_SOURCE);
        topology.addStateStore(inMemory(LEDGER_STORE, StoreSerde.of(UsageRecord.class, "usage-state")), LEDGER);
        topology.addSink(
                FAIR_SHARE_SINK,
                Topics.FAIR_SHARE_USAGE.name(),
                new StringSerializer(),
                EventSerde.of(Topics.FAIR_SHARE_USAGE, schemas),
                LEDGER);
    }

    /** Restored from its changelog at each start; what is in it has to fit in memory anyway. */
    private static <V> StoreBuilder<KeyValueStore<String, V>> inMemory(String name, Serde<V> values) {
        return Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore(name), Serdes.String(), values);
    }

    /** All of a team lie in one partition, where they are summed. */
    private static Optional<Set<Integer>> toTeam(String topic, String key, Object value, int partitions) {
        byte[] team = key.substring(0, key.indexOf('/')).getBytes(StandardCharsets.UTF_8);
        return Optional.of(Set.of(Utils.toPositive(Utils.murmur2(team)) % partitions));
    }

    private static StreamPartitioner<String, Object> toPool(Map<String, Integer> pools) {
        return (topic, pool, value, partitions) -> {
            Integer partition = pools.get(pool);
            if (partition == null) {
                throw new IllegalStateException("pool " + pool + " has no partition");
            }
            return Optional.of(Set.of(partition));
        };
    }
}
