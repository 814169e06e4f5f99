package io.millrace.tracker.domain;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Many runs side by side.
 *
 * @param sameParams params that all of them have with the same value
 * @param differingParams names of the others
 * @param metrics by name, over the runs that have a finite value of it
 */
public record Comparison(Map<String, String> sameParams, List<String> differingParams, Map<String, Spread> metrics) {

    /**
     * A run as it is compared.
     *
     * @param metrics the newest value of each
     */
    public record Side(String runId, Map<String, String> params, Map<String, Double> metrics) {}

    /**
     * How values spread.
     *
     * @param deviation of the sample; 0 of one value
     * @param smallest the run that has it, the first of several
     * @param largest the run that has it, the first of several
     */
    public record Spread(
            int runs, double min, double mean, double max, double deviation, String smallest, String largest) {}

    /** Runs whose params of some names are the same: for example all but their seeds. */
    public record Group(
            Map<String, String> params,
            List<String> runIds,
            @Nullable Spread metric) {}

    public static Comparison of(List<Side> runs) {
        Map<String, String> same = new TreeMap<>();
        TreeSet<String> params = new TreeSet<>();
        TreeSet<String> metrics = new TreeSet<>();
        runs.forEach(run -> {
            params.addAll(run.params().keySet());
            metrics.addAll(run.metrics().keySet());
        });
        for (String param : List.copyOf(params)) {
            String value = runs.getFirst().params().get(param);
            if (value != null
                    && runs.stream().allMatch(run -> value.equals(run.params().get(param)))) {
                same.put(param, value);
                params.remove(param);
            }
        }
        Map<String, Spread> spreads = new TreeMap<>();
        metrics.forEach(metric -> {
            Spread spread = spread(runs, metric);
            if (spread != null) {
                spreads.put(metric, spread);
            }
        });
        return new Comparison(same, List.copyOf(params), spreads);
    }

    /** In the order of the first run of each. */
    public static List<Group> groups(List<Side> runs, List<String> by, @Nullable String metric) {
        Map<Map<String, String>, List<Side>> groups = new LinkedHashMap<>();
        for (Side run : runs) {
            Map<String, String> values = new TreeMap<>();
            by.forEach(param -> {
                String value = run.params().get(param);
                if (value != null) {
                    values.put(param, value);
                }
            });
            groups.computeIfAbsent(values, any -> new ArrayList<>()).add(run);
        }
        return groups.entrySet().stream()
                .map(group -> new Group(
                        group.getKey(),
                        group.getValue().stream().map(Side::runId).toList(),
                        metric == null ? null : spread(group.getValue(), metric)))
                .toList();
    }

    private static @Nullable Spread spread(List<Side> runs, String metric) {
        List<Side> having = runs.stream()
                .filter(run -> Double.isFinite(run.metrics().getOrDefault(metric, Double.NaN)))
                .toList();
        if (having.isEmpty()) {
            return null;
        }
        Side smallest = having.getFirst();
        Side largest = having.getFirst();
        double mean = 0;
        double squares = 0;
        int count = 0;
        for (Side run : having) {
            double value = value(run, metric);
            smallest = value < value(smallest, metric) ? run : smallest;
            largest = value > value(largest, metric) ? run : largest;
            count++;
            double away = value - mean;
            mean += away / count;
            squares += away * (value - mean);
        }
        return new Spread(
                count,
                value(smallest, metric),
                mean,
                value(largest, metric),
                count == 1 ? 0 : Math.sqrt(squares / (count - 1)),
                smallest.runId(),
                largest.runId());
    }

    private static double value(Side run, String metric) {
        return Objects.requireNonNull(run.metrics().get(metric));
    }
}
