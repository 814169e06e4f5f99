package io.millrace.monitor.domain.alert;

/** When alerts and groups are due without anything happening. */
final class Timers {

    private Timers() {}

    /** The earliest; far in the future for never. */
    static long next(AlertBook book) {
        long next = Long.MAX_VALUE;
        for (Alert alert : book.alerts()) {
            next = Math.min(next, Math.min(lapses(book, alert), escalates(book, alert)));
        }
        for (AlertGroup group : book.groups()) {
            next = Math.min(next, group.flushAt());
        }
        for (Silence silence : book.silences()) {
            next = Math.min(next, silence.until());
        }
        return next;
    }

    /** When an alert that is not heard of again counts as over. */
    static long lapses(AlertBook book, Alert alert) {
        if (alert.state() == Alert.State.RESOLVED) {
            return Long.MAX_VALUE;
        }
        AlertRule rule = book.rule(alert.rule());
        return rule == null || alert.seenAt() == AlertBook.NOT_SEEN ? book.now() : alert.seenAt() + rule.untilMs();
    }

    /** When the next one of its severity's chain is told of an alert. */
    static long escalates(AlertBook book, Alert alert) {
        AlertPolicy.Chain chain = book.policy().chains().get(alert.severity());
        return chain == null
                        || !alert.firing()
                        || alert.notifiedAt() == 0
                        || alert.acknowledgedBy() != null
                        || alert.escalated() >= chain.steps().size()
                        || book.muted(alert)
                ? Long.MAX_VALUE
                : alert.notifiedAt() + chain.steps().get(alert.escalated()).afterMs();
    }
}
