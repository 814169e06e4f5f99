package io.millrace.governance.topology;

import io.millrace.events.fairdecision.DecisionAnswered;
import io.millrace.events.fairdecision.DecisionKnown;
import io.millrace.events.fairdecision.FairDecisionEvent;
import io.millrace.events.fairdecision.GroupedDecision;
import io.millrace.governance.codec.FairnessCodec;
import io.millrace.governance.codec.FairnessWindow;
import io.millrace.governance.domain.fairness.FairnessPolicy;
import io.millrace.governance.domain.fairness.FairnessReport;
import io.millrace.governance.domain.fairness.Group;
import io.millrace.streams.decider.DeciderStore;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Counts decisions and their truths group by group, in windows of the predictions' time, and judges a window when there
 * is a tenth more to say of it than when it was last told, and for the rest a little later, by the wall clock. That moves
 * when something is told, not what: an event says how much it rests on.
 */
final class CountProcessor implements Processor<String, FairDecisionEvent, String, Object> {

    /** A window of more has groups that single people out: those are not told apart. */
    private static final int MOST_GROUPS = 1_000;

    static final Duration REST_TOLD_EVERY = Duration.ofSeconds(10);

    private static final char SEPARATOR = '\u0000';

    private final long windowMs;
    private final FairnessPolicy policy;
    private final String storeName;
    private final String statsSink;
    private final String signalsSink;
    private final FairnessCodec codec = new FairnessCodec();

    private final TreeMap<String, FairnessWindow> windows = new TreeMap<>();
    private final Set<String> changed = new HashSet<>();
    private long newest = Long.MIN_VALUE;
    private @Nullable ProcessorContext<String, Object> context;

    CountProcessor(Duration window, FairnessPolicy policy, String storeName, String statsSink, String signalsSink) {
        this.windowMs = window.toMillis();
        this.policy = policy;
        this.storeName = storeName;
        this.statsSink = statsSink;
        this.signalsSink = signalsSink;
    }

    @Override
    public void init(ProcessorContext<String, Object> processorContext) {
        context = processorContext;
        DeciderStore store = processorContext.getStateStore(storeName);
        KeyValueStore<String, byte[]> stored = store.entities();
        windows.clear();
        changed.clear();
        newest = Long.MIN_VALUE;
        try (KeyValueIterator<String, byte[]> all = stored.all()) {
            while (all.hasNext()) {
                KeyValue<String, byte[]> entry = all.next();
                windows.put(entry.key, codec.decode(entry.value));
            }
        }
        store.beforeCommit(() -> settle(stored));
        processorContext.schedule(REST_TOLD_EVERY, PunctuationType.WALL_CLOCK_TIME, wall -> tellRest());
    }

    private void settle(KeyValueStore<String, byte[]> stored) {
        for (String key : changed) {
            FairnessWindow window = windows.get(key);
            stored.put(key, window == null ? null : codec.encode(window));
        }
        changed.clear();
    }

    @Override
    public void process(Record<String, FairDecisionEvent> record) {
        newest = Math.max(newest, record.timestamp());
        GroupedDecision decision = switch (record.value().getPayload()) {
            case DecisionAnswered answered -> answered.getDecision();
            case DecisionKnown known -> known.getDecision();
            default -> throw new IllegalStateException("the topology's own topic holds nothing else");
        };
        long start = Math.floorDiv(decision.getPredictedAt().toEpochMilli(), windowMs) * windowMs;
        String key = key(record.key(), start);
        FairnessWindow window = windows.computeIfAbsent(key, name -> new FairnessWindow());
        count(window, decision, record.value().getPayload());
        changed.add(key);
        if (window.events() * 10 >= window.told() * 11) {
            tell(key, window, start);
        }
        forget(record.key(), start);
    }

    private void count(FairnessWindow window, GroupedDecision decision, Object payload) {
        List<Group> groups = Group.of(decision.getGroups(), true);
        Map<Group, ?> counted = window.counts().groups();
        if (counted.size() + groups.size() > MOST_GROUPS && !counted.keySet().containsAll(groups)) {
            groups = List.of();
        }
        boolean selected = decision.getSelected();
        if (payload instanceof DecisionKnown known) {
            window.known(groups, selected, decision.getScore(), known.getActual());
        } else {
            window.answered(groups, selected);
        }
    }

    private void tellRest() {
        windows.forEach((key, window) -> {
            if (window.events() > window.told()) {
                tell(key, window, Long.parseLong(key.substring(key.indexOf(SEPARATOR) + 1)));
            }
        });
    }

    /** Drops a model's windows that no label can reach any more; what was told of them stays in the topic. */
    private void forget(String model, long start) {
        String first = key(model, 0);
        String last = key(model, Math.max(0, start - TruthProcessor.KEPT.toMillis() - windowMs));
        Set<String> old = windows.subMap(first, last).keySet();
        changed.addAll(old);
        old.clear();
    }

    /** In the order of time, for instants since 1970. */
    private static String key(String model, long start) {
        return model + SEPARATOR + String.format("%015d", start);
    }

    private void tell(String key, FairnessWindow window, long start) {
        if (window.counts().everybody().size() < policy.minGroup()) {
            return; // too few for any verdict
        }
        ProcessorContext<String, Object> to = context;
        if (to == null) {
            throw new IllegalStateException("not initialised");
        }
        String model = key.substring(0, key.indexOf(SEPARATOR));
        // After a start nothing may have come yet.
        long at = Math.max(newest, start);
        FairnessReport report = FairnessReport.of(window.counts(), policy, Map.of());
        FairnessCodec.Told told = FairnessCodec.told(model, start, start + windowMs, window, report, at);
        to.forward(new Record<>(model, (Object) told.stats(), at), statsSink);
        told.signals()
                .forEach((fingerprint, signal) ->
                        to.forward(new Record<>(fingerprint, (Object) signal, at), signalsSink));
        window.tell();
        changed.add(key);
    }
}
