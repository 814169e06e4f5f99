package io.millrace.cost.domain.budget;

/** Shares of a budget at which somebody is told that they are spent. */
public enum Threshold {
    AT_75(75, Severity.NOTICE),
    AT_80(80, Severity.WARNING),
    AT_90(90, Severity.WARNING),
    /** From here on jobs that aren't critical are stopped and not let in. */
    AT_95(95, Severity.CRITICAL),
    AT_100(100, Severity.CRITICAL);

    /** How much it matters. */
    public enum Severity {
        NOTICE,
        WARNING,
        CRITICAL
    }

    private final int percent;
    private final Severity severity;

    Threshold(int percent, Severity severity) {
        this.percent = percent;
        this.severity = severity;
    }

    public int percent() {
        return percent;
    }

    public Severity severity() {
        return severity;
    }

    boolean reached(long spentMicros, long limitMicros) {
        return Math.multiplyExact(spentMicros, 100L) >= Math.multiplyExact(limitMicros, (long) percent);
    }
}
