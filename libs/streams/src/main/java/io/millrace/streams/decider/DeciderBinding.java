package io.millrace.streams.decider;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a decider meets its log, its store and its readers.
 *
 * @param <V> values of the log
 */
public interface DeciderBinding<V, S, I, D> {

    /** A value of the log in the decider's words. Must throw where it can't tell: nothing in a log is skipped. */
    I input(V logged);

    /** The state made of stored entities, by their keys. */
    S restore(Map<String, byte[]> entities);

    /** What has to be stored since the last call, by entity key; null: the entity is gone. */
    Map<String, byte @Nullable []> takeChanges(S state);

    /**
     * Publishes what was decided from the log record at {@code offset}.
     *
     * @param key the decider's key
     * @param stateHash of the state after all of it
     * @return whether somebody waits for it, so that the transaction should end now
     */
    boolean publish(String key, S state, List<D> decided, long offset, String stateHash, Forwarder out);

    /** Whether the decider would do something if it were {@code now}; ms. */
    boolean tickDue(S state, long now);

    /** The log record of a tick. */
    V tick(long now);

    /** Whether a log record is a tick that the decider appended itself. */
    boolean isOwnTick(V logged);

    /** Sends a record to a named node. */
    @FunctionalInterface
    interface Forwarder {
        void forward(String child, String key, @Nullable Object value, long timestamp);

        /**
         * Sends what tells of a job.
         *
         * @param jobId whose trace it belongs to; null where there is none
         * @param eventId of the value
         */
        default void forward(
                String child,
                String key,
                @Nullable Object value,
                long timestamp,
                @Nullable String jobId,
                String eventId) {
            forward(child, key, value, timestamp);
        }
    }
}
