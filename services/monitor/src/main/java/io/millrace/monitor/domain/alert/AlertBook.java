package io.millrace.monitor.domain.alert;

import io.millrace.monitor.domain.alert.AlertRule.Condition;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** State of the alert engine: the rules in force, all alerts, groups and silences. */
public final class AlertBook {

    /** What of it changed, by kind and key. */
    public record Change(Kind kind, String key) {}

    /** Kinds of things in it. */
    public enum Kind {
        HEADER,
        ALERT,
        GROUP,
        SILENCE
    }

    /** Later than anything. */
    private static final long NEVER = Long.MAX_VALUE;

    private long now;
    private AlertPolicy policy;
    private final TreeMap<String, Alert> alerts = new TreeMap<>();
    private final Map<String, TreeSet<String>> members = new HashMap<>();
    private final TreeMap<String, AlertGroup> groups = new TreeMap<>();
    private final TreeMap<String, Silence> silences = new TreeMap<>();
    private final Set<Change> changes = new LinkedHashSet<>();

    /** Alerts that the last input touched; what is decided at once is decided of them. */
    private final Set<String> touched = new LinkedHashSet<>();

    /** What fires on the source's side of an inhibition, until anything changes. */
    private final Map<AlertPolicy.Inhibition, List<Alert>> sources = new HashMap<>();

    private long nextDue = NEVER;
    private boolean dueKnown;

    public AlertBook() {
        this(0, AlertPolicy.NONE, List.of(), List.of(), List.of());
    }

    public AlertBook(
            long now,
            AlertPolicy policy,
            Collection<Alert> alerts,
            Collection<AlertGroup> groups,
            Collection<Silence> silences) {
        this.now = now;
        this.policy = policy;
        alerts.forEach(this::index);
        groups.forEach(group -> this.groups.put(group.key(), group));
        silences.forEach(silence -> this.silences.put(silence.id(), silence));
    }

    public long now() {
        return now;
    }

    public AlertPolicy policy() {
        return policy;
    }

    public @Nullable Alert alert(String fingerprint) {
        return alerts.get(fingerprint);
    }

    public Collection<Alert> alerts() {
        return alerts.values();
    }

    public @Nullable AlertGroup group(String key) {
        return groups.get(key);
    }

    public Collection<AlertGroup> groups() {
        return groups.values();
    }

    public @Nullable Silence silence(String id) {
        return silences.get(id);
    }

    public Collection<Silence> silences() {
        return silences.values();
    }

    Set<String> touched() {
        return touched;
    }

    /** What changed since the last call. */
    public Set<Change> takeChanges() {
        Set<Change> taken = new LinkedHashSet<>(changes);
        changes.clear();
        return taken;
    }

    private void index(Alert alert) {
        Alert before = alerts.put(alert.fingerprint(), alert);
        if (before != null && !before.group().equals(alert.group())) {
            leave(before);
        }
        if (!alert.group().isEmpty()) {
            members.computeIfAbsent(alert.group(), key -> new TreeSet<>()).add(alert.fingerprint());
        }
    }

    private void leave(Alert alert) {
        Set<String> left = members.get(alert.group());
        if (left != null) {
            left.remove(alert.fingerprint());
            if (left.isEmpty()) {
                members.remove(alert.group());
            }
        }
    }

    /** Fingerprints of a group's alerts that fire, or were resolved since it was last looked at; ascending. */
    Set<String> members(String group) {
        return members.getOrDefault(group, new TreeSet<>());
    }

    void put(Alert alert) {
        index(alert);
        changed(Kind.ALERT, alert.fingerprint());
    }

    void put(AlertGroup group) {
        groups.put(group.key(), group);
        changed(Kind.GROUP, group.key());
    }

    void removeAlert(String fingerprint) {
        Alert removed = alerts.remove(fingerprint);
        if (removed != null) {
            leave(removed);
        }
        changed(Kind.ALERT, fingerprint);
    }

    void removeGroup(String key) {
        groups.remove(key);
        changed(Kind.GROUP, key);
    }

    private void changed(Kind kind, String key) {
        changes.add(new Change(kind, key));
        sources.clear();
        dueKnown = false;
    }

    /** Applies what happened. */
    void take(AlertInput input) {
        now = Math.max(now, input.at());
        touched.clear();
        changes.add(new Change(Kind.HEADER, ""));
        switch (input) {
            case AlertInput.RulesAdopted adopted -> {
                policy = adopted.policy();
                sources.clear();
                dueKnown = false;
                forgetRules();
            }
            case AlertInput.Observed observed -> observe(observed);
            case AlertInput.Signalled signalled -> hear(signalled);
            case AlertInput.SilenceSet set -> {
                silences.put(set.silence().id(), set.silence());
                changed(Kind.SILENCE, set.silence().id());
            }
            case AlertInput.SilenceEnded ended -> {
                silences.remove(ended.id());
                changed(Kind.SILENCE, ended.id());
            }
            case AlertInput.Acknowledged acknowledged -> touched.add(acknowledged.fingerprint());
            case AlertInput.Tick tick -> {
                dueKnown = false;
                forgetWhatIsOver();
            }
        }
    }

    /** What fires by a rule that is no longer there is no longer looked at: it resolves. */
    private void forgetRules() {
        Set<String> names = new HashSet<>();
        policy.rules().forEach(rule -> names.add(rule.name()));
        for (Alert alert : Set.copyOf(alerts.values())) {
            if (!names.contains(alert.rule())) {
                if (alert.firing()) {
                    touched.add(alert.fingerprint());
                } else if (alert.state() == Alert.State.PENDING) {
                    removeAlert(alert.fingerprint());
                }
            }
        }
    }

    private void forgetWhatIsOver() {
        for (Silence silence : List.copyOf(silences.values())) {
            if (silence.until() <= now) {
                silences.remove(silence.id());
                changed(Kind.SILENCE, silence.id());
            }
        }
        for (Alert alert : List.copyOf(alerts.values())) {
            if (alert.state() == Alert.State.PENDING && Timers.lapses(this, alert) <= now) {
                dropPending(alert);
            }
        }
    }

    private void observe(AlertInput.Observed observed) {
        for (AlertRule rule : policy.rules()) {
            if (rule.condition() instanceof Condition.Metric metric
                    && metric.of().matches(observed.labels())) {
                Figure figure = observed.metrics().get(metric.metric());
                Boolean holds = figure == null || Double.isNaN(figure.value())
                        ? null
                        : metric.comparison().holds(figure, metric.bound());
                if (figure != null && holds != null) {
                    Map<String, String> labels = Alert.labels(rule, observed.labels());
                    note(rule, labels, holds, figure.value(), observed.from(), observed.to());
                }
            }
        }
    }

    private void hear(AlertInput.Signalled signalled) {
        for (AlertRule rule : policy.rules()) {
            if (rule.condition() instanceof Condition.Signal signal
                    && new Matcher(Map.of("signal", signal.signal())).matches(Map.of("signal", signalled.signal()))
                    && signal.of().matches(signalled.labels())) {
                TreeMap<String, String> about = new TreeMap<>(signalled.labels());
                about.put("signal", signalled.signal());
                AlertRule told = rule.told(signalled.severity(), signalled.summary());
                note(told, Alert.labels(told, about), true, 1, signalled.occurredAt(), signalled.occurredAt());
            }
        }
    }

    private void note(AlertRule rule, Map<String, String> labels, boolean holds, double value, long from, long to) {
        String fingerprint = Alert.fingerprint(labels);
        Alert known = alerts.get(fingerprint);
        if (!holds) {
            if (known == null) {
                return;
            }
            if (known.state() == Alert.State.PENDING) {
                dropPending(known);
            } else if (known.firing()) {
                put(known.seen(value, known.summary(), NOT_SEEN));
                touched.add(fingerprint);
            }
            return;
        }
        String summary = summary(rule, labels, value);
        if (known == null) {
            put(Alert.pending(rule, labels, value, summary, from, now));
        } else if (known.state() == Alert.State.RESOLVED) {
            put(known.pendingAgain(value, summary, from, now));
        } else {
            put(known.seen(value, summary, now));
        }
        Alert noted = alerts.get(fingerprint);
        if (noted != null && noted.state() == Alert.State.PENDING && to - noted.since() >= rule.holdsMs()) {
            touched.add(fingerprint);
        }
    }

    /** In place of when an alert was last heard of: it was heard that it is over. */
    static final long NOT_SEEN = -1;

    private void dropPending(Alert known) {
        if (known.resolvedAt() > 0) {
            put(known.resolved(known.resolvedAt())); // its group still has to be told that it was resolved
        } else {
            removeAlert(known.fingerprint());
        }
    }

    private static String summary(AlertRule rule, Map<String, String> labels, double value) {
        String summary = rule.summary().replace("{value}", plain(value));
        for (Map.Entry<String, String> label : labels.entrySet()) {
            summary = summary.replace("{" + label.getKey() + "}", label.getValue());
        }
        return summary;
    }

    private static String plain(double value) {
        double rounded = Math.abs(value) < 1e9 ? Math.rint(value * 1e4) / 1e4 : value;
        return rounded == Math.rint(rounded) && Math.abs(rounded) < 1e9
                ? Long.toString((long) rounded)
                : Double.toString(rounded);
    }

    @Nullable
    AlertRule rule(String name) {
        for (AlertRule rule : policy.rules()) {
            if (rule.name().equals(name)) {
                return rule;
            }
        }
        return null;
    }

    /** When something is to be decided without anything happening; far in the future for never. */
    public long nextDue() {
        if (!dueKnown) {
            nextDue = Timers.next(this);
            dueKnown = true;
        }
        return nextDue;
    }

    /** Whether nobody is to be told of it now. */
    boolean muted(Alert alert) {
        return silenced(alert) || inhibited(alert);
    }

    private boolean silenced(Alert alert) {
        return silences.values().stream().anyMatch(silence -> silence.mutes(alert.labels(), now));
    }

    private boolean inhibited(Alert alert) {
        for (AlertPolicy.Inhibition inhibition : policy.inhibitions()) {
            if (inhibition.target().matches(alert.labels())) {
                boolean both = inhibition.source().matches(alert.labels());
                for (Alert source : sources.computeIfAbsent(inhibition, this::firing)) {
                    // One that is on both sides is not kept quiet by another that is: they would silence each other.
                    if (!(both && inhibition.target().matches(source.labels()))
                            && inhibition.equal().stream().allMatch(name -> equal(name, source, alert))) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private List<Alert> firing(AlertPolicy.Inhibition inhibition) {
        return alerts.values().stream()
                .filter(alert -> alert.firing() && inhibition.source().matches(alert.labels()))
                .toList();
    }

    private static boolean equal(String label, Alert one, Alert other) {
        return one.labels().getOrDefault(label, "").equals(other.labels().getOrDefault(label, ""));
    }
}
