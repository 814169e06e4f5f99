package io.millrace.monitor.delivery;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Where somebody is reached.
 *
 * @param key what it lets the sender in with, where its format has one; a secret
 */
public record Receiver(
        String name, Format format, URI url, @Nullable String key) {

    /** What it understands. */
    public enum Format {
        /** Alertmanager's webhook, version 4. */
        WEBHOOK,
        /** Alertmanager's own API, version 2: it groups and tells by itself. */
        ALERTMANAGER,
        SLACK,
        /** Events API, version 2. */
        PAGERDUTY
    }

    /** Without the key. */
    @Override
    public String toString() {
        return name + " (" + format + ", " + url.getHost() + ")";
    }
}
