package io.millrace.streams.decider;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One decider going through its log: the same way live, where its entities are stored, and in a replay, where nobody
 * keeps them.
 *
 * @param <V> values of the log
 */
public final class DeciderRun<V, S, I, D> {

    /** Where entities are kept. */
    @FunctionalInterface
    public interface Entities {
        /** @param bytes null removes the entity */
        void put(String key, byte @Nullable [] bytes);
    }

    private final Decider<S, I, D> decider;
    private final DeciderBinding<V, S, I, D> binding;
    private final Entities entities;
    private final StateHash hash = new StateHash();

    /** Of every entity, so that one that changes is not read again to be taken out of the sum. */
    private final Map<String, StateHash.Digest> digests = new HashMap<>();

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
        stored.forEach(this::count);
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
        count(key, bytes);
        entities.put(key, bytes);
    }

    private void count(String key, byte @Nullable [] bytes) {
        StateHash.Digest before;
        if (bytes == null) {
            before = digests.remove(key);
        } else {
            StateHash.Digest now = hash.digest(key, bytes);
            before = digests.put(key, now);
            hash.add(now);
        }
        if (before != null) {
            hash.remove(before);
        }
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
