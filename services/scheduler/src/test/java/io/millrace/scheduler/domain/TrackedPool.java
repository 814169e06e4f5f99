package io.millrace.scheduler.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.scheduler.codec.StateCodec;
import io.millrace.streams.decider.StateHash;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** A pool with the entities it would have stored, as bytes, and their hash. */
final class TrackedPool {

    private final PoolDecider decider = new PoolDecider();
    private final Map<String, byte[]> stored;
    private final StateHash hash = new StateHash();
    private final Pool pool;

    TrackedPool() {
        pool = decider.initialState();
        stored = new TreeMap<>();
    }

    private TrackedPool(Map<String, byte[]> stored) {
        this.stored = new TreeMap<>(stored);
        this.pool = Pool.restore(
                this.stored.values().stream().map(StateCodec::entity).toList());
        this.stored.forEach(hash::add);
    }

    /** Another pool, made of nothing but the stored bytes. */
    TrackedPool restored() {
        return new TrackedPool(stored);
    }

    /** @param before told of each event before it is applied */
    List<PoolEvent> take(PoolInput input, Consumer<PoolEvent> before) {
        decider.evolve(pool, input);
        List<PoolEvent> decided = new ArrayList<>();
        Iterator<PoolEvent> decisions = decider.decide(pool, input);
        while (decisions.hasNext()) {
            PoolEvent event = decisions.next();
            before.accept(event);
            decider.evolveDecided(pool, event);
            decided.add(event);
        }
        store();
        return decided;
    }

    List<PoolEvent> take(PoolInput input) {
        return take(input, event -> {});
    }

    /** Evolves without deciding. */
    void replay(PoolInput input, List<PoolEvent> decided) {
        pool.evolve(input);
        decided.forEach(pool::evolve);
        store();
    }

    private void store() {
        pool.takeChanges().forEach((key, entity) -> {
            byte[] before = stored.remove(key);
            if (before != null) {
                hash.remove(key, before);
            }
            if (entity != null) {
                byte[] bytes = StateCodec.bytes(entity);
                PoolEntity again = StateCodec.entity(bytes);
                assertThat(again).isEqualTo(entity);
                assertThat(again.key()).isEqualTo(key);
                assertThat(StateCodec.bytes(again)).isEqualTo(bytes);
                stored.put(key, bytes);
                hash.add(key, bytes);
            }
        });
    }

    Map<String, PoolEntity> entities() {
        Map<String, PoolEntity> entities = new TreeMap<>();
        stored.forEach((key, bytes) -> entities.put(key, StateCodec.entity(bytes)));
        return entities;
    }

    String hash() {
        return hash.hex();
    }

    Pool pool() {
        return pool;
    }
}
