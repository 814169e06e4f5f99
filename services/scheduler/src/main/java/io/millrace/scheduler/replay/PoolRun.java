package io.millrace.scheduler.replay;

import io.millrace.events.cycle.CycleDecided;
import io.millrace.events.cycle.CycleEvent;
import io.millrace.events.pool.PoolInput;
import io.millrace.scheduler.codec.InputCodec;
import io.millrace.scheduler.domain.Pool;
import io.millrace.scheduler.domain.PoolDecider;
import io.millrace.scheduler.domain.PoolEvent;
import io.millrace.scheduler.replay.ReplayReport.PoolReplay;
import io.millrace.scheduler.topology.PoolBinding;
import io.millrace.streams.decider.DeciderRun;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One pool's log decided again, beside what was recorded. */
final class PoolRun {

    private final String pool;
    private final Map<Long, CycleDecided> recorded;
    private final PoolBinding binding;
    private final DeciderRun<PoolInput, Pool, io.millrace.scheduler.domain.PoolInput, PoolEvent> run;
    private final Set<Long> seen = new HashSet<>();
    private long inputs;
    private long lastOffset = -1;
    private int equal;
    private @Nullable String firstDifference;

    PoolRun(String pool, InputCodec codec, Map<Long, CycleDecided> recorded) {
        this.pool = pool;
        this.recorded = recorded;
        this.binding = new PoolBinding(codec);
        this.run = new DeciderRun<>(new PoolDecider(), binding, (entity, bytes) -> {});
    }

    void take(PoolInput logged, long offset) {
        inputs++;
        lastOffset = offset;
        List<PoolEvent> decided = run.step(logged);
        if (!decided.isEmpty()) {
            binding.publish(pool, run.state(), decided, offset, run.stateHash(), (child, key, value, timestamp) -> {
                if (value instanceof CycleEvent cycle) {
                    compare((CycleDecided) cycle.getPayload());
                }
            });
        }
    }

    private void compare(CycleDecided again) {
        CycleDecided once = recorded.get(again.getCycle());
        if (once == null) {
            return; // decided since the recorded cycles were read
        }
        seen.add(again.getCycle());
        if (once.equals(again)) {
            equal++;
        } else if (firstDifference == null) {
            firstDifference = "recorded " + once + ", decided again " + again;
        }
    }

    PoolReplay report() {
        if (firstDifference == null) {
            recorded.keySet().stream()
                    .filter(cycle -> !seen.contains(cycle))
                    .min(Long::compare)
                    .ifPresent(cycle -> firstDifference = "cycle " + cycle + " is recorded and was not decided again");
        }
        return new PoolReplay(pool, inputs, recorded.size(), equal, lastOffset, run.stateHash(), firstDifference);
    }
}
