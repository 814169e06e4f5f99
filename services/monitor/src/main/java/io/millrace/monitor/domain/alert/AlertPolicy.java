package io.millrace.monitor.domain.alert;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The rules in force, and who is told of their alerts how.
 *
 * @param version hash of the document
 * @param document what it was read from; empty for none
 * @param groupBy labels whose alerts are told of together; {@code alertname} is the rule's name
 * @param groupWaitMs how long the first alert of a group waits for others; ms
 * @param groupIntervalMs how long a group waits for changes after it was told of; ms
 * @param repeatMs how long until what goes on is told again; ms
 * @param chains who is told, by severity
 * @param inhibitions which alerts keep which others quiet
 */
public record AlertPolicy(
        String version,
        String document,
        List<AlertRule> rules,
        List<String> groupBy,
        long groupWaitMs,
        long groupIntervalMs,
        long repeatMs,
        Map<Severity, Chain> chains,
        List<Inhibition> inhibitions) {

    /** Before any is adopted: nothing is an alert. */
    public static final AlertPolicy NONE = new AlertPolicy("", "", List.of(), List.of(), 0, 0, 0, Map.of(), List.of());

    public AlertPolicy {
        rules = List.copyOf(rules);
        groupBy = List.copyOf(groupBy);
        chains = Map.copyOf(chains);
        inhibitions = List.copyOf(inhibitions);
    }

    /**
     * Who is told of a severity's alerts.
     *
     * @param receiver who is told first
     * @param steps who else, as long as nobody acknowledges
     */
    public record Chain(String receiver, List<Step> steps) {
        public Chain {
            steps = List.copyOf(steps);
        }
    }

    /** @param afterMs how long an alert was told of and not acknowledged; ms */
    public record Step(long afterMs, String receiver) {}

    /** An alert that matches {@code source} keeps those quiet that match {@code target} and have the same {@code equal}. */
    public record Inhibition(Matcher source, Matcher target, Set<String> equal) {
        public Inhibition {
            equal = Set.copyOf(equal);
        }
    }
}
