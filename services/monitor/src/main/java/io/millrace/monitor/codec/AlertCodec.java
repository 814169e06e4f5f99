package io.millrace.monitor.codec;

import io.millrace.events.alert.AlertEvent;
import io.millrace.events.alert.AlertFired;
import io.millrace.events.alert.AlertResolved;
import io.millrace.events.alert.AlertSeverity;
import io.millrace.events.alert.AlertState;
import io.millrace.events.alert.AlertTaken;
import io.millrace.events.alert.NotificationDue;
import io.millrace.events.alert.NotificationReason;
import io.millrace.monitor.domain.alert.Alert;
import io.millrace.monitor.domain.alert.Notification;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the alert engine decides, as it travels. */
public final class AlertCodec {

    /** The label of a signal that tells of a job. */
    private static final String JOB = "job_id";

    /** Alerts that a notification tells one by one; the others it counts. */
    private static final int MOST_TOLD = 100;

    /** An event of {@code alerts} with its key. */
    public record Keyed(String key, AlertEvent event) {}

    private AlertCodec() {}

    /**
     * @param eventId the same whenever it is decided again
     * @param rules version of those in force
     * @return null for what is nobody else's business
     */
    public static @Nullable Keyed published(
            String eventId, String rules, io.millrace.monitor.domain.alert.AlertEvent decided) {
        return switch (decided) {
            case io.millrace.monitor.domain.alert.AlertEvent.Fired(Alert alert, long at) ->
                new Keyed(alert.fingerprint(), event(eventId, at, new AlertFired(state(alert), rules)));
            case io.millrace.monitor.domain.alert.AlertEvent.Resolved(Alert alert, long at) ->
                new Keyed(alert.fingerprint(), event(eventId, at, new AlertResolved(state(alert))));
            case io.millrace.monitor.domain.alert.AlertEvent.Taken(Alert alert, String by, String reason, long at) ->
                new Keyed(alert.fingerprint(), event(eventId, at, new AlertTaken(state(alert), reason)));
            case io.millrace.monitor.domain.alert.AlertEvent.Told(Notification told) ->
                new Keyed(told.group(), event(eventId, told.at(), notification(told)));
            case io.millrace.monitor.domain.alert.AlertEvent.Flushed flushed -> null;
        };
    }

    /** The job that it is about, or the first of several; null where it is about none. */
    public static @Nullable String job(io.millrace.monitor.domain.alert.AlertEvent decided) {
        return switch (decided) {
            case io.millrace.monitor.domain.alert.AlertEvent.Fired(Alert alert, long at) -> job(alert);
            case io.millrace.monitor.domain.alert.AlertEvent.Resolved(Alert alert, long at) -> job(alert);
            case io.millrace.monitor.domain.alert.AlertEvent.Taken(Alert alert, String by, String reason, long at) ->
                job(alert);
            case io.millrace.monitor.domain.alert.AlertEvent.Told(Notification told) ->
                Stream.concat(told.firing().stream(), told.resolved().stream())
                        .map(AlertCodec::job)
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElse(null);
            case io.millrace.monitor.domain.alert.AlertEvent.Flushed flushed -> null;
        };
    }

    private static @Nullable String job(Alert alert) {
        return alert.labels().get(JOB);
    }

    private static AlertEvent event(String id, long at, Object payload) {
        return new AlertEvent(id, Instant.ofEpochMilli(at), VerdictCodec.ACTOR, payload);
    }

    private static NotificationDue notification(Notification told) {
        return new NotificationDue(
                told.id(),
                told.group(),
                told.receiver(),
                NotificationReason.valueOf(told.reason().name()),
                states(told.firing()),
                (long) told.firing().size(),
                states(told.resolved()),
                (long) told.resolved().size());
    }

    private static List<AlertState> states(List<Alert> alerts) {
        return alerts.stream().limit(MOST_TOLD).map(AlertCodec::state).toList();
    }

    private static AlertState state(Alert alert) {
        return new AlertState(
                alert.fingerprint(),
                alert.rule(),
                AlertSeverity.valueOf(alert.severity().name()),
                alert.labels(),
                alert.summary(),
                alert.runbook(),
                alert.value(),
                Instant.ofEpochMilli(alert.since()),
                instant(alert.firedAt()),
                instant(alert.resolvedAt()),
                alert.acknowledgedBy());
    }

    private static @Nullable Instant instant(long ms) {
        return ms == 0 ? null : Instant.ofEpochMilli(ms);
    }
}
