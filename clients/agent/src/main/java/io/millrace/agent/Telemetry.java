package io.millrace.agent;

import io.millrace.agent.domain.AttemptKey;
import io.millrace.events.telemetry.GpuSample;
import io.millrace.events.telemetry.GpusSampled;
import io.millrace.events.telemetry.HostSampled;
import io.millrace.events.telemetry.JobSample;
import io.millrace.events.telemetry.TelemetryEvent;
import io.millrace.streams.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Samples the machine and its GPUs, on a thread of its own: a driver that hangs must not hold up anything else. */
final class Telemetry implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Telemetry.class);
    static final Duration PERIOD = Duration.ofSeconds(30);

    /**
     * What runs here now.
     *
     * @param holders job that holds each GPU
     */
    record Running(List<AttemptKey> attempts, Map<Integer, String> holders) {}

    private final AgentSettings settings;
    private final Wire wire;
    private final Shim shim;
    private final Supplier<Running> running;
    private final ScheduledExecutorService sampler = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("telemetry").factory());
    private Machine.Load before = Machine.load();
    private Map<AttemptKey, Long> cpuBefore = new HashMap<>();

    Telemetry(AgentSettings settings, Wire wire, Shim shim, Supplier<Running> running) {
        this.settings = settings;
        this.wire = wire;
        this.shim = shim;
        this.running = running;
    }

    void start() {
        sampler.scheduleAtFixedRate(this::sample, PERIOD.toMillis(), PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void sample() {
        try {
            Running now = running.get();
            send(host(now.attempts()));
            GpusSampled gpus = gpus(now.holders());
            if (!gpus.getGpus().isEmpty()) {
                send(gpus);
            }
        } catch (RuntimeException e) {
            LOG.warn("A sample is left out", e);
        }
    }

    private void send(Object payload) {
        long now = System.currentTimeMillis();
        TelemetryEvent event = new TelemetryEvent(
                settings.node() + "/" + payload.getClass().getSimpleName() + "/" + now,
                Instant.ofEpochMilli(now),
                "agent:" + settings.node(),
                payload);
        // One that is lost is not missed.
        wire.send(Topics.GPU_TELEMETRY, settings.node(), event, now, stored -> {});
    }

    HostSampled host(List<AttemptKey> attempts) {
        Machine.Load load = Machine.load();
        long all = load.all() - before.all();
        float busy = all <= 0 ? 0 : Math.clamp((load.busy() - before.busy()) / (float) all, 0f, 1f);
        before = load;
        Map<AttemptKey, Long> cpu = new HashMap<>();
        List<JobSample> jobs = new ArrayList<>();
        for (AttemptKey key : attempts) {
            List<Machine.Seen> processes = shim.processes(key);
            long used = processes.stream().mapToLong(Machine.Seen::cpuMs).sum();
            long memory =
                    processes.stream().mapToLong(Machine.Seen::memoryBytes).sum();
            cpu.put(key, used);
            // What a process that is gone had used is not told any more.
            long since = Math.max(0, used - cpuBefore.getOrDefault(key, 0L));
            jobs.add(new JobSample(key.jobId(), key.attempt(), since, memory >> 20));
        }
        cpuBefore = cpu;
        return new HostSampled(load.cores(), busy, load.memoryUsedMib(), load.memoryTotalMib(), jobs);
    }

    /** Of the GPUs whose readings the driver tells: what nobody has measured is not told. */
    private GpusSampled gpus(Map<Integer, String> holders) {
        return new GpusSampled(NvidiaSmi.ask().stream()
                .filter(gpu -> gpu.index() < settings.gpus())
                .map(gpu -> sample(gpu, holders))
                .filter(Objects::nonNull)
                .toList());
    }

    private static @Nullable GpuSample sample(NvidiaSmi.Gpu gpu, Map<Integer, String> holders) {
        NvidiaSmi.Readings readings = gpu.readings();
        return readings == null
                ? null
                : new GpuSample(
                        gpu.index(),
                        readings.utilization(),
                        readings.memoryUsedMib(),
                        readings.memoryTotalMib(),
                        readings.powerW(),
                        holders.get(gpu.index()));
    }

    @Override
    public void close() {
        sampler.shutdownNow();
    }
}
