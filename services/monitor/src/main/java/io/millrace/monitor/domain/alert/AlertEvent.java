package io.millrace.monitor.domain.alert;

import java.util.Set;

/** What the alert engine decides. */
public sealed interface AlertEvent {

    /** It has been so for as long as its rule asks. */
    record Fired(Alert alert, long at) implements AlertEvent {}

    /** It is no longer so. */
    record Resolved(Alert alert, long at) implements AlertEvent {}

    /** Somebody has taken it. */
    record Taken(Alert alert, String by, String reason, long at) implements AlertEvent {}

    /** A receiver is to be told. */
    record Told(Notification notification) implements AlertEvent {}

    /**
     * A group was looked at.
     *
     * @param gone members that are over and done with
     */
    record Flushed(String group, long nextAt, Set<String> gone) implements AlertEvent {}
}
