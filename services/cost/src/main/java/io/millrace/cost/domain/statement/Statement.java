package io.millrace.cost.domain.statement;

import java.util.List;

/**
 * What a period cost, as it was known at an instant.
 *
 * @param period of hours in which GPUs were held
 * @param asOf what became known later is not in it; ms
 * @param rows in order; those without a team are kept, first the jobs, last what was idle
 */
public record Statement(Period period, long asOf, List<Row> rows) {

    /** Whose row it is. */
    public enum Kind {
        /** A job with a team. */
        CHARGED,
        /** A job without one. */
        UNTAGGED,
        /** GPUs that nobody held. */
        IDLE
    }

    /**
     * A line of it.
     *
     * @param gpuMs GPU milliseconds
     * @param unpricedGpuMs those of them for which no price was known
     * @param accruedMicros as first said, in micro-dollars
     * @param correctedMicros by how much that was corrected
     */
    public record Row(
            Kind kind, Charge charge, long gpuMs, long unpricedGpuMs, long accruedMicros, long correctedMicros) {

        public long micros() {
            return Math.addExact(accruedMicros, correctedMicros);
        }
    }

    public Statement {
        rows = List.copyOf(rows);
    }

    public long micros() {
        return rows.stream().mapToLong(Row::micros).reduce(0, Math::addExact);
    }

    /** What one team is charged; what nobody can be charged with is that of the team without a name. */
    public Statement ofTeam(String team) {
        return new Statement(
                period,
                asOf,
                rows.stream().filter(row -> row.charge().team().equals(team)).toList());
    }
}
