package io.millrace.cli.simulate;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.millrace.cli.SharesOverTime;
import io.millrace.cli.SharesOverTime.Stay;
import io.millrace.cli.simulate.TraceSimulation.Outcome;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What a simulation found. Times in seconds; a p95 is the value at rank ⌈0.95 n⌉; utilization is GPU time asked for and
 * run, over the cluster's GPU time from the first submit to the last end; {@code jain} is {@link SatisfiedShares}'.
 * Refused jobs count in {@code rejected} alone.
 */
record SimulationReport(
        @JsonProperty("policy") String policy,
        @JsonProperty("jobs") int jobs,
        @JsonProperty("avg_queue_s") double avgQueueS,
        @JsonProperty("p95_queue_s") double p95QueueS,
        @JsonProperty("avg_jct_s") double avgJctS,
        @JsonProperty("makespan_s") double makespanS,
        @JsonProperty("gpu_utilization") double gpuUtilization,
        @JsonProperty("jain") double jain,
        @JsonProperty("preemptions") int preemptions,
        @JsonProperty("rejected") int rejected,
        @JsonProperty("by_team") Map<String, Row> byTeam,
        @JsonProperty("by_size") Map<String, Row> bySize,
        @JsonProperty("by_day") Map<Long, Map<String, SharesOverTime.TeamDay>> byDay) {

    /** The same figures for a part of the jobs. */
    record Row(
            @JsonProperty("jobs") int jobs,
            @JsonProperty("avg_queue_s") double avgQueueS,
            @JsonProperty("p95_queue_s") double p95QueueS,
            @JsonProperty("avg_jct_s") double avgJctS) {}

    /** Upper bounds of the size classes, in GPUs. */
    private static final int[] SIZES = {1, 2, 4, 8, 16, 32, 64, 128};

    /** @param teamShares GPUs that each team may claim; a team that is not named counts as all others together do */
    static SimulationReport of(String policy, List<Outcome> all, long clusterGpus, Map<String, Integer> teamShares) {
        List<Outcome> ran =
                all.stream().filter(outcome -> outcome.endMs() != null).toList();
        long first = ran.stream()
                .mapToLong(outcome -> outcome.job().submitMs())
                .min()
                .orElse(0);
        long last = ran.stream().mapToLong(SimulationReport::end).max().orElse(first);
        double gpuMs = ran.stream()
                .mapToDouble(
                        outcome -> (double) outcome.job().gpus() * outcome.job().durationMs())
                .sum();
        Row total = row(ran);
        Map<String, Row> bySize = new LinkedHashMap<>();
        Map<Integer, List<Outcome>> sizes =
                new TreeMap<>(group(ran, outcome -> sizeClass(outcome.job().gpus())));
        sizes.forEach((size, part) -> bySize.put(sizeName(size), row(part)));
        Map<String, Row> byTeam = new TreeMap<>();
        group(ran, outcome -> outcome.job().team()).forEach((team, part) -> byTeam.put(team, row(part)));
        return new SimulationReport(
                policy,
                ran.size(),
                total.avgQueueS(),
                total.p95QueueS(),
                total.avgJctS(),
                (last - first) / 1000.0,
                last == first ? 0 : gpuMs / ((double) clusterGpus * (last - first)),
                SatisfiedShares.jain(ran, teamShares, clusterGpus),
                0, // none of the policies preempts
                all.size() - ran.size(),
                byTeam,
                bySize,
                SharesOverTime.of(ran.stream().map(SimulationReport::stay).toList(), teamShares));
    }

    private static Stay stay(Outcome outcome) {
        return new Stay(
                outcome.job().team(), outcome.job().gpus(), outcome.job().submitMs(), start(outcome), end(outcome));
    }

    private static <K> Map<K, List<Outcome>> group(List<Outcome> outcomes, Function<Outcome, K> by) {
        return outcomes.stream().collect(Collectors.groupingBy(by));
    }

    private static Row row(List<Outcome> outcomes) {
        long[] waits = outcomes.stream()
                .mapToLong(outcome -> start(outcome) - outcome.job().submitMs())
                .sorted()
                .toArray();
        double jct = outcomes.stream()
                .mapToLong(outcome -> end(outcome) - outcome.job().submitMs())
                .average()
                .orElse(0);
        long p95 = waits.length == 0 ? 0 : waits[(int) Math.ceil(0.95 * waits.length) - 1];
        return new Row(outcomes.size(), Arrays.stream(waits).average().orElse(0) / 1000.0, p95 / 1000.0, jct / 1000.0);
    }

    static long start(Outcome outcome) {
        return outcome.startMs() == null ? outcome.job().submitMs() : outcome.startMs();
    }

    static long end(Outcome outcome) {
        return outcome.endMs() == null ? outcome.job().submitMs() : outcome.endMs();
    }

    private static int sizeClass(int gpus) {
        int found = Arrays.binarySearch(SIZES, gpus);
        return found >= 0 ? found : -found - 1;
    }

    private static String sizeName(int sizeClass) {
        if (sizeClass == SIZES.length) {
            return ">" + SIZES[sizeClass - 1];
        }
        int below = sizeClass == 0 ? 0 : SIZES[sizeClass - 1];
        return below + 1 == SIZES[sizeClass] ? "" + SIZES[sizeClass] : (below + 1) + "-" + SIZES[sizeClass];
    }
}
