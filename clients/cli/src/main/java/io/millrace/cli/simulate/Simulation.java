package io.millrace.cli.simulate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.millrace.cli.SharesOverTime;
import io.millrace.cli.simulate.SimulationReport.Row;
import io.millrace.cli.simulate.TraceSimulation.Outcome;
import io.millrace.scheduler.domain.SchedulingPolicy.Rule;
import io.millrace.simulator.trace.Cluster;
import io.millrace.simulator.trace.Partition;
import io.millrace.simulator.trace.StatedLimits;
import io.millrace.simulator.trace.Trace;
import io.millrace.simulator.trace.TraceJob;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A trace on a cluster: each partition a pool of its own. */
public final class Simulation {

    private static final long HOUR_MS = 3_600_000;

    /** As in the policy for plays. */
    private static final StatedLimits LIMITS =
            new StatedLimits(List.of(HOUR_MS, 4 * HOUR_MS, 12 * HOUR_MS, 48 * HOUR_MS, 168 * HOUR_MS));

    private final Cluster cluster;
    private final Map<String, Integer> teamShares;
    private final List<TraceJob> jobs;

    private Simulation(Cluster cluster, Map<String, Integer> teamShares, List<TraceJob> jobs) {
        this.cluster = cluster;
        this.teamShares = teamShares;
        this.jobs = jobs;
    }

    /**
     * @param shared whether all partitions are one pool
     * @throws io.millrace.simulator.trace.TraceException when a file makes no sense; says what to do
     */
    public static Simulation of(Path trace, Path cluster, boolean shared) {
        Cluster read = Cluster.read(cluster);
        return of(read, Trace.read(trace), shared);
    }

    /** A team's share of a shared cluster is what its partition brought in. */
    static Simulation of(Cluster cluster, List<TraceJob> jobs, boolean shared) {
        Map<String, Integer> teamShares = new TreeMap<>();
        for (Partition partition : cluster.partitions()) {
            if (!partition.team().equals(Partition.EVERYONE)) {
                teamShares.put(partition.team(), partition.gpus());
            }
        }
        return new Simulation(shared ? cluster.shared() : cluster, teamShares, jobs);
    }

    /** @throws IllegalArgumentException when there is no such policy */
    public String json(String policy) {
        try {
            return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(run(policy));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a report of numbers and names must be writable", e);
        }
    }

    /**
     * @param overTime whether what each team held and wanted is told day by day
     * @throws IllegalArgumentException when there is no such policy
     */
    public String table(String policy, boolean overTime) {
        SimulationReport report = run(policy);
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT,
                "%s: %d jobs, makespan %.0f s, GPU utilization %.1f %%, Jain's index %.3f, %d refused%n",
                report.policy(),
                report.jobs(),
                report.makespanS(),
                100 * report.gpuUtilization(),
                report.jain(),
                report.rejected()));
        text.append(String.format("%-16s %8s %14s %14s %14s%n", "", "jobs", "avg wait s", "p95 wait s", "avg JCT s"));
        line(text, "all", new Row(report.jobs(), report.avgQueueS(), report.p95QueueS(), report.avgJctS()));
        report.byTeam().forEach((team, row) -> line(text, "team " + team, row));
        report.bySize().forEach((size, row) -> line(text, size + " GPUs", row));
        if (overTime) {
            text.append(System.lineSeparator()).append(SharesOverTime.table(report.byDay()));
        }
        return text.toString().stripTrailing();
    }

    private static void line(StringBuilder text, String name, Row row) {
        text.append(String.format(
                Locale.ROOT,
                "%-16s %8d %14.1f %14.1f %14.1f%n",
                name,
                row.jobs(),
                row.avgQueueS(),
                row.p95QueueS(),
                row.avgJctS()));
    }

    SimulationReport run(String policy) {
        Rule rule = Rule.named(policy);
        Map<Partition, List<TraceJob>> byPartition = new LinkedHashMap<>();
        for (TraceJob job : jobs) {
            byPartition
                    .computeIfAbsent(cluster.partitionFor(job.team()), partition -> new ArrayList<>())
                    .add(job);
        }
        List<Outcome> outcomes = new ArrayList<>();
        byPartition.forEach(
                (partition, part) -> outcomes.addAll(TraceSimulation.run(partition, part, rule, teamShares, LIMITS)));
        long gpus = cluster.partitions().stream().mapToLong(Partition::gpus).sum();
        return SimulationReport.of(policy, outcomes, gpus, teamShares);
    }
}
