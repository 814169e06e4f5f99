package io.millrace.streams.decider;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One decider going through its log: the same way live, where entities lie in a state store, and in a replay, where
 * they lie in a map.
 *
 * @param <V> values of the log
 */
public final class DeciderRun<V, S, I, D> {

    /** Where entities lie. */
    public interface Entities {
        byte @Nullable [] get(String key);

        /** @param bytes null removes the entity */
        void put(String key, byte @Nullable [] bytes);

        /** None yet, and kept for as long as this object. */
        static Entities inMemory() {
            Map<String, byte[]> kept = new HashMap<>();
            return new Entities() {
                @Override
                public byte @Nullable [] get(String key) {
                    return kept.get(key);
                }

                @Override
                public void put(String key, byte @Nullable [] bytes) {
                    if (bytes == null) {
                        kept.remove(key);
                    } else {
                        kept.put(key, bytes);
                    }
                }
            };
        }
    }

    private final Decider<S, I, D> decider;
    private final DeciderBinding<V, S, I, D> binding;
    private final Entities entities;
    private final StateHash hash = new StateHash();
    private S state;

    /** A run from the beginning of the log. */
    public DeciderRun(Decider<S, I, D> decider, DeciderBinding<V, S, I, D> binding, Entities entities) {
        this.decider = decider;
        this.binding = binding;
        this.entities = entities;
        this.state = decider.initialState();
    }

    /** A run that goes on with what is stored. */
    public DeciderRun(
            Decider<S, I, D> decider,
            DeciderBinding<V, S, I, D> binding,
            Entities entities,
            Map<String, byte[]> stored) {
        this(decider, binding, entities);
        state = binding.restore(stored);
        stored.forEach(hash::add);
    }

    /** Takes one log record in, and gives what is decided from it, in order. What changed is stored by {@link #settle}. */
    public List<D> step(V logged) {
        I input = binding.input(logged);
        state = decider.evolve(state, input);
        List<D> decided = new ArrayList<>();
        Iterator<D> decisions = decider.decide(state, input);
        while (decisions.hasNext()) {
            D decision = decisions.next();
            state = decider.evolveDecided(state, decision);
            decided.add(decision);
        }
        return decided;
    }

    /** Stores what changed since the last call: once, however often it changed. */
    public void settle() {
        binding.takeChanges(state).forEach(this::store);
    }

    private void store(String key, byte @Nullable [] bytes) {
        byte[] before = entities.get(key);
        if (before != null) {
            hash.remove(key, before);
        }
        if (bytes != null) {
            hash.add(key, bytes);
        }
        entities.put(key, bytes);
    }

    public S state() {
        return state;
    }

    /** Of the state as it is now, which is settled with it. */
    public String stateHash() {
        settle();
        return hash.hex();
    }
}
