package io.millrace.scheduler.domain;

import io.millrace.scheduler.domain.PoolEvent.PreemptionCause;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to run a job, from its placement until its GPUs are free.
 *
 * @param number from 1
 * @param placedAt logical time of the placement, ms
 * @param seenObserved observed time of the last sign of life, or of the placement; ms
 * @param startedAt when it started, ms; null before that
 * @param stop why it was last asked to stop; null when it was not
 * @param stopObserved observed time of that, ms; 0 when it was not
 * @param lostNodes nodes of the attempt that are known to run nothing of it any more
 * @param ending its end as reported, not yet acted on; null while it may run
 * @param weight of each of its GPUs in usage, in thousandths
 * @param countedFrom the start that usage counts it from, ms; null while it is not counted. Follows {@code startedAt}
 *     at the next tick, so that what happens between two ticks may come in any order
 * @param ordered whether a manager asked for it to be preempted
 * @param preempted why it is preempted; null when it is not
 */
public record Attempt(
        int number,
        List<NodeShare> shares,
        long placedAt,
        long seenObserved,
        @Nullable Long startedAt,
        @Nullable StopCause stop,
        long stopObserved,
        SortedSet<String> lostNodes,
        @Nullable Ending ending,
        int weight,
        @Nullable Long countedFrom,
        boolean ordered,
        @Nullable Preempted preempted) {

    /** Why an attempt must stop. */
    public enum StopCause {
        CANCELLED,
        LIMIT_REACHED,
        NODE_LOST,
        NODE_DRAINED,
        SPOT_INTERRUPTION,
        STALE_ATTEMPT,
        /** Told as a preemption, never as a mere stop. */
        PREEMPTED
    }

    /** How an attempt ended, as its agent saw it. */
    public enum EndKind {
        COMPLETED,
        FAILED,
        STOPPED_BY_USER,
        STOPPED_BY_SCHEDULER,
        STOPPED_BY_LEASE,
        STOPPED_BY_NODE_LOSS,
        STOPPED
    }

    /**
     * An attempt has to give way.
     *
     * @param forJob that it makes room for; null when a manager asked
     * @param at logical time at which it was first asked to, ms
     */
    public record Preempted(PreemptionCause cause, @Nullable String forJob, long at) {}

    /** The end an agent reported. */
    public record Ending(EndKind kind, long at, String message) {}

    static Attempt placed(int number, List<NodeShare> shares, long now, long observed, int weight) {
        return new Attempt(
                number, shares, now, observed, null, null, 0, new TreeSet<>(), null, weight, null, false, null);
    }

    Attempt withStarted(long at, long observed) {
        return new Attempt(
                number,
                shares,
                placedAt,
                observed,
                at,
                stop,
                stopObserved,
                lostNodes,
                ending,
                weight,
                countedFrom,
                ordered,
                preempted);
    }

    Attempt withSeen(long observed) {
        return new Attempt(
                number,
                shares,
                placedAt,
                observed,
                startedAt,
                stop,
                stopObserved,
                lostNodes,
                ending,
                weight,
                countedFrom,
                ordered,
                preempted);
    }

    Attempt withStop(StopCause cause, long observed) {
        return new Attempt(
                number,
                shares,
                placedAt,
                seenObserved,
                startedAt,
                cause,
                observed,
                lostNodes,
                ending,
                weight,
                countedFrom,
                ordered,
                preempted);
    }

    Attempt withEnding(Ending ended) {
        return new Attempt(
                number,
                shares,
                placedAt,
                seenObserved,
                startedAt,
                stop,
                stopObserved,
                lostNodes,
                ended,
                weight,
                countedFrom,
                ordered,
                preempted);
    }

    Attempt withLostNode(String nodeId) {
        SortedSet<String> lost = new TreeSet<>(lostNodes);
        lost.add(nodeId);
        return new Attempt(
                number,
                shares,
                placedAt,
                seenObserved,
                startedAt,
                stop,
                stopObserved,
                lost,
                ending,
                weight,
                countedFrom,
                ordered,
                preempted);
    }

    Attempt withCounted() {
        return new Attempt(
                number,
                shares,
                placedAt,
                seenObserved,
                startedAt,
                stop,
                stopObserved,
                lostNodes,
                ending,
                weight,
                startedAt,
                ordered,
                preempted);
    }

    Attempt withOrdered() {
        return with(true, preempted);
    }

    Attempt withPreempted(Preempted why) {
        return with(ordered, why);
    }

    private Attempt with(boolean asked, @Nullable Preempted why) {
        return new Attempt(
                number,
                shares,
                placedAt,
                seenObserved,
                startedAt,
                stop,
                stopObserved,
                lostNodes,
                ending,
                weight,
                countedFrom,
                asked,
                why);
    }

    /** Whether usage counts it from another start than is known. */
    boolean isMiscounted() {
        return !Objects.equals(startedAt, countedFrom);
    }

    /** GPUs held. */
    public int gpus() {
        return shares.stream().mapToInt(NodeShare::gpus).sum();
    }

    boolean allNodesLost() {
        return shares.stream().allMatch(share -> lostNodes.contains(share.nodeId()));
    }

    /** GPU time from the start to {@code end}, in GPU milliseconds; 0 when it never started. */
    public long gpuMs(long end) {
        return startedAt == null ? 0 : Math.max(0, end - startedAt) * gpus();
    }
}
