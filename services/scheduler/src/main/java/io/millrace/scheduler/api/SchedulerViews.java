package io.millrace.scheduler.api;

import io.millrace.events.attempt.AttemptEvent;
import io.millrace.events.cycle.CycleDecided;
import io.millrace.events.cycle.CycleEvent;
import io.millrace.events.decision.JobDecision;
import io.millrace.events.job.JobEvent;
import io.millrace.events.node.NodeDown;
import io.millrace.events.node.NodeDrained;
import io.millrace.events.node.NodeEvent;
import io.millrace.events.node.NodeUp;
import io.millrace.events.node.SpotInterruptionNotice;
import io.millrace.events.policy.PolicyAdopted;
import io.millrace.events.policy.PolicyEvent;
import io.millrace.events.reason.PendingEvent;
import io.millrace.events.reason.PendingReasonsChanged;
import io.millrace.events.usage.UsageEvent;
import io.millrace.events.usage.UsageMeasured;
import io.millrace.scheduler.codec.PolicyDocument;
import io.millrace.scheduler.domain.Node;
import io.millrace.scheduler.domain.SchedulingPolicy;
import io.millrace.streams.Topics;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * Everything the API tells, folded from the scheduler's topics. One thread folds, many read: each call holds the lock
 * for its own length.
 */
final class SchedulerViews {

    /** Ended jobs told of; older ones are in the topics. */
    private static final int ENDED_KEPT = 100_000;

    /**
     * A node as its events tell.
     *
     * @param watched whether its pool gives it up when nothing is heard of it: no event tells that
     */
    record NodeView(String nodeId, String pool, int gpus, String gpuType, String health, boolean watched) {}

    /** A pool's last cycle. */
    record PoolView(Instant at, CycleDecided cycle) {}

    /** Usage as last published. */
    record UsageView(Instant at, UsageMeasured usage) {}

    /** The policy in force. */
    record PolicyView(String sha256, SchedulingPolicy policy) {}

    private final Map<String, JobView> jobs = new HashMap<>();
    private final Deque<String> ended = new ArrayDeque<>();
    private final Map<String, NodeView> nodes = new TreeMap<>();
    private final Map<String, Instant> nodeNews = new HashMap<>();
    private final Map<String, PoolView> pools = new TreeMap<>();
    private final Map<String, UsageView> usage = new TreeMap<>();
    private final Set<String> poolNames;
    private @Nullable PolicyView policy;

    /** @param pools those there are: what names another was refused */
    SchedulerViews(Set<String> pools) {
        poolNames = Set.copyOf(pools);
    }

    synchronized void clear() {
        jobs.clear();
        ended.clear();
        nodes.clear();
        nodeNews.clear();
        pools.clear();
        usage.clear();
        policy = null;
    }

    /**
     * @param event null for a deletion
     * @param timestamp of the record, ms
     */
    synchronized void apply(String topic, String key, @Nullable SpecificRecord event, long timestamp) {
        switch (event) {
            case JobEvent job -> job(key).apply(job);
            case AttemptEvent attempt -> job(key).apply(attempt);
            case JobDecision decision -> {
                JobView job = job(key);
                boolean before = job.isOver();
                job.apply(decision);
                if (!before && job.isOver()) {
                    forgetOldest(key);
                }
            }
            case PendingEvent pending -> {
                PendingReasonsChanged changed = (PendingReasonsChanged) pending.getPayload();
                job(key).apply(changed.getReasons().stream().map(Enum::name).toList(), changed.getReservedFor());
            }
            case NodeEvent node -> apply(key, node);
            case UsageEvent row -> usage.put(key, new UsageView(row.getOccurredAt(), (UsageMeasured) row.getPayload()));
            case CycleEvent cycle ->
                pools.put(key, new PoolView(cycle.getOccurredAt(), (CycleDecided) cycle.getPayload()));
            case PolicyEvent said -> {
                if (said.getPayload() instanceof PolicyAdopted adopted) {
                    policy = new PolicyView(adopted.getDocumentSha256(), PolicyDocument.parse(adopted.getDocument()));
                }
            }
            case null -> {
                if (topic.equals(Topics.PENDING_REASONS.name())) {
                    job(key).apply(List.of(), null);
                } // gather has refused it anywhere else
            }
            default ->
                throw new IllegalStateException(
                        "no view of " + event.getSchema().getFullName());
        }
    }

    private void apply(String nodeId, NodeEvent event) {
        NodeView known = nodes.get(nodeId);
        Instant news = nodeNews.getOrDefault(nodeId, Instant.MIN);
        if (event.getOccurredAt().isBefore(news)) {
            return; // old news, sent again
        }
        NodeView next = switch (event.getPayload()) {
            case NodeUp up when isRefused(up, known) -> known;
            case NodeUp up ->
                new NodeView(nodeId, up.getPool(), up.getGpus(), up.getGpuType(), "UP", up.getSilentAfterMs() != null);
            case NodeDown down -> with(known, "DOWN");
            case NodeDrained drained -> with(known, "DRAINED");
            case SpotInterruptionNotice notice -> with(known, "INTERRUPTED");
            default -> known;
        };
        if (next != null && next != known) {
            nodes.put(nodeId, next);
            nodeNews.put(nodeId, event.getOccurredAt());
        }
    }

    /** What gather makes a dead letter is no node of the view either. */
    private boolean isRefused(NodeUp up, @Nullable NodeView before) {
        return up.getGpus() < 1
                || up.getGpus() > Node.MAX_GPUS
                || !poolNames.contains(up.getPool())
                || (before != null && !before.pool().equals(up.getPool()));
    }

    private static @Nullable NodeView with(@Nullable NodeView node, String health) {
        return node == null
                ? null
                : new NodeView(node.nodeId(), node.pool(), node.gpus(), node.gpuType(), health, node.watched());
    }

    private JobView job(String jobId) {
        return jobs.computeIfAbsent(jobId, JobView::new);
    }

    private void forgetOldest(String jobId) {
        ended.addLast(jobId);
        if (ended.size() > ENDED_KEPT) {
            jobs.remove(ended.removeFirst());
        }
    }

    /** Reads several things as they are at one moment. */
    synchronized <T extends @Nullable Object> T read(Function<Snapshot, T> reader) {
        return reader.apply(new Snapshot(jobs, nodes, pools, usage, policy));
    }

    /** Live maps: not to be kept, nor changed. */
    record Snapshot(
            Map<String, JobView> jobs,
            Map<String, NodeView> nodes,
            Map<String, PoolView> pools,
            Map<String, UsageView> usage,
            @Nullable PolicyView policy) {}
}
