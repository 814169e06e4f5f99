package io.millrace.monitor.domain.alert;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Alerts that are told of together.
 *
 * @param key its labels, as text
 * @param receiver who is told
 * @param flushAt when it is looked at next; ms
 * @param toldAt when it was last told of; 0 for never
 * @param toldFiring which members were firing when it was told of
 * @param toldResolved which were resolved
 * @param sequence how often it was told of
 */
public record AlertGroup(
        String key,
        String receiver,
        long flushAt,
        long toldAt,
        Set<String> toldFiring,
        Set<String> toldResolved,
        long sequence) {

    public AlertGroup {
        toldFiring = Set.copyOf(toldFiring);
        toldResolved = Set.copyOf(toldResolved);
    }

    AlertGroup flushed(long nextAt) {
        return new AlertGroup(key, receiver, nextAt, toldAt, toldFiring, toldResolved, sequence);
    }

    AlertGroup told(long at, Set<String> firing, Set<String> resolved) {
        return new AlertGroup(key, receiver, flushAt, at, firing, resolved, sequence + 1);
    }

    /** Whether its receiver has to be told, as Alertmanager decides it. */
    Notification.@Nullable Reason due(
            Set<String> firing, Set<String> resolved, long now, long repeatMs, boolean acknowledged) {
        if (firing.isEmpty() && resolved.isEmpty()) {
            return null; // all of it is muted
        }
        if (toldAt == 0) {
            return firing.isEmpty() ? null : Notification.Reason.FIRST;
        }
        if (!toldFiring.containsAll(firing)) {
            return Notification.Reason.NEW_ALERT;
        }
        if (firing.isEmpty()) {
            return toldFiring.isEmpty() ? null : Notification.Reason.ALL_RESOLVED;
        }
        if (!toldResolved.containsAll(resolved)) {
            return Notification.Reason.SOME_RESOLVED;
        }
        return toldAt < now - repeatMs && !acknowledged ? Notification.Reason.REPEATED : null;
    }
}
