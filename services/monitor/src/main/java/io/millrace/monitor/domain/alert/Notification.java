package io.millrace.monitor.domain.alert;

import java.util.List;

/**
 * What a receiver is to be told.
 *
 * @param id the same however often it is sent
 * @param group key of the group
 * @param firing alerts that fire, most severe first
 * @param resolved alerts that no longer do
 */
public record Notification(
        String id, String group, String receiver, Reason reason, List<Alert> firing, List<Alert> resolved, long at) {

    /** Why it is told now. */
    public enum Reason {
        /** The group is new. */
        FIRST,
        /** An alert is new in it. */
        NEW_ALERT,
        SOME_RESOLVED,
        ALL_RESOLVED,
        /** It goes on. */
        REPEATED,
        /** Nobody has acknowledged it. */
        ESCALATED
    }
}
