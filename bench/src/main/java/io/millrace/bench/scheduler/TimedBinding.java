package io.millrace.bench.scheduler;

import io.millrace.bench.scheduler.StageTimes.Stage;
import io.millrace.streams.decider.DeciderBinding;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A binding with each of its calls timed. */
record TimedBinding<V, S, I, D>(DeciderBinding<V, S, I, D> timed, StageTimes times)
        implements DeciderBinding<V, S, I, D> {

    @Override
    public I input(V logged) {
        long begun = times.begin();
        I input = timed.input(logged);
        times.took(Stage.INPUT, begun);
        return input;
    }

    @Override
    public S restore(Map<String, byte[]> entities) {
        return timed.restore(entities);
    }

    @Override
    public Map<String, byte @Nullable []> takeChanges(S state) {
        long begun = times.begin();
        Map<String, byte @Nullable []> changes = timed.takeChanges(state);
        times.took(Stage.ENCODE_STATE, begun);
        return changes;
    }

    @Override
    public boolean publish(String key, S state, List<D> decided, long offset, String stateHash, Forwarder out) {
        long begun = times.begin();
        boolean awaited = timed.publish(key, state, decided, offset, stateHash, out);
        times.took(Stage.PUBLISH, begun);
        return awaited;
    }

    @Override
    public boolean tickDue(S state, long now) {
        return timed.tickDue(state, now);
    }

    @Override
    public V tick(long now) {
        return timed.tick(now);
    }

    @Override
    public boolean isOwnTick(V logged) {
        return timed.isOwnTick(logged);
    }
}
