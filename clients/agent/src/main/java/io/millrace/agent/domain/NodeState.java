package io.millrace.agent.domain;

import java.util.List;

/**
 * All that an agent must not forget: made of the topics up to some offsets and of what it saw itself.
 *
 * @param unsaid what it has to say and is not known to be stored, in order
 * @param early words of other agents about attempts whose placement has not been read yet
 */
public record NodeState(List<PartState> parts, List<Report> unsaid, List<Early> early) {

    /** A READY, or an ABORTED with its reason. */
    public record Early(AttemptKey key, String nodeId, boolean aborted, String reason, long readAt) {}

    public static final NodeState EMPTY = new NodeState(List.of(), List.of(), List.of());

    public NodeState {
        parts = List.copyOf(parts);
        unsaid = List.copyOf(unsaid);
        early = List.copyOf(early);
    }
}
