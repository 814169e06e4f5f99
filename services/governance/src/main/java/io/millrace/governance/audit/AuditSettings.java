package io.millrace.governance.audit;

import io.millrace.streams.Topic;
import io.millrace.streams.Topic.Principal;
import io.millrace.streams.Topics;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What an audit log is made with.
 *
 * @param logId its name: the key of its entries, and the origin of its checkpoints
 * @param most records that an entry covers at most, in topics that have very many
 * @param patienceMs how long an entry waits for others to cover, there
 */
public record AuditSettings(String logId, int most, long patienceMs) {

    /** Who writes it, as its events say. */
    static final String ACTOR = "service:" + Principal.GOVERNANCE.userName();

    /** Topics with so many records that one entry covers several: samples, heartbeats, and what is measured on the way. */
    static final Set<String> MANY = List.of(
                    Topics.GPU_TELEMETRY, Topics.ATTEMPT_EVENTS, Topics.RUN_EVENTS, Topics.PREDICTIONS, Topics.LABELS)
            .stream()
            .map(Topic::name)
            .collect(Collectors.toUnmodifiableSet());

    /** Topics that the log covers. */
    static List<Topic<?>> audited() {
        return Topics.ALL.stream().filter(Topic::audited).toList();
    }

    /** What nobody but the one writer of this log has on the broker: its transactions, and its place in each topic. */
    String writer() {
        return Principal.GOVERNANCE.userName() + "-" + logId;
    }
}
