package io.millrace.monitor.delivery;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.events.alert.AlertState;
import io.millrace.events.alert.NotificationDue;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A notification in a receiver's words. The same notification gives the same words. */
final class Messages {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LONGEST_SUMMARY = 1024;
    private static final int LONGEST_KEY = 255;
    private static final int MOST_LINES = 10;
    private static final String NEVER = "0001-01-01T00:00:00Z";

    private Messages() {}

    static String body(Receiver receiver, NotificationDue due) {
        Object body = switch (receiver.format()) {
            case WEBHOOK -> webhook(receiver, due);
            case ALERTMANAGER -> alerts(due);
            case SLACK -> Map.of("text", text(due));
            case PAGERDUTY -> pagerDuty(receiver, due);
        };
        try {
            return JSON.writeValueAsString(body);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("maps and texts can always be written", e);
        }
    }

    private static boolean firing(NotificationDue due) {
        return due.getFiringCount() > 0;
    }

    private static Map<String, Object> webhook(Receiver receiver, NotificationDue due) {
        List<AlertState> all = all(due);
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("version", "4");
        body.put("groupKey", due.getGroup());
        body.put("truncatedAlerts", due.getFiringCount() + due.getResolvedCount() - all.size());
        body.put("status", firing(due) ? "firing" : "resolved");
        body.put("receiver", receiver.name());
        body.put("groupLabels", Map.of());
        body.put("commonLabels", common(all));
        body.put("commonAnnotations", Map.of());
        body.put("externalURL", "");
        body.put("notificationId", due.getNotificationId());
        body.put("reason", due.getReason().name());
        body.put("alerts", alerts(due));
        return body;
    }

    private static List<AlertState> all(NotificationDue due) {
        List<AlertState> all = new ArrayList<>(due.getFiring());
        all.addAll(due.getResolved());
        return all;
    }

    private static Map<String, String> common(List<AlertState> alerts) {
        Map<String, String> common = new TreeMap<>();
        if (!alerts.isEmpty()) {
            alerts.get(0).getLabels().forEach((name, value) -> {
                if (alerts.stream()
                        .allMatch(alert -> value.equals(alert.getLabels().get(name)))) {
                    common.put(name, value);
                }
            });
        }
        return common;
    }

    private static List<Map<String, Object>> alerts(NotificationDue due) {
        List<Map<String, Object>> alerts = new ArrayList<>();
        due.getFiring().forEach(alert -> alerts.add(alert(alert, "firing")));
        due.getResolved().forEach(alert -> alerts.add(alert(alert, "resolved")));
        return alerts;
    }

    private static Map<String, Object> alert(AlertState alert, String status) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("status", status);
        body.put("labels", new TreeMap<>(alert.getLabels()));
        body.put(
                "annotations",
                new TreeMap<>(Map.of(
                        "summary", alert.getSummary(),
                        "runbook_url", alert.getRunbook(),
                        "value", Double.toString(alert.getValue()))));
        body.put("startsAt", alert.getSince().toString());
        body.put("endsAt", instant(alert.getResolvedAt()));
        body.put("generatorURL", "");
        body.put("fingerprint", alert.getFingerprint());
        return body;
    }

    private static String instant(@Nullable Instant instant) {
        return instant == null ? NEVER : instant.toString();
    }

    private static String text(NotificationDue due) {
        StringBuilder text = new StringBuilder();
        text.append(
                firing(due)
                        ? "*" + due.getFiring().get(0).getSeverity() + ": " + due.getFiringCount() + " firing*"
                        : "*Resolved*");
        text.append(due.getResolvedCount() > 0 && firing(due) ? ", " + due.getResolvedCount() + " resolved" : "");
        int lines = 0;
        for (AlertState alert : all(due)) {
            if (lines++ == MOST_LINES) {
                text.append("\n... and ").append(due.getFiringCount() + due.getResolvedCount() - MOST_LINES);
                text.append(" more");
                break;
            }
            text.append("\n")
                    .append(alert.getResolvedAt() == null ? "• " : "✓ ")
                    .append(alert.getSummary())
                    .append(" (")
                    .append(alert.getRunbook())
                    .append(")");
        }
        return text.toString();
    }

    private static Map<String, Object> pagerDuty(Receiver receiver, NotificationDue due) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("routing_key", Objects.requireNonNull(receiver.key(), "a key"));
        body.put("event_action", firing(due) ? "trigger" : "resolve");
        body.put("dedup_key", cut(due.getGroup(), LONGEST_KEY));
        if (firing(due)) {
            AlertState first = due.getFiring().get(0);
            String more = due.getFiringCount() > 1 ? " (and " + (due.getFiringCount() - 1) + " more)" : "";
            Map<String, Object> payload = new LinkedHashMap<>();
            payload.put("summary", cut(first.getSummary(), LONGEST_SUMMARY - more.length()) + more);
            payload.put("source", "millrace");
            payload.put(
                    "severity",
                    switch (first.getSeverity()) {
                        case P1 -> "critical";
                        case P2 -> "error";
                        case P3 -> "warning";
                        case P4 -> "info";
                    });
            payload.put("timestamp", first.getSince().toString());
            payload.put("component", first.getRule());
            payload.put(
                    "custom_details",
                    Map.of(
                            "labels", new TreeMap<>(first.getLabels()),
                            "runbook", first.getRunbook(),
                            "notification_id", due.getNotificationId()));
            body.put("payload", payload);
        }
        return body;
    }

    private static String cut(String text, int most) {
        return text.length() <= most ? text : text.substring(0, most);
    }
}
