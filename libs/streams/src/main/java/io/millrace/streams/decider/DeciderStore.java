package io.millrace.streams.decider;

import java.util.Map;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.internals.WrappedStateStore;
import org.jspecify.annotations.Nullable;

/**
 * What deciders are made of, in memory and in a changelog. Says when a transaction is about to end, so that what changed
 * many times within it is encoded, hashed and stored once.
 *
 * <p>Kafka Streams tells this to its own caching stores alone; hence the class it extends, which is internal to it.
 */
public final class DeciderStore extends WrappedStateStore<KeyValueStore<String, byte[]>, String, byte[]> {

    /** Between a decider's key and an entity's key; in neither of them. */
    public static final char SEPARATOR = '\u0000';

    /** In place of an entity's key: how far in its log the decider has come. The last that a transaction writes of it. */
    public static final String OFFSET = "offset";

    private @Nullable Runnable beforeCommit;

    DeciderStore(KeyValueStore<String, byte[]> entities) {
        super(entities);
    }

    /** A store that is restored from its changelog at each start. */
    public static StoreBuilder<DeciderStore> builder(String name) {
        return new Builder(
                Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore(name), Serdes.String(), Serdes.ByteArray()));
    }

    /** The entities; they lag behind their decider within a transaction. */
    public KeyValueStore<String, byte[]> entities() {
        return wrapped();
    }

    /** Has this called each time before a transaction ends, in place of what was to be called before. */
    public void beforeCommit(Runnable action) {
        beforeCommit = action;
    }

    @Override
    public void flushCache() {
        if (beforeCommit != null) {
            beforeCommit.run();
        }
        super.flushCache();
    }

    private record Builder(StoreBuilder<KeyValueStore<String, byte[]>> entities) implements StoreBuilder<DeciderStore> {

        @Override
        public StoreBuilder<DeciderStore> withCachingEnabled() {
            return new Builder(entities.withCachingEnabled());
        }

        @Override
        public StoreBuilder<DeciderStore> withCachingDisabled() {
            return new Builder(entities.withCachingDisabled());
        }

        @Override
        public StoreBuilder<DeciderStore> withLoggingEnabled(Map<String, String> config) {
            return new Builder(entities.withLoggingEnabled(config));
        }

        @Override
        public StoreBuilder<DeciderStore> withLoggingDisabled() {
            return new Builder(entities.withLoggingDisabled());
        }

        @Override
        public DeciderStore build() {
            return new DeciderStore(entities.build());
        }

        @Override
        public Map<String, String> logConfig() {
            return entities.logConfig();
        }

        @Override
        public boolean loggingEnabled() {
            return entities.loggingEnabled();
        }

        @Override
        public String name() {
            return entities.name();
        }
    }
}
