package io.millrace.bench.scheduler;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.millrace.bench.Sample;
import io.millrace.bench.scheduler.BusyPool.Cycle;
import io.millrace.bench.scheduler.StageTimes.Stage;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToIntFunction;

/**
 * How long a pool's cycle takes: priorities, order, backfill, decisions, reasons, the changed state's encoding and
 * hash, and the encoding and digest of all that is published. What jobs and nodes send is applied before, untimed.
 */
public final class SchedulerBench {

    /**
     * What is measured.
     *
     * @param pending jobs that wait
     * @param nodes of 8 GPUs each
     * @param cycles timed
     * @param warmUp cycles before those
     * @param policy the policy's document
     */
    public record Options(int pending, int nodes, int cycles, int warmUp, long seed, String policy) {}

    /**
     * What it came to.
     *
     * @param cycleCpuMsMedian processor time of the deciding thread: what other processes and collections do to a cycle
     *     is not in it
     * @param breakdownMs mean time of each part of a cycle, in cycles of their own in which the parts are timed
     */
    public record Result(
            @JsonProperty("pending") int pending,
            @JsonProperty("cycle_ms_median") double cycleMsMedian,
            @JsonProperty("cycle_ms_p99") double cycleMsP99,
            @JsonProperty("cycle_ms_max") double cycleMsMax,
            @JsonProperty("cycle_cpu_ms_median") double cycleCpuMsMedian,
            @JsonProperty("cycles") int cycles,
            @JsonProperty("nodes") int nodes,
            @JsonProperty("running") int running,
            @JsonProperty("placed_per_cycle") double placedPerCycle,
            @JsonProperty("decisions_per_cycle") double decisionsPerCycle,
            @JsonProperty("reasons_per_cycle") double reasonsPerCycle,
            @JsonProperty("seed") long seed,
            @JsonProperty("breakdown_ms") Map<String, Double> breakdownMs) {}

    private static final int BREAKDOWN_PART = 4;
    private static final double NANOS_PER_MS = 1e6;

    private SchedulerBench() {}

    public static Result run(Options options) {
        BusyPool pool = BusyPool.filled(options.pending(), options.nodes(), options.seed(), options.policy());
        cycles(pool, options.warmUp());
        List<Cycle> cycles = cycles(pool, options.cycles());
        Sample times = Sample.of(
                cycles.stream().map(cycle -> cycle.nanos() / NANOS_PER_MS).toList());
        Sample cpuTimes = Sample.of(
                cycles.stream().map(cycle -> cycle.cpuNanos() / NANOS_PER_MS).toList());
        return new Result(
                options.pending(),
                times.median(),
                times.percentile(99),
                times.max(),
                cpuTimes.median(),
                times.size(),
                options.nodes(),
                pool.running(),
                mean(cycles, Cycle::placed),
                mean(cycles, Cycle::decisions),
                mean(cycles, Cycle::reasons),
                options.seed(),
                breakdown(pool, Math.max(1, options.cycles() / BREAKDOWN_PART)));
    }

    private static List<Cycle> cycles(BusyPool pool, int count) {
        List<Cycle> cycles = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            cycles.add(pool.next());
        }
        return cycles;
    }

    private static double mean(List<Cycle> cycles, ToIntFunction<Cycle> what) {
        return cycles.stream().mapToInt(what).average().orElse(0);
    }

    private static Map<String, Double> breakdown(BusyPool pool, int count) {
        pool.times().turnOn();
        Map<Stage, Long> sums = new EnumMap<>(Stage.class);
        long all = 0;
        for (int i = 0; i < count; i++) {
            all += pool.next().nanos();
            pool.times().take().forEach((stage, nanos) -> sums.merge(stage, nanos, Long::sum));
        }
        long timed = sums.values().stream().mapToLong(Long::longValue).sum();
        Map<String, Double> breakdown = new LinkedHashMap<>();
        sums.forEach((stage, nanos) -> breakdown.put(stage.name().toLowerCase(Locale.ROOT), ms(nanos, count)));
        breakdown.put("hash_and_store", ms(all - timed, count));
        return breakdown;
    }

    private static double ms(long nanos, int count) {
        return nanos / NANOS_PER_MS / count;
    }
}
