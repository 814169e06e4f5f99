package io.millrace.monitor.domain.alert;

import java.util.Map;

/**
 * Alerts that match are told to nobody from {@code from} until {@code until}; ms. A maintenance window is a silence set in
 * advance.
 */
public record Silence(String id, Matcher of, long from, long until, String by, String reason) {

    boolean mutes(Map<String, String> labels, long now) {
        return from <= now && now < until && of.matches(labels);
    }
}
