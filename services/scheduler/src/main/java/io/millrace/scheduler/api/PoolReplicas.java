package io.millrace.scheduler.api;

import io.millrace.scheduler.codec.StateCodec;
import io.millrace.scheduler.domain.Job;
import io.millrace.scheduler.domain.Job.Phase;
import io.millrace.scheduler.domain.Pool;
import io.millrace.scheduler.domain.PoolEntity;
import io.millrace.scheduler.domain.PoolEntity.JobEntity;
import io.millrace.streams.decider.DeciderStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Pools as they were after a record of their logs, from the committed records of their store's changelog. Whoever holds
 * one may read it for as long as he likes, from any thread, and must not change it.
 *
 * <p>A pool's offset is the last that a transaction writes of it. What was written before counts when the offset is seen:
 * all of it or nothing. A changelog is compacted, so states in between may be missing until its end is reached.
 *
 * <p>Entities are decoded when somebody asks, and once.
 */
final class PoolReplicas {

    /**
     * A pool without the jobs that have ended: these are its decider's to remember.
     *
     * @param offset of the last log record in it
     */
    record Snapshot(Pool pool, long offset) {}

    private final Map<String, Replica> pools = new TreeMap<>();

    synchronized void clear() {
        pools.clear();
    }

    /**
     * Takes in a record of the changelog; the records of one pool in their order.
     *
     * @param value null for an entity that is gone
     */
    synchronized void apply(String key, byte @Nullable [] value) {
        int end = key.indexOf(DeciderStore.SEPARATOR);
        if (end < 0) {
            throw new IllegalArgumentException("no key of an entity: " + key);
        }
        Replica replica = pools.computeIfAbsent(key.substring(0, end), name -> new Replica());
        String entity = key.substring(end + 1);
        if (!entity.equals(DeciderStore.OFFSET)) {
            replica.written.put(entity, value == null ? null : new Entity.Written(value));
        } else if (value != null) {
            replica.settle(Long.parseLong(new String(value, StandardCharsets.UTF_8)));
        }
    }

    /** Names of the pools there are, in ascending order. */
    synchronized List<String> names() {
        return List.copyOf(pools.keySet());
    }

    /** A pool as it is now; null when nothing is known of it. */
    synchronized @Nullable Snapshot of(String pool) {
        Replica replica = pools.get(pool);
        return replica == null ? null : replica.snapshot();
    }

    /** As it was written, until it is decoded. */
    private sealed interface Entity {
        record Written(byte[] bytes) implements Entity {}

        record Decoded(PoolEntity entity) implements Entity {}
    }

    private static final class Replica {
        private final Map<String, @Nullable Entity> written = new HashMap<>();
        private final Map<String, Entity> entities = new TreeMap<>();
        private long offset = -1;
        private @Nullable Snapshot snapshot;

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
        Snapshot snapshot() {
            if (snapshot == null && offset >= 0) {
                List<PoolEntity> current = new ArrayList<>(entities.size());
                for (Map.Entry<String, Entity> entry : entities.entrySet()) {
                    PoolEntity entity = switch (entry.getValue()) {
                        case Entity.Written(byte[] bytes) -> StateCodec.entity(bytes);
                        case Entity.Decoded(PoolEntity decoded) -> decoded;
                    };
                    entry.setValue(new Entity.Decoded(entity));
                    if (!(entity instanceof JobEntity(Job job) && job.phase() instanceof Phase.Ended)) {
                        current.add(entity);
                    }
                }
                snapshot = new Snapshot(Pool.restore(current), offset);
            }
            return snapshot;
        }
    }
}
