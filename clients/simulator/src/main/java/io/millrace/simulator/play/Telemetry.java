package io.millrace.simulator.play;

import io.millrace.events.decision.NodeShare;
import io.millrace.events.telemetry.GpuSample;
import io.millrace.events.telemetry.GpusSampled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** Made-up but repeatable samples of the GPUs that jobs hold: the traces have none. */
final class Telemetry {
    private static final long SAMPLE_MS = Duration.ofMinutes(10).toMillis();
    private static final int MEMORY_MIB = 32_768;
    private static final float IDLE_W = 55;
    private static final float SPAN_W = 230;

    private final Feed feed;
    private final Map<String, Long> lastSampledMs = new HashMap<>();

    Telemetry(Feed feed) {
        this.feed = feed;
    }

    /**
     * Samples the nodes these attempts run on, each no more often than once in ten played minutes.
     *
     * @param gpusOf GPUs of a node; 0 for one that does not answer
     */
    void sample(Collection<Attempt> running, long nowMs, ToIntFunction<String> gpusOf) {
        Map<String, @Nullable String[]> holders = new TreeMap<>();
        for (Attempt attempt : running) {
            for (NodeShare share : attempt.shares()) {
                Long last = lastSampledMs.get(share.getNodeId());
                int gpus = gpusOf.applyAsInt(share.getNodeId());
                if (gpus > 0 && (last == null || nowMs - last >= SAMPLE_MS)) {
                    @Nullable String[] jobs = holders.computeIfAbsent(share.getNodeId(), id -> new String[gpus]);
                    share.getGpus().forEach(index -> jobs[index] = attempt.job().jobId());
                }
            }
        }
        holders.forEach((nodeId, jobs) -> {
            feed.sample(nodeId, nowMs, new GpusSampled(samples(jobs, nowMs)));
            lastSampledMs.put(nodeId, nowMs);
        });
    }

    private static List<GpuSample> samples(@Nullable String[] jobs, long nowMs) {
        List<GpuSample> samples = new ArrayList<>();
        for (int index = 0; index < jobs.length; index++) {
            String job = jobs[index];
            // Between 0.55 and 0.94, different for each job and GPU, moving with time.
            int percent = job == null
                    ? 0
                    : 55 + Math.floorMod(31 * job.hashCode() + 17 * index + (int) (nowMs / SAMPLE_MS), 40);
            samples.add(new GpuSample(
                    index,
                    percent / 100f,
                    MEMORY_MIB / 100 * percent,
                    MEMORY_MIB,
                    IDLE_W + SPAN_W * percent / 100f,
                    job));
        }
        return samples;
    }
}
