package io.millrace.scheduler.api;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.scheduler.SchedulerConfig;
import io.millrace.scheduler.api.SchedulerViews.NodeView;
import io.millrace.scheduler.api.SchedulerViews.PoolView;
import io.millrace.streams.Topics;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Each pool's figures for Prometheus, as of its last cycle. */
@Singleton
final class PoolMetrics {

    private final SchedulerViews views;
    private final MeterRegistry meters;
    private final SchedulerConfig config;

    PoolMetrics(SchedulerViews views, MeterRegistry meters, SchedulerConfig config) {
        this.views = views;
        this.meters = meters;
        this.config = config;
    }

    void register(@Observes StartupEvent startup) {
        for (String pool : Topics.poolPartitions(config.pools()).keySet()) {
            ofCycle(
                    "millrace_pool_cycles",
                    "Cycles decided.",
                    pool,
                    last -> last.cycle().getCycle());
            ofCycle(
                    "millrace_pool_pending_jobs",
                    "Jobs that wait.",
                    pool,
                    last -> last.cycle().getPending());
            ofCycle(
                    "millrace_pool_gpus_held",
                    "GPUs that attempts hold.",
                    pool,
                    last -> last.cycle().getGpusHeld());
            Gauge.builder("millrace_pool_gpus", () -> gpus(pool))
                    .description("GPUs of the nodes that are up.")
                    .tag("pool", pool)
                    .register(meters);
        }
    }

    private void ofCycle(String name, String description, String pool, ToDoubleFunction<PoolView> figure) {
        Gauge.builder(name, () -> {
                    PoolView last = last(pool);
                    return last == null ? 0 : figure.applyAsDouble(last);
                })
                .description(description)
                .tag("pool", pool)
                .register(meters);
    }

    private @Nullable PoolView last(String pool) {
        return views.read(all -> all.pools().get(pool));
    }

    private int gpus(String pool) {
        return views.read(all -> all.nodes().values().stream()
                .filter(node -> node.pool().equals(pool) && node.health().equals("UP"))
                .mapToInt(NodeView::gpus)
                .sum());
    }
}
