package io.millrace.scheduler.domain;

/** What holds a waiting job back, in the order reasons are told. */
public enum PendingReason {
    QUOTA_USER,
    QUOTA_TEAM,
    NO_MATCHING_GPU_TYPE,
    INSUFFICIENT_GPUS,
    FRAGMENTATION,
    BELOW_QUEUE_HEAD,
    NODE_DOWN
}
