package io.millrace.cli.demo;

import io.millrace.cost.codec.LogStatement;
import io.millrace.cost.domain.statement.Statement;
import io.millrace.simulator.play.PlaySummary;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a play cost, by the shipped prices.
 *
 * @param allocatedMicros what jobs cost, in micro-dollars
 * @param idleMicros what GPUs cost that nobody held
 * @param byTeamMicros what each team's jobs cost
 * @param gpuMs that jobs held, by the ledgers of the nodes
 * @param unpricedGpuMs GPU time for which the list has no price
 */
public record CostOutcome(
        long allocatedMicros, long idleMicros, Map<String, Long> byTeamMicros, long gpuMs, long unpricedGpuMs) {

    private static final int MICROS = 6;
    private static final int CENTS = 2;
    private static final long MS_PER_HOUR = 3_600_000;

    public CostOutcome {
        byTeamMicros = new TreeMap<>(byTeamMicros);
    }

    /** From the first node's start to the play's end. */
    public static CostOutcome of(LogStatement log, PlaySummary play) {
        Statement statement = log.statement(Math.min(log.oldest(), play.fromMs()), play.toMs());
        long idle = 0;
        long gpuMs = 0;
        long unpriced = 0;
        Map<String, Long> byTeam = new TreeMap<>();
        for (Statement.Row row : statement.rows()) {
            unpriced = Math.addExact(unpriced, row.unpricedGpuMs());
            if (row.kind() == Statement.Kind.IDLE) {
                idle = Math.addExact(idle, row.micros());
            } else {
                gpuMs = Math.addExact(gpuMs, row.gpuMs());
                byTeam.merge(row.charge().team(), row.micros(), Math::addExact);
            }
        }
        long allocated = byTeam.values().stream().reduce(0L, Math::addExact);
        return new CostOutcome(allocated, idle, byTeam, gpuMs, unpriced);
    }

    private long totalMicros() {
        return Math.addExact(allocatedMicros, idleMicros);
    }

    /** What is not as it must be, in sentences; empty when all is well. */
    List<String> faults(long gpuMsPlayed) {
        List<String> faults = new ArrayList<>();
        if (gpuMs != gpuMsPlayed) {
            faults.add("GPU time charged differs from GPU time played by " + (gpuMs - gpuMsPlayed) + " ms.");
        }
        return faults;
    }

    /** For machines: dollars, exact. */
    void addTo(Map<String, Object> keys) {
        keys.put("cost_total_usd", usd(totalMicros()));
        keys.put("cost_allocated_usd", usd(allocatedMicros));
        keys.put("cost_idle_usd", usd(idleMicros));
        Map<String, BigDecimal> teams = new TreeMap<>();
        byTeamMicros.forEach((team, micros) -> teams.put(team, usd(micros)));
        keys.put("cost_by_team_usd", teams);
    }

    /** For people. */
    List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("cost, USD", cents(totalMicros())));
        byTeamMicros.forEach((team, micros) -> rows.add(List.of("  of " + team, cents(micros))));
        rows.add(List.of("  of idle GPUs", cents(idleMicros)));
        if (unpricedGpuMs != 0) {
            rows.add(List.of("GPU hours without a price", Long.toString(unpricedGpuMs / MS_PER_HOUR)));
        }
        return rows;
    }

    private static BigDecimal usd(long micros) {
        return BigDecimal.valueOf(micros, MICROS);
    }

    private static String cents(long micros) {
        return usd(micros).setScale(CENTS, RoundingMode.HALF_EVEN).toPlainString();
    }
}
