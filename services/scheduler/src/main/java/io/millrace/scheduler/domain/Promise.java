package io.millrace.scheduler.domain;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * GPUs kept for a waiting job from an instant on.
 *
 * @param startBy the latest start that was promised, ms; null as long as none can be
 * @param plannedAt when the job starts if nothing ends before its limit, ms; null when GPUs are kept for it without an
 *     instant, because what runs on them has no limit
 * @param plan GPUs kept on each node
 */
public record Promise(@Nullable Long startBy, @Nullable Long plannedAt, List<NodeGpus> plan) {

    /** So many GPUs of a node, whichever. */
    public record NodeGpus(String nodeId, int gpus) {}

    /** Why a promised start moved to a later instant. */
    public enum RevisionCause {
        POLICY_CHANGED,
        /** A node went down, or an attempt on it went silent. */
        NODE_LOST,
        NODE_DRAINED,
        /** An attempt started late or held its GPUs past its limit, grace and margin: its agent did not obey. */
        LIMIT_OVERRUN,
        /** A critical job came before it. */
        PREEMPTION
    }
}
