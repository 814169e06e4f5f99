package io.millrace.scheduler.domain;

/** What holds a waiting job back, in the order reasons are told. */
public enum PendingReason {
    QUOTA_USER,
    QUOTA_TEAM,
    NO_MATCHING_GPU_TYPE,
    INSUFFICIENT_GPUS,
    FRAGMENTATION,
    /** There is room, and it is kept for a job that has a promised start. */
    RESERVED_FOR,
    BELOW_QUEUE_HEAD,
    NODE_DOWN,
    /** Another job must come to an end first. */
    DEPENDENCY
}
