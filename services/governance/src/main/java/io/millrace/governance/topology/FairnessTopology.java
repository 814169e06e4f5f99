package io.millrace.governance.topology;

import io.millrace.governance.domain.fairness.FairnessPolicy;
import io.millrace.governance.domain.fairness.Favourable;
import io.millrace.service.topology.DeadLetters;
import io.millrace.service.topology.TopicEnds;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.Topics;
import io.millrace.streams.decider.DeciderStore;
import java.time.Duration;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.Stores;

/**
 * Fairness as a topology of parts that meet in topics only: predictions that name groups go to where labels find them by
 * id; each decision, and its truth when that comes, goes to where its model version is counted; counts become verdicts.
 */
public final class FairnessTopology {

    static final String WINDOW_STORE = "fairness-windows";
    static final String DECISION_STORE = "fairness-answers";
    static final String WAITING_STORE = "fairness-waiting-labels";

    private static final String ANSWERS = "answers";
    private static final String ANSWERS_SINK = "fairness-answers-sink";
    private static final String DEAD_LETTERS = "predictions-dead-letter-sink";
    private static final String DEAD_LETTER_SIGNALS = "predictions-alert-signals-sink";
    private static final String TRUTHS = "truths";
    private static final String DECISIONS_SINK = "fairness-decisions-sink";
    private static final String DECISIONS_SOURCE = "fairness-decisions-source";
    private static final String COUNTS = "counts";
    private static final String STATS_SINK = "fairness-stats-sink";
    private static final String SIGNALS_SINK = "fairness-alert-signals-sink";

    private FairnessTopology() {}

    /** @param window length of the windows that groups are compared in */
    public static Topology build(Duration window, Favourable favourable, FairnessPolicy policy, SchemaLookup schemas) {
        Topology topology = new Topology();
        TopicEnds ends = new TopicEnds(topology, schemas);
        DeadLetters deadLetters = new DeadLetters("governance", DEAD_LETTERS, DEAD_LETTER_SIGNALS);
        topology.addProcessor(
                ANSWERS,
                () -> new AnswerProcessor(favourable, schemas, ANSWERS_SINK, deadLetters),
                ends.source(Topics.PREDICTIONS));
        ends.sink(ANSWERS_SINK, Topics.FAIRNESS_ANSWERS, ANSWERS);
        ends.sink(DEAD_LETTER_SIGNALS, Topics.ALERT_SIGNALS, ANSWERS);
        ends.deadLetters(DEAD_LETTERS, ANSWERS);

        topology.addProcessor(
                TRUTHS,
                () -> new TruthProcessor(favourable, schemas, DECISION_STORE, WAITING_STORE, DECISIONS_SINK),
                ends.source(Topics.LABELS),
                ends.source(Topics.FAIRNESS_ANSWERS));
        byId(topology, DECISION_STORE, TruthProcessor.KEPT);
        byId(topology, WAITING_STORE, TruthProcessor.PATIENCE);
        ends.sink(DECISIONS_SINK, Topics.FAIRNESS_DECISIONS, TRUTHS);

        ends.ownSource(DECISIONS_SOURCE, Topics.FAIRNESS_DECISIONS);
        topology.addProcessor(
                COUNTS,
                () -> new CountProcessor(window, policy, WINDOW_STORE, STATS_SINK, SIGNALS_SINK),
                DECISIONS_SOURCE);
        topology.addStateStore(DeciderStore.builder(WINDOW_STORE), COUNTS);
        ends.sink(STATS_SINK, Topics.FAIRNESS_STATS, COUNTS);
        ends.sink(SIGNALS_SINK, Topics.ALERT_SIGNALS, COUNTS);
        return topology;
    }

    /** A store of segments of some days, dropped whole when they are too old. */
    private static void byId(Topology topology, String name, Duration kept) {
        topology.addStateStore(
                Stores.windowStoreBuilder(
                        Stores.persistentWindowStore(name, kept, Duration.ofMillis(1), false),
                        Serdes.String(),
                        Serdes.ByteArray()),
                TRUTHS);
    }
}
