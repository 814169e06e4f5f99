package io.millrace.monitor.topology;

import io.millrace.monitor.codec.AlertInputCodec;
import io.millrace.monitor.domain.alert.AlertDecider;
import io.millrace.monitor.domain.drift.DriftPolicy;
import io.millrace.monitor.domain.window.WindowPolicy;
import io.millrace.service.topology.DeadLetters;
import io.millrace.service.topology.TopicEnds;
import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.ServiceClock;
import io.millrace.streams.Topics;
import io.millrace.streams.decider.DeciderProcessor;
import io.millrace.streams.decider.DeciderStore;
import io.millrace.streams.gather.GatherProcessor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.Stores;

/**
 * The monitor as a topology of parts that meet in topics only. Windows counts predictions and judges each window when it
 * closes. Truth brings late labels to their predictions and says again how often a model was right. Alerts gathers verdicts, signals and what people say into one log, {@code alert-inputs}, and decides from that
 * alone who has to know.
 */
public final class MonitorTopology {

    private static final String SERVICE = "monitor";

    static final String WINDOW_STORE = "model-windows";
    static final String ALERT_STORE = "alert-state";
    static final String OWNERS_STORE = "alert-owners";

    private static final String WINDOWS = "windows";
    private static final String VERDICTS_SINK = "model-verdicts-sink";
    private static final String DRIFT_SINK = "drift-stats-sink";
    private static final String WINDOW_DEAD_LETTERS = "windows-dead-letter-sink";
    private static final String WINDOW_SIGNALS = "windows-alert-signals-sink";

    private static final String SILENCE_SINK = "silence-predictions-sink";
    private static final String OUTCOMES_SINK = "prediction-outcomes-sink";

    static final String OUTCOME_STORE = "prediction-outcomes";
    static final String WAITING_STORE = "waiting-labels";
    static final String TRUTH_STORE = "truth-windows";
    private static final String LABELS = "labels";
    private static final String TRUTHS_SINK = "prediction-truths-sink";
    private static final String TRUTHS_SOURCE = "prediction-truths-source";
    private static final String LABEL_DEAD_LETTERS = "labels-dead-letter-sink";
    private static final String LABEL_SIGNALS = "labels-alert-signals-sink";
    private static final String TRUTH = "truth";
    private static final String QUALITY_SINK = "truth-model-verdicts-sink";

    private static final String MEMORY = "memory-watch";
    private static final String MEMORY_DEAD_LETTERS = "memory-watch-dead-letter-sink";
    private static final String MEMORY_SIGNALS = "memory-watch-alert-signals-sink";

    private static final String GATHER = "gather";
    private static final String GATHER_LOG_SINK = "gather-alert-inputs-sink";
    private static final String GATHER_DEAD_LETTERS = "gather-dead-letter-sink";
    private static final String GATHER_SIGNALS = "gather-alert-signals-sink";
    private static final String LOG_SOURCE = "alert-inputs-source";
    private static final String FOLD = "fold";
    private static final String ALERTS_SINK = "alerts-sink";
    private static final String TICK_SINK = "tick-alert-inputs-sink";

    private MonitorTopology() {}

    public static Topology build(WindowPolicy windows, DriftPolicy drift, ServiceClock clock, SchemaLookup schemas) {
        Topology topology = new Topology();
        windows(topology, windows, drift, clock, schemas);
        truth(topology, windows, schemas);
        memory(topology, schemas);
        alerts(topology, clock, schemas);
        return topology;
    }

    private static void windows(
            Topology topology, WindowPolicy policy, DriftPolicy drift, ServiceClock clock, SchemaLookup schemas) {
        TopicEnds ends = new TopicEnds(topology, schemas);
        WindowProcessor.Outputs outputs = new WindowProcessor.Outputs(
                VERDICTS_SINK,
                DRIFT_SINK,
                OUTCOMES_SINK,
                SILENCE_SINK,
                new DeadLetters(SERVICE, WINDOW_DEAD_LETTERS, WINDOW_SIGNALS));
        topology.addProcessor(
                WINDOWS,
                () -> new WindowProcessor(policy, drift, clock, WINDOW_STORE, schemas, outputs),
                ends.source(Topics.PREDICTIONS),
                ends.source(Topics.REFERENCES));
        topology.addStateStore(DeciderStore.builder(WINDOW_STORE), WINDOWS);
        ends.sink(VERDICTS_SINK, Topics.MODEL_VERDICTS, WINDOWS);
        ends.sink(DRIFT_SINK, Topics.DRIFT_STATS, WINDOWS);
        ends.sink(OUTCOMES_SINK, Topics.PREDICTION_OUTCOMES, WINDOWS);
        topology.addSink(
                SILENCE_SINK,
                Topics.PREDICTIONS.name(),
                new StringSerializer(),
                EventSerde.of(Topics.PREDICTIONS, schemas),
                // Back into the partition that is silent.
                (topic, key, value, partitions) -> Optional.of(Set.of(Integer.valueOf(key))),
                WINDOWS);
        ends.sink(WINDOW_SIGNALS, Topics.ALERT_SIGNALS, WINDOWS);
        ends.deadLetters(WINDOW_DEAD_LETTERS, WINDOWS);
    }

    private static void truth(Topology topology, WindowPolicy policy, SchemaLookup schemas) {
        TopicEnds ends = new TopicEnds(topology, schemas);
        DeadLetters deadLetters = new DeadLetters(SERVICE, LABEL_DEAD_LETTERS, LABEL_SIGNALS);
        topology.addProcessor(
                LABELS,
                () -> new LabelProcessor(OUTCOME_STORE, WAITING_STORE, TRUTHS_SINK, deadLetters, schemas),
                ends.source(Topics.LABELS),
                ends.source(Topics.PREDICTION_OUTCOMES));
        // Segments of some days, dropped whole when they are too old.
        topology.addStateStore(
                Stores.windowStoreBuilder(
                        Stores.persistentWindowStore(OUTCOME_STORE, LabelProcessor.KEPT, Duration.ofMillis(1), false),
                        Serdes.String(),
                        Serdes.ByteArray()),
                LABELS);
        topology.addStateStore(
                Stores.keyValueStoreBuilder(
                        Stores.inMemoryKeyValueStore(WAITING_STORE), Serdes.String(), Serdes.ByteArray()),
                LABELS);
        ends.sink(TRUTHS_SINK, Topics.PREDICTION_TRUTHS, LABELS);
        ends.sink(LABEL_SIGNALS, Topics.ALERT_SIGNALS, LABELS);
        ends.deadLetters(LABEL_DEAD_LETTERS, LABELS);

        ends.ownSource(TRUTHS_SOURCE, Topics.PREDICTION_TRUTHS);
        topology.addProcessor(TRUTH, () -> new TruthProcessor(policy, TRUTH_STORE, QUALITY_SINK), TRUTHS_SOURCE);
        topology.addStateStore(DeciderStore.builder(TRUTH_STORE), TRUTH);
        ends.sink(QUALITY_SINK, Topics.MODEL_VERDICTS, TRUTH);
    }

    private static void memory(Topology topology, SchemaLookup schemas) {
        TopicEnds ends = new TopicEnds(topology, schemas);
        DeadLetters outputs = new DeadLetters(SERVICE, MEMORY_DEAD_LETTERS, MEMORY_SIGNALS);
        topology.addProcessor(MEMORY, () -> new MemoryWatch(schemas, outputs), ends.source(Topics.GPU_TELEMETRY));
        ends.sink(MEMORY_SIGNALS, Topics.ALERT_SIGNALS, MEMORY);
        ends.deadLetters(MEMORY_DEAD_LETTERS, MEMORY);
    }

    private static void alerts(Topology topology, ServiceClock clock, SchemaLookup schemas) {
        TopicEnds ends = new TopicEnds(topology, schemas);
        AlertInputCodec codec = new AlertInputCodec(schemas);
        List<String> sources = new ArrayList<>();
        sources.add(ends.source(Topics.ALERT_SIGNALS));
        sources.add(ends.source(Topics.ALERT_ACTIONS));
        sources.add(ends.source(Topics.MODEL_VERDICTS));
        if (!clock.ticks()) {
            sources.add(ends.source(Topics.CLOCK));
        }
        GatherProcessor.Outputs outputs =
                new GatherProcessor.Outputs(GATHER_LOG_SINK, GATHER_DEAD_LETTERS, GATHER_SIGNALS);
        AlertGathering gathering = new AlertGathering(codec);
        topology.addProcessor(
                GATHER,
                () -> new GatherProcessor<>(gathering, clock, "monitor", OWNERS_STORE, outputs),
                sources.toArray(String[]::new));
        // On disk though it stays empty: it gives the process an identity that outlives it, and so a killed one's open
        // transaction is ended by its successor.
        topology.addStateStore(
                Stores.keyValueStoreBuilder(
                        Stores.persistentKeyValueStore(OWNERS_STORE), Serdes.String(), Serdes.String()),
                GATHER);
        ends.sink(GATHER_LOG_SINK, Topics.ALERT_INPUTS, GATHER);
        ends.sink(GATHER_SIGNALS, Topics.ALERT_SIGNALS, GATHER);
        ends.deadLetters(GATHER_DEAD_LETTERS, GATHER);

        ends.ownSource(LOG_SOURCE, Topics.ALERT_INPUTS);
        topology.addProcessor(
                FOLD,
                () -> new DeciderProcessor<>(
                        new AlertDecider(),
                        new AlertBinding(codec, ALERTS_SINK),
                        clock,
                        ALERT_STORE,
                        TICK_SINK,
                        (engine, book, offset, hash) -> {}),
                LOG_SOURCE);
        topology.addStateStore(DeciderStore.builder(ALERT_STORE), FOLD);
        ends.sink(ALERTS_SINK, Topics.ALERTS, FOLD);
        ends.sink(TICK_SINK, Topics.ALERT_INPUTS, FOLD);
    }
}
