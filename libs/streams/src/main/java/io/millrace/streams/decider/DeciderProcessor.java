package io.millrace.streams.decider;

import io.millrace.streams.Envelope;
import io.millrace.streams.ServiceClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
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
 * The second step of a decider: reads its log in order, evolves the state, decides, publishes, and stores what
 * changed before the transaction ends. The state in memory is a cache of the store: {@code init} drops it and reads it
 * anew, also when the same object is initialised a second time after an aborted transaction.
 *
 * <p>For few, large deciders: each one's whole state is in memory while its partition is here.
 *
 * <p>On a clock of its own it appends ticks to the log, one unread at a time.
 *
 * @param <V> values of the log
 */
public final class DeciderProcessor<V, S, I, D> implements Processor<String, V, String, Object> {

    private static final Duration TICK_CHECK = Duration.ofMillis(50);

    /**
     * Told of every state as it was read from the store when its task began.
     *
     * @param <S> state
     */
    @FunctionalInterface
    public interface RestoreListener<S> {
        /** @param offset of the last log record in the state; -1 when there is none */
        void restored(String key, S state, long offset, String stateHash);
    }

    private final Decider<S, I, D> decider;
    private final DeciderBinding<V, S, I, D> binding;
    private final ServiceClock clock;
    private final String storeName;
    private final String logSink;
    private final RestoreListener<S> listener;

    private final Map<String, DeciderRun<V, S, I, D>> runs = new HashMap<>();
    private final Set<String> unreadTicks = new HashSet<>();
    private @Nullable ProcessorContext<String, Object> context;
    private @Nullable KeyValueStore<String, byte[]> store;

    /** Of the last record taken in, for each decider that took one in since the last commit. */
    private final Map<String, Long> unsettled = new TreeMap<>();

    public DeciderProcessor(
            Decider<S, I, D> decider,
            DeciderBinding<V, S, I, D> binding,
            ServiceClock clock,
            String storeName,
            String logSink,
            RestoreListener<S> listener) {
        this.decider = decider;
        this.binding = binding;
        this.clock = clock;
        this.storeName = storeName;
        this.logSink = logSink;
        this.listener = listener;
    }

    @Override
    public void init(ProcessorContext<String, Object> processorContext) {
        context = processorContext;
        DeciderStore entities = processorContext.getStateStore(storeName);
        KeyValueStore<String, byte[]> stored = entities.entities();
        store = stored;
        runs.clear();
        unsettled.clear();
        unreadTicks.clear();
        restore(stored);
        entities.beforeCommit(this::settle);
        if (clock.ticks()) {
            processorContext.schedule(TICK_CHECK, PunctuationType.WALL_CLOCK_TIME, ignored -> tick());
        }
    }

    private void restore(KeyValueStore<String, byte[]> stored) {
        Map<String, Map<String, byte[]>> byDecider = new TreeMap<>();
        Map<String, Long> offsets = new HashMap<>();
        try (KeyValueIterator<String, byte[]> all = stored.all()) {
            while (all.hasNext()) {
                KeyValue<String, byte[]> entry = all.next();
                int at = entry.key.indexOf(DeciderStore.SEPARATOR);
                String key = entry.key.substring(0, at);
                String entity = entry.key.substring(at + 1);
                if (entity.equals(DeciderStore.OFFSET)) {
                    offsets.put(key, Long.parseLong(new String(entry.value, StandardCharsets.UTF_8)));
                } else {
                    byDecider.computeIfAbsent(key, k -> new TreeMap<>()).put(entity, entry.value);
                }
            }
        }
        byDecider.forEach((key, entities) -> {
            DeciderRun<V, S, I, D> run = new DeciderRun<>(decider, binding, entitiesOf(key, stored), entities);
            runs.put(key, run);
            listener.restored(key, run.state(), offsets.getOrDefault(key, -1L), run.stateHash());
        });
    }

    @Override
    public void process(Record<String, V> record) {
        ProcessorContext<String, Object> to = initialised(context);
        KeyValueStore<String, byte[]> stored = initialised(store);
        String key = record.key();
        long offset = to.recordMetadata()
                .orElseThrow(() -> new IllegalStateException("a log record must come from a topic"))
                .offset();
        DeciderRun<V, S, I, D> run =
                runs.computeIfAbsent(key, k -> new DeciderRun<>(decider, binding, entitiesOf(k, stored)));
        List<D> decided = run.step(record.value());
        unsettled.put(key, offset);
        if (binding.isOwnTick(record.value())) {
            unreadTicks.remove(key);
        }
        if (!decided.isEmpty() && binding.publish(key, run.state(), decided, offset, run.stateHash(), new Traced(to))) {
            to.commit();
        }
    }

    /** What is committed must hold all that the committed position has passed. */
    private void settle() {
        KeyValueStore<String, byte[]> stored = initialised(store);
        unsettled.forEach((key, offset) -> {
            initialised(runs.get(key)).settle();
            stored.put(
                    key + DeciderStore.SEPARATOR + DeciderStore.OFFSET,
                    Long.toString(offset).getBytes(StandardCharsets.UTF_8));
        });
        unsettled.clear();
    }

    private void tick() {
        long now = clock.nowMs();
        runs.forEach((key, run) -> {
            if (!unreadTicks.contains(key) && binding.tickDue(run.state(), now)) {
                unreadTicks.add(key);
                initialised(context).forward(new Record<>(key, (Object) binding.tick(now), now), logSink);
            }
        });
    }

    /** Puts a job's trace beside what tells of the job. */
    private record Traced(ProcessorContext<String, Object> to) implements DeciderBinding.Forwarder {
        @Override
        public void forward(String child, String key, @Nullable Object value, long timestamp) {
            to.forward(new Record<>(key, value, timestamp), child);
        }

        @Override
        public void forward(
                String child,
                String key,
                @Nullable Object value,
                long timestamp,
                @Nullable String jobId,
                String eventId) {
            Record<String, Object> record = new Record<>(key, value, timestamp);
            to.forward(jobId == null ? record : record.withHeaders(Envelope.ofJob(jobId, eventId)), child);
        }
    }

    private static DeciderRun.Entities entitiesOf(String key, KeyValueStore<String, byte[]> stored) {
        return (entity, bytes) -> stored.put(key + DeciderStore.SEPARATOR + entity, bytes);
    }

    private static <T> T initialised(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("not initialised");
        }
        return value;
    }
}
