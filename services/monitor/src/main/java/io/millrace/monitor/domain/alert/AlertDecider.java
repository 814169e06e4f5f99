package io.millrace.monitor.domain.alert;

import io.millrace.streams.decider.Decider;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides which alerts fire and resolve as soon as something is heard, and at ticks who is told. Groups, repeats,
 * inhibitions and silences are as Alertmanager has them: a group is looked at after its wait and then at each interval;
 * its receiver is told when it is new, when an alert is new in it, when one was resolved, and when it has gone on for the
 * repeat interval.
 */
public final class AlertDecider implements Decider<AlertBook, AlertInput, AlertEvent> {

    /** Receiver of a severity that has none. */
    private static final String NOBODY = "";

    @Override
    public AlertBook initialState() {
        return new AlertBook();
    }

    @Override
    public AlertBook evolve(AlertBook book, AlertInput input) {
        book.take(input);
        return book;
    }

    @Override
    public AlertBook evolveDecided(AlertBook book, AlertEvent event) {
        switch (event) {
            case AlertEvent.Fired(Alert alert, long at) -> join(book, alert, at);
            case AlertEvent.Resolved(Alert alert, long at) -> book.put(alert);
            case AlertEvent.Taken(Alert alert, String by, String reason, long at) -> book.put(alert);
            case AlertEvent.Told(Notification notification) -> told(book, notification);
            case AlertEvent.Flushed(String key, long nextAt, Set<String> gone) -> flushed(book, key, nextAt, gone);
        }
        return book;
    }

    private static void join(AlertBook book, Alert alert, long at) {
        book.put(alert);
        if (book.group(alert.group()) == null) {
            book.put(new AlertGroup(
                    alert.group(),
                    receiver(book.policy(), alert.severity()),
                    at + book.policy().groupWaitMs(),
                    0,
                    Set.of(),
                    Set.of(),
                    0));
        }
    }

    private static String receiver(AlertPolicy policy, Severity severity) {
        AlertPolicy.Chain chain = policy.chains().get(severity);
        return chain == null ? NOBODY : chain.receiver();
    }

    private static String groupKey(AlertPolicy policy, Alert alert) {
        StringBuilder key = new StringBuilder(receiver(policy, alert.severity())).append(":");
        for (String label : policy.groupBy()) {
            key.append('/').append(label).append('=').append(alert.labels().getOrDefault(label, ""));
        }
        return key.toString();
    }

    private static void told(AlertBook book, Notification notification) {
        long at = notification.at();
        if (notification.reason() == Notification.Reason.ESCALATED) {
            notification.firing().forEach(alert -> book.put(alert.escalatedOnce()));
            return;
        }
        for (Alert alert : notification.firing()) {
            book.put(alert.notified(at));
        }
        AlertGroup group = book.group(notification.group());
        if (group != null) {
            book.put(group.told(at, fingerprints(notification.firing()), fingerprints(notification.resolved())));
        }
    }

    private static void flushed(AlertBook book, String key, long nextAt, Set<String> gone) {
        AlertGroup group = book.group(key);
        if (group == null) {
            return;
        }
        for (String fingerprint : gone) {
            Alert alert = book.alert(fingerprint);
            if (alert != null && alert.state() == Alert.State.RESOLVED) {
                book.removeAlert(fingerprint);
            }
        }
        if (book.members(key).isEmpty()) {
            book.removeGroup(key);
        } else {
            book.put(group.flushed(nextAt));
        }
    }

    private static Set<String> fingerprints(List<Alert> alerts) {
        Set<String> fingerprints = new TreeSet<>();
        alerts.forEach(alert -> fingerprints.add(alert.fingerprint()));
        return fingerprints;
    }

    @Override
    public Iterator<AlertEvent> decide(AlertBook book, AlertInput input) {
        Deque<Supplier<@Nullable AlertEvent>> steps = new ArrayDeque<>();
        for (String fingerprint : List.copyOf(book.touched())) {
            steps.add(() -> touched(book, fingerprint, input));
        }
        if (input instanceof AlertInput.Tick) {
            for (Alert alert : List.copyOf(book.alerts())) {
                if (alert.firing() && Timers.lapses(book, alert) <= book.now()) {
                    steps.add(() -> new AlertEvent.Resolved(alert.resolved(book.now()), book.now()));
                }
            }
            for (AlertGroup group : List.copyOf(book.groups())) {
                if (group.flushAt() <= book.now()) {
                    steps.add(() -> tell(book, group.key()));
                    steps.add(() -> flush(book, group.key()));
                }
            }
            escalations(book).forEach(steps::add);
        }
        return new Steps(steps);
    }

    /** Asks for each decision only when the one before it is in the book. */
    private static final class Steps implements Iterator<AlertEvent> {
        private final Deque<Supplier<@Nullable AlertEvent>> steps;
        private @Nullable AlertEvent next;

        Steps(Deque<Supplier<@Nullable AlertEvent>> steps) {
            this.steps = steps;
        }

        @Override
        public boolean hasNext() {
            while (next == null && !steps.isEmpty()) {
                next = steps.removeFirst().get();
            }
            return next != null;
        }

        @Override
        public AlertEvent next() {
            if (!hasNext() || next == null) {
                throw new NoSuchElementException("nothing more is decided");
            }
            AlertEvent taken = next;
            next = null;
            return taken;
        }
    }

    private static @Nullable AlertEvent touched(AlertBook book, String fingerprint, AlertInput input) {
        Alert alert = book.alert(fingerprint);
        if (alert == null) {
            return null;
        }
        if (input instanceof AlertInput.Acknowledged acknowledged) {
            return alert.firing() && alert.acknowledgedBy() == null
                    ? new AlertEvent.Taken(
                            alert.acknowledged(acknowledged.by()), acknowledged.by(), acknowledged.reason(), book.now())
                    : null;
        }
        return switch (alert.state()) {
            case PENDING -> new AlertEvent.Fired(alert.fired(book.now(), groupKey(book.policy(), alert)), book.now());
            case FIRING ->
                alert.seenAt() == AlertBook.NOT_SEEN || book.rule(alert.rule()) == null
                        ? new AlertEvent.Resolved(alert.resolved(book.now()), book.now())
                        : null;
            case RESOLVED -> null;
        };
    }

    private static @Nullable AlertEvent tell(AlertBook book, String key) {
        AlertGroup group = book.group(key);
        if (group == null || group.receiver().equals(NOBODY)) {
            return null;
        }
        List<Alert> firing = new ArrayList<>();
        List<Alert> resolved = new ArrayList<>();
        for (Alert alert : members(book, group)) {
            if (book.muted(alert)) {
                continue;
            }
            switch (alert.state()) {
                case FIRING -> firing.add(alert);
                case RESOLVED -> resolved.add(alert);
                case PENDING -> {}
            }
        }
        boolean acknowledged = firing.stream().allMatch(alert -> alert.acknowledgedBy() != null);
        Notification.Reason reason = group.due(
                fingerprints(firing),
                fingerprints(resolved),
                book.now(),
                book.policy().repeatMs(),
                acknowledged);
        return reason == null
                ? null
                : new AlertEvent.Told(new Notification(
                        id(group.key(), group.sequence() + 1, firing, resolved),
                        group.key(),
                        group.receiver(),
                        reason,
                        firing,
                        resolved,
                        book.now()));
    }

    private static String id(String group, long sequence, List<Alert> firing, List<Alert> resolved) {
        TreeMap<String, String> parts = new TreeMap<>(Map.of("group", group, "sequence", Long.toString(sequence)));
        firing.forEach(alert -> parts.put("f" + alert.fingerprint(), Long.toString(alert.firedAt())));
        resolved.forEach(alert -> parts.put("r" + alert.fingerprint(), Long.toString(alert.resolvedAt())));
        return Alert.fingerprint(parts);
    }

    private static List<Alert> members(AlertBook book, AlertGroup group) {
        List<Alert> members = new ArrayList<>();
        for (String fingerprint : book.members(group.key())) {
            Alert alert = book.alert(fingerprint);
            if (alert != null) {
                members.add(alert);
            }
        }
        members.sort(Comparator.comparing(Alert::severity)
                .thenComparingLong(Alert::firedAt)
                .thenComparing(Alert::fingerprint));
        return members;
    }

    /** Members that are resolved are over and done with, whether they were told of or muted. */
    private static @Nullable AlertEvent flush(AlertBook book, String key) {
        AlertGroup group = book.group(key);
        if (group == null) {
            return null;
        }
        Set<String> gone = new TreeSet<>();
        for (String fingerprint : book.members(group.key())) {
            Alert alert = book.alert(fingerprint);
            if (alert == null || alert.state() == Alert.State.RESOLVED) {
                gone.add(fingerprint);
            }
        }
        return new AlertEvent.Flushed(key, book.now() + book.policy().groupIntervalMs(), gone);
    }

    /** One notification for each receiver, of all that nobody acknowledged in time. */
    private static List<Supplier<@Nullable AlertEvent>> escalations(AlertBook book) {
        List<Supplier<@Nullable AlertEvent>> steps = new ArrayList<>();
        for (Map.Entry<Severity, AlertPolicy.Chain> entry :
                new TreeMap<>(book.policy().chains()).entrySet()) {
            List<AlertPolicy.Step> chain = entry.getValue().steps();
            for (int i = 0; i < chain.size(); i++) {
                int step = i;
                steps.add(() -> escalation(book, entry.getKey(), step, chain.get(step)));
            }
        }
        return steps;
    }

    private static @Nullable AlertEvent escalation(AlertBook book, Severity severity, int step, AlertPolicy.Step next) {
        List<Alert> due = new ArrayList<>();
        for (Alert alert : book.alerts()) {
            if (alert.severity() == severity
                    && alert.escalated() == step
                    && Timers.escalates(book, alert) <= book.now()
                    && !book.muted(alert)) {
                due.add(alert);
            }
        }
        String group = next.receiver() + "/escalation=" + severity;
        return due.isEmpty()
                ? null
                : new AlertEvent.Told(new Notification(
                        id(group, step, due, List.of()),
                        group,
                        next.receiver(),
                        Notification.Reason.ESCALATED,
                        due,
                        List.of(),
                        book.now()));
    }
}
