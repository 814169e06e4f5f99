package io.millrace.streams.decider;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The states of deciders as they were after a record of their log, from the committed records of their store's
 * changelog. For readers: whoever holds a state may read it for as long as he likes, from any thread, and must not
 * change it.
 *
 * <p>A decider's offset is the last that a transaction writes of it. What was written before counts when the offset is
 * seen: all of it or nothing. A changelog is compacted, so states in between may be missing until its end is reached.
 *
 * <p>Entities are decoded when somebody asks, and once.
 *
 * @param <E> entities
 * @param <S> states
 */
public final class DeciderReplica<E, S> {

    /** @param offset of the last log record in the state */
    public record Snapshot<S>(S state, long offset) {}

    private final Function<byte[], E> decode;
    private final Function<Collection<E>, S> restore;
    private final Map<String, Replicated<E, S>> deciders = new TreeMap<>();

    /** @param restore makes a state of its entities, which come in the order of their keys */
    public DeciderReplica(Function<byte[], E> decode, Function<Collection<E>, S> restore) {
        this.decode = decode;
        this.restore = restore;
    }

    public synchronized void clear() {
        deciders.clear();
    }

    /**
     * Takes in a record of the changelog; the records of one decider in their order.
     *
     * @param value null for an entity that is gone
     */
    public synchronized void apply(String key, byte @Nullable [] value) {
        int end = key.indexOf(DeciderStore.SEPARATOR);
        if (end < 0) {
            throw new IllegalArgumentException("no key of an entity: " + key);
        }
        Replicated<E, S> decider = deciders.computeIfAbsent(key.substring(0, end), name -> new Replicated<>());
        String entity = key.substring(end + 1);
        if (!entity.equals(DeciderStore.OFFSET)) {
            decider.written.put(entity, value == null ? null : new Entity.Written<>(value));
        } else if (value != null) {
            decider.settle(Long.parseLong(new String(value, StandardCharsets.UTF_8)));
        }
    }

    /** Keys of the deciders there are, in ascending order. */
    public synchronized Collection<String> keys() {
        return new TreeSet<>(deciders.keySet());
    }

    /** A decider as it is now; null when nothing is known of it. */
    public synchronized @Nullable Snapshot<S> of(String key) {
        Replicated<E, S> decider = deciders.get(key);
        return decider == null ? null : decider.snapshot(decode, restore);
    }

    /** As it was written, until it is decoded. */
    private sealed interface Entity<E> {
        record Written<E>(byte[] bytes) implements Entity<E> {}

        record Decoded<E>(E entity) implements Entity<E> {}
    }

    private static final class Replicated<E, S> {
        private final Map<String, @Nullable Entity<E>> written = new HashMap<>();
        private final Map<String, Entity<E>> entities = new TreeMap<>();
        private long offset = -1;
        private @Nullable Snapshot<S> snapshot;

        void settle(long at) {
            written.forEach((key, entity) -> {
                if (entity == null) {
                    entities.remove(key);
                } else {
                    entities.put(key, entity);
                }
            });
            written.clear();
            offset = at;
            snapshot = null;
        }

        @Nullable
        Snapshot<S> snapshot(Function<byte[], E> decode, Function<Collection<E>, S> restore) {
            if (snapshot == null && offset >= 0) {
                List<E> all = new ArrayList<>(entities.size());
                for (Map.Entry<String, Entity<E>> entry : entities.entrySet()) {
                    E entity = switch (entry.getValue()) {
                        case Entity.Written<E>(byte[] bytes) -> decode.apply(bytes);
                        case Entity.Decoded<E>(E decoded) -> decoded;
                    };
                    entry.setValue(new Entity.Decoded<>(entity));
                    all.add(entity);
                }
                snapshot = new Snapshot<>(restore.apply(all), offset);
            }
            return snapshot;
        }
    }
}
