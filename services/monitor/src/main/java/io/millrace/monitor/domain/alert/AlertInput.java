package io.millrace.monitor.domain.alert;

import java.util.Map;

/** What the alert engine hears of, in the order of its log; {@code at} is the log's time, ms. */
public sealed interface AlertInput {

    long at();

    record RulesAdopted(long at, AlertPolicy policy) implements AlertInput {}

    /**
     * Figures of something in a span of time.
     *
     * @param from beginning of the span; ms
     * @param to its end; ms
     */
    record Observed(long at, long from, long to, Map<String, String> labels, Map<String, Figure> metrics)
            implements AlertInput {}

    /** A service found something wrong. */
    record Signalled(
            long at, long occurredAt, String signal, Severity severity, String summary, Map<String, String> labels)
            implements AlertInput {}

    record Acknowledged(long at, String fingerprint, String by, String reason) implements AlertInput {}

    record SilenceSet(long at, Silence silence) implements AlertInput {}

    record SilenceEnded(long at, String id, String by) implements AlertInput {}

    record Tick(long at) implements AlertInput {}
}
