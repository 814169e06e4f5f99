package io.millrace.monitor.domain.alert;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Something a rule found, and how it stands.
 *
 * @param fingerprint of its labels, which are what it is
 * @param since when it began to be so, by the time of what was observed; ms
 * @param seenAt when it was last heard of, by the time of the log; ms
 * @param firedAt by the time of the log; ms
 * @param notifiedAt when it was first told of; 0 before
 * @param escalated how many further receivers were told
 * @param group what it is told of with; empty before it fires
 * @param acknowledgedBy null while nobody has taken it
 */
public record Alert(
        String fingerprint,
        String rule,
        Severity severity,
        Map<String, String> labels,
        String summary,
        String runbook,
        double value,
        State state,
        long since,
        long seenAt,
        long firedAt,
        long resolvedAt,
        long notifiedAt,
        int escalated,
        String group,
        @Nullable String acknowledgedBy) {

    /** The label that holds the rule's name. */
    public static final String NAME = "alertname";

    /** The label that holds the severity. */
    public static final String SEVERITY = "severity";

    /** How it stands. */
    public enum State {
        /** It is so, but not yet for long enough. */
        PENDING,
        FIRING,
        RESOLVED
    }

    static Alert pending(
            AlertRule rule, Map<String, String> labels, double value, String summary, long since, long at) {
        return new Alert(
                fingerprint(labels),
                rule.name(),
                rule.severityOrLeast(),
                labels,
                summary,
                rule.runbook(),
                value,
                State.PENDING,
                since,
                at,
                0,
                0,
                0,
                0,
                "",
                null);
    }

    /** Labels of an alert of a rule about something. */
    static Map<String, String> labels(AlertRule rule, Map<String, String> about) {
        TreeMap<String, String> labels = new TreeMap<>(about);
        labels.putAll(rule.labels());
        labels.put(NAME, rule.name());
        labels.put(SEVERITY, rule.severityOrLeast().name());
        return labels;
    }

    /** Sixteen hex digits; equal labels have equal ones. */
    public static String fingerprint(Map<String, String> labels) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            new TreeMap<>(labels).forEach((name, value) -> {
                digest.update(name.getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
                digest.update(value.getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
            });
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    boolean firing() {
        return state == State.FIRING;
    }

    Alert seen(double newValue, String newSummary, long at) {
        return with(next -> {
            next.value = newValue;
            next.summary = newSummary;
            next.seenAt = at;
        });
    }

    /** As it was before: what is resolved and comes again within its group is not a new alert to those who were told. */
    Alert pendingAgain(double newValue, String newSummary, long from, long at) {
        return seen(newValue, newSummary, at).with(next -> {
            next.state = State.PENDING;
            next.since = from;
            next.firedAt = 0;
            next.notifiedAt = 0;
            next.escalated = 0;
            next.acknowledgedBy = null;
        });
    }

    Alert fired(long at, String inGroup) {
        return with(next -> {
            next.state = State.FIRING;
            next.firedAt = at;
            next.resolvedAt = 0;
            next.group = inGroup;
        });
    }

    Alert resolved(long at) {
        return with(next -> {
            next.state = State.RESOLVED;
            next.resolvedAt = at;
        });
    }

    Alert acknowledged(String by) {
        return with(next -> next.acknowledgedBy = by);
    }

    Alert notified(long at) {
        return with(next -> next.notifiedAt = notifiedAt == 0 ? at : notifiedAt);
    }

    Alert escalatedOnce() {
        return with(next -> next.escalated++);
    }

    private Alert with(Consumer<Next> change) {
        Next next = new Next(this);
        change.accept(next);
        return next.alert();
    }

    /** What may change of an alert; what it is stays. */
    private static final class Next {
        private final Alert before;
        private String summary;
        private double value;
        private State state;
        private long since;
        private long seenAt;
        private long firedAt;
        private long resolvedAt;
        private long notifiedAt;
        private int escalated;
        private String group;
        private @Nullable String acknowledgedBy;

        Next(Alert before) {
            this.before = before;
            summary = before.summary;
            value = before.value;
            state = before.state;
            since = before.since;
            seenAt = before.seenAt;
            firedAt = before.firedAt;
            resolvedAt = before.resolvedAt;
            notifiedAt = before.notifiedAt;
            escalated = before.escalated;
            group = before.group;
            acknowledgedBy = before.acknowledgedBy;
        }

        Alert alert() {
            return new Alert(
                    before.fingerprint,
                    before.rule,
                    before.severity,
                    before.labels,
                    summary,
                    before.runbook,
                    value,
                    state,
                    since,
                    seenAt,
                    firedAt,
                    resolvedAt,
                    notifiedAt,
                    escalated,
                    group,
                    acknowledgedBy);
        }
    }
}
