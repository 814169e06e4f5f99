package io.millrace.scheduler.domain;

import io.millrace.scheduler.domain.Node.Health;
import io.millrace.scheduler.domain.Promise.RevisionCause;
import io.millrace.scheduler.domain.SchedulingPolicy.Liveness;

/** Takes in what is told of a pool's nodes, and what their silence means. */
final class NodeNews {

    private final PoolEntities entities;

    NodeNews(PoolEntities entities) {
        this.entities = entities;
    }

    void up(PoolInput.NodeUp up) {
        Node known = entities.fleet().node(up.nodeId());
        if (known != null) {
            if (isOld(known, up.at(), up.eventId())) {
                return;
            }
            loseNode(up.nodeId(), up.at());
            disturbed(RevisionCause.NODE_LOST);
        }
        entities.put(new Node(
                up.nodeId(),
                up.gpus(),
                up.gpuType(),
                Health.UP,
                up.at(),
                up.eventId(),
                up.eventId(),
                up.address(),
                up.silentAfterMs(),
                0));
        if (up.silentAfterMs() == null) {
            entities.removeHeard(up.nodeId());
        } else {
            entities.putHeard(up.nodeId(), entities.header().observed());
        }
        entities.put(entities.header().withChanged());
    }

    void heard(String nodeId) {
        Node known = entities.fleet().node(nodeId);
        if (known == null || known.silentAfterMs() == null) {
            return;
        }
        if (entities.watch().isNews(known, entities.header().observed())) {
            entities.putHeard(nodeId, entities.header().observed());
            if (known.health() == Health.SILENT) {
                entities.put(entities.header().withChanged());
            }
        }
    }

    /** Attempts there are not known to be lost: whoever is silent may be alive, and stops by its lease. */
    void silenced(String nodeId) {
        Node known = entities.fleet().node(nodeId);
        if (known != null) {
            entities.put(known.withHealth(Health.SILENT, known.changedAt(), known.changedBy()));
            entities.removeHeard(nodeId); // heard of from now on is heard of again
            disturbed(RevisionCause.NODE_LOST);
        }
    }

    /** What ran there is over for the pool; the node is suspect for as long as its agent may take to see that. */
    void returned(String nodeId, Liveness liveness) {
        Node known = entities.fleet().node(nodeId);
        if (known != null) {
            entities.put(known.withHealth(Health.UP, known.changedAt(), known.changedBy())
                    .withSuspectUntil(entities.header().now() + liveness.suspectMs()));
        }
    }

    void health(PoolInput.NodeHealthChanged changed) {
        Node known = entities.fleet().node(changed.nodeId());
        if (known == null || isOld(known, changed.at(), changed.eventId())) {
            return;
        }
        if (changed.health() == Health.DOWN) {
            loseNode(changed.nodeId(), changed.at());
            disturbed(RevisionCause.NODE_LOST);
        } else {
            disturbed(RevisionCause.NODE_DRAINED);
        }
        entities.put(known.withHealth(changed.health(), changed.at(), changed.eventId()));
        entities.put(entities.header().withChanged());
    }

    private static boolean isOld(Node known, long at, String eventId) {
        return at < known.changedAt() || eventId.equals(known.changedBy()) || eventId.equals(known.upBy());
    }

    /** Whatever was placed on the node before {@code at} runs there no more. */
    private void loseNode(String nodeId, long at) {
        for (String jobId : entities.index().active().toArray(String[]::new)) {
            Job job = entities.job(jobId);
            Attempt attempt = job == null ? null : job.active();
            if (job != null
                    && attempt != null
                    && attempt.placedAt() <= at
                    && attempt.shares().stream()
                            .anyMatch(share -> share.nodeId().equals(nodeId))) {
                entities.put(job.withAttempt(attempt.withLostNode(nodeId)));
            }
        }
    }

    /** An attempt that is over without a word, on nodes not known to be lost, makes its nodes suspect. */
    void suspectSilentNodes(Job job, Liveness liveness) {
        Attempt attempt = job.active();
        if (attempt == null || attempt.ending() != null) {
            return;
        }
        for (NodeShare share : attempt.shares()) {
            Node node = entities.fleet().node(share.nodeId());
            if (node != null
                    && node.health() == Health.UP
                    && !attempt.lostNodes().contains(share.nodeId())) {
                entities.put(node.withSuspectUntil(entities.header().now() + liveness.suspectMs()));
                disturbed(RevisionCause.NODE_LOST);
            }
        }
    }

    private void disturbed(RevisionCause cause) {
        entities.put(entities.header().withDisturbance(cause));
    }
}
