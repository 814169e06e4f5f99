package io.millrace.simulator.play;

/**
 * A play's own account of it, from what it sent and what the scheduler decided.
 *
 * @param jobsInTracedState ended as the trace says
 * @param doubleAssignments times a GPU was given to an attempt while another held it, in the order of decisions
 * @param gpuMsPlayed GPUs held times milliseconds from start to end, summed over all attempts
 * @param instants moments of played time at which something happened
 * @param waitsOverMinute jobs that waited more than a minute for their first start
 * @param fromMs the first instant, in played time
 * @param toMs the last instant
 */
public record PlaySummary(
        int jobsSubmitted,
        int jobsEnded,
        int jobsInTracedState,
        int jobsRejected,
        long doubleAssignments,
        long gpuMsPlayed,
        long cycles,
        long decisions,
        long instants,
        int waitsOverMinute,
        double avgWaitS,
        double avgJctS,
        long fromMs,
        long toMs) {}
