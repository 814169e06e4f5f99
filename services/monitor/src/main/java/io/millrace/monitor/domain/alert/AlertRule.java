package io.millrace.monitor.domain.alert;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * When there is something to be told.
 *
 * @param holdsMs how long it must have been so; ms
 * @param untilMs how long after it was last seen it is still so; ms
 * @param severity null for that of the signal
 * @param summary of its alerts, in which {@code {label}}, {@code {value}} and, of a signal, {@code {summary}} are replaced
 * @param runbook what to do about it: an address
 * @param labels that its alerts have beside those of what they are about
 */
public record AlertRule(
        String name,
        Condition condition,
        long holdsMs,
        long untilMs,
        @Nullable Severity severity,
        String summary,
        String runbook,
        Map<String, String> labels) {

    public AlertRule {
        labels = Map.copyOf(labels);
    }

    /** The rule as it is for one signal. */
    AlertRule told(Severity ofSignal, String words) {
        return new AlertRule(
                name,
                condition,
                holdsMs,
                untilMs,
                severity == null ? ofSignal : severity,
                summary.replace("{summary}", words),
                runbook,
                labels);
    }

    /** P4 where it is left open. */
    Severity severityOrLeast() {
        return severity == null ? Severity.P4 : severity;
    }

    /** What it looks at. */
    public sealed interface Condition {

        /** A figure beyond a bound, of what matches. */
        record Metric(String metric, Comparison comparison, double bound, Matcher of) implements Condition {}

        /** A signal of this name, or of any with a star, whose labels match. */
        record Signal(String signal, Matcher of) implements Condition {}
    }

    /** Which side of a bound is the wrong one. */
    public enum Comparison {
        ABOVE,
        BELOW;

        /** Null where chance may have put the figure on its side of the bound. */
        @Nullable
        Boolean holds(Figure figure, double bound) {
            boolean low = this == ABOVE ? figure.low() > bound : figure.low() < bound;
            boolean high = this == ABOVE ? figure.high() > bound : figure.high() < bound;
            return low == high ? low : null;
        }
    }
}
