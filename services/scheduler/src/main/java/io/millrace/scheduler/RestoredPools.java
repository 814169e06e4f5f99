package io.millrace.scheduler;

import io.millrace.scheduler.domain.Pool;
import io.millrace.streams.decider.DeciderProcessor;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** What each pool's store held when this process last began with it: what a replay up to there must give. */
public final class RestoredPools implements DeciderProcessor.RestoreListener<Pool> {

    /**
     * A pool as it was restored.
     *
     * @param offset of the last record of {@code pool-inputs} in it
     */
    public record RestoredPool(long offset, String stateHash, int jobs, int nodes) {}

    private final Map<String, RestoredPool> pools = new ConcurrentHashMap<>();

    @Override
    public void restored(String name, Pool pool, long offset, String stateHash) {
        pools.put(
                name,
                new RestoredPool(
                        offset, stateHash, pool.jobs().size(), pool.nodes().size()));
    }

    /** Empty when the pool began with nothing. */
    public Optional<RestoredPool> of(String pool) {
        return Optional.ofNullable(pools.get(pool));
    }
}
