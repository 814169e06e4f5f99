package io.millrace.scheduler.domain;

import org.jspecify.annotations.Nullable;

/**
 * A node of the pool.
 *
 * @param gpus GPUs it has, at most 64; their indices are 0 to gpus - 1
 * @param changedAt time of the newest event about it, ms; older ones change nothing
 * @param changedBy id of that event
 * @param upBy id of the event that last brought it up; that event again says nothing new
 * @param address where other nodes reach it; null when it said none
 * @param silentAfterMs how long nothing may be heard of it; null for ever
 * @param suspectUntil logical time until which nothing new is placed here, because an attempt went silent; 0 for none
 */
public record Node(
        String id,
        int gpus,
        String gpuType,
        Health health,
        long changedAt,
        String changedBy,
        String upBy,
        @Nullable String address,
        @Nullable Long silentAfterMs,
        long suspectUntil) {

    public static final int MAX_GPUS = 64;

    /** What may be done with a node. */
    public enum Health {
        UP,
        DOWN,
        /** Takes nothing new; what runs is asked to move. */
        DRAINED,
        /** As DRAINED, because the provider takes the node back. */
        INTERRUPTED,
        /** Nothing was heard of it for too long: takes nothing new; what runs is asked to stop, and over with its lease. */
        SILENT
    }

    Node withHealth(Health next, long at, String eventId) {
        return new Node(id, gpus, gpuType, next, at, eventId, upBy, address, silentAfterMs, suspectUntil);
    }

    Node withSuspectUntil(long until) {
        return new Node(id, gpus, gpuType, health, changedAt, changedBy, upBy, address, silentAfterMs, until);
    }

    boolean matches(JobRequest.Shape shape) {
        return shape.gpuType() == null || shape.gpuType().equals(gpuType);
    }

    /** Whether new work may be placed here at {@code now}. */
    boolean usable(long now) {
        return health == Health.UP && suspectUntil <= now;
    }

    long allGpus() {
        return gpus == MAX_GPUS ? -1L : (1L << gpus) - 1;
    }
}
