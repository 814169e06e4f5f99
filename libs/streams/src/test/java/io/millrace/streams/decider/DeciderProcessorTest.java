package io.millrace.streams.decider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.streams.ServiceClock;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.Test;

class DeciderProcessorTest {

    private record Restored(String key, Map<String, Integer> counts, long offset, String hash) {}

    private final Instant now = Instant.parse("2026-03-01T12:00:00Z");
    private final List<Restored> restored = new ArrayList<>();
    private final List<String> writes = new ArrayList<>();
    private final DeciderStore entities = new DeciderStore(
            recorded(DeciderStore.builder("tally").withLoggingDisabled().build().entities()));
    private final KeyValueStore<String, byte[]> store = entities.entities();
    private final DeciderProcessor<String, Tally.State, String, String> processor =
            processor(new ServiceClock.Wall(() -> now));
    private MockProcessorContext<String, Object> context = begin(processor);
    private long offset;

    private DeciderProcessor<String, Tally.State, String, String> processor(ServiceClock clock) {
        Tally tally = new Tally();
        return new DeciderProcessor<>(
                tally,
                tally,
                clock,
                "tally",
                "log",
                (key, state, at, hash) -> restored.add(new Restored(key, Map.copyOf(state.counts()), at, hash)));
    }

    /** The store, with the key of each write noted: what its changelog gets. */
    @SuppressWarnings("unchecked") // the proxy is one of these
    private KeyValueStore<String, byte[]> recorded(KeyValueStore<String, byte[]> real) {
        return (KeyValueStore<String, byte[]>) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {KeyValueStore.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("put")) {
                        writes.add(arguments[0].toString().replace('\u0000', '/'));
                    }
                    return method.invoke(real, arguments);
                });
    }

    private MockProcessorContext<String, Object> begin(DeciderProcessor<String, Tally.State, String, String> task) {
        MockProcessorContext<String, Object> fresh = new MockProcessorContext<>();
        entities.init(fresh.getStateStoreContext(), entities);
        fresh.addStateStore(entities);
        task.init(fresh);
        return fresh;
    }

    private void log(String key, String value) {
        context.setRecordMetadata("log", 0, offset++);
        processor.process(new Record<>(key, value, 0));
    }

    private List<String> told() {
        return context.forwarded("told").stream()
                .map(forward -> forward.record().key() + " " + forward.record().value())
                .toList();
    }

    private List<String> ticks() {
        return context.forwarded("log").stream()
                .map(forward -> String.valueOf(forward.record().value()))
                .toList();
    }

    private void check() {
        context.scheduledPunctuators().getFirst().getPunctuator().punctuate(0);
    }

    /** As Kafka Streams does before a transaction ends. */
    private void commit() {
        entities.flushCache();
    }

    private Map<String, String> stored() {
        Map<String, String> stored = new HashMap<>();
        try (KeyValueIterator<String, byte[]> all = store.all()) {
            while (all.hasNext()) {
                KeyValue<String, byte[]> entry = all.next();
                stored.put(entry.key.replace('\u0000', '/'), new String(entry.value, StandardCharsets.UTF_8));
            }
        }
        return stored;
    }

    @Test
    void shouldDecideForEachKeyFromItsOwnRecords() {
        log("x", "add a");
        log("y", "add a");
        log("x", "add a");
        log("x", "tick 1");
        log("y", "tick 1");
        assertThat(told()).containsExactly("x a=2 from 3", "y a=1 from 4");
    }

    @Test
    void shouldStoreWhatChangedAndHowFarItCame() {
        log("x", "add a");
        log("x", "add b");
        log("x", "tick 1");
        log("x", "add b");
        log("x", "forget a");
        commit();
        assertThat(stored()).isEqualTo(Map.of("x/b", "2 false", "x/offset", "4"));
    }

    @Test
    void shouldStoreOnceInATransaction() {
        log("x", "add a");
        commit();
        log("x", "add a");
        log("y", "add b");
        assertThat(stored()).isEqualTo(Map.of("x/a", "1 false", "x/offset", "0"));
        log("x", "add a");
        commit();
        assertThat(stored()).isEqualTo(Map.of("x/a", "3 false", "x/offset", "3", "y/b", "1 false", "y/offset", "2"));
        commit();
        assertThat(stored()).isEqualTo(Map.of("x/a", "3 false", "x/offset", "3", "y/b", "1 false", "y/offset", "2"));
    }

    @Test
    void shouldWriteADecidersOffsetAfterAllElseOfTheTransaction() {
        log("x", "add a");
        log("y", "add b");
        log("x", "tick 1");
        log("x", "add c");
        commit();
        assertThat(writes).containsExactly("x/a", "x/c", "x/offset", "y/b", "y/offset");
    }

    @Test
    void shouldEndTheTransactionWhenSomebodyWaits() {
        log("x", "add a");
        log("x", "tick 1");
        assertThat(context.committed()).isFalse();
        log("x", "add a");
        log("x", "add b");
        log("x", "tick 1");
        assertThat(context.committed()).isTrue();
    }

    @Test
    void shouldHaltAtWhatItCannotRead() {
        assertThatThrownBy(() -> log("x", "garbage"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no input: garbage");
        assertThat(stored()).isEmpty();
    }

    @Test
    void shouldAppendOneUnreadTickAtATime() {
        check();
        assertThat(ticks()).isEmpty();
        log("x", "add a");
        check();
        check();
        assertThat(ticks()).containsExactly("tick " + now.toEpochMilli());
        log("x", "tick " + now.toEpochMilli());
        check();
        assertThat(ticks()).hasSize(1);
        log("x", "add a");
        check();
        assertThat(ticks()).hasSize(2);
    }

    @Test
    void shouldLookOftenWhetherATickIsDue() {
        assertThat(context.scheduledPunctuators())
                .singleElement()
                .satisfies(punctuator -> assertThat(punctuator.getInterval()).isEqualTo(Duration.ofMillis(50)));
    }

    @Test
    void shouldNeverTickWhenTimeIsPlayed() {
        assertThat(begin(processor(new ServiceClock.Driven())).scheduledPunctuators())
                .isEmpty();
    }

    @Test
    void shouldForgetWhatAnAbortedTransactionLeftInMemory() {
        log("x", "add a");
        log("x", "tick 1");
        commit();
        Map<String, byte[]> committed = new HashMap<>();
        try (KeyValueIterator<String, byte[]> all = store.all()) {
            all.forEachRemaining(entry -> committed.put(entry.key, entry.value));
        }
        long committedOffset = offset;
        log("x", "add a");
        log("x", "add b");
        log("y", "add c");
        log("x", "tick 2");
        abort(committed);
        offset = committedOffset;
        context = begin(processor);
        assertThat(restored).singleElement().satisfies(state -> {
            assertThat(state.key()).isEqualTo("x");
            assertThat(state.counts()).isEqualTo(Map.of("a", 1));
            assertThat(state.offset()).isEqualTo(1);
        });
        log("x", "add a");
        log("x", "tick 2");
        assertThat(told()).containsExactly("x a=2 from 3");
    }

    private void abort(Map<String, byte[]> committed) {
        List<String> keys = new ArrayList<>();
        try (KeyValueIterator<String, byte[]> all = store.all()) {
            all.forEachRemaining(entry -> keys.add(entry.key));
        }
        keys.forEach(store::delete);
        committed.forEach(store::put);
    }

    @Test
    void shouldTickAgainAfterATransactionWithAnUnreadTickWasAborted() {
        log("x", "add a");
        commit();
        check();
        context = begin(processor);
        check();
        assertThat(ticks()).hasSize(1);
    }

    @Test
    void shouldGoOnWithTheSameHashAfterARestart() {
        log("x", "add a");
        log("x", "add b");
        log("x", "tick 1");
        commit();
        begin(processor);
        StateHash expected = new StateHash();
        expected.add("a", "1 true".getBytes(StandardCharsets.UTF_8));
        expected.add("b", "1 true".getBytes(StandardCharsets.UTF_8));
        assertThat(restored).containsExactly(new Restored("x", Map.of("a", 1, "b", 1), 2, expected.hex()));
    }
}
