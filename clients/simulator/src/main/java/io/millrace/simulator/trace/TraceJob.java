package io.millrace.simulator.trace;

import org.jspecify.annotations.Nullable;

/**
 * One job of a trace.
 *
 * @param submitMs milliseconds since the trace began
 * @param user "unknown" where the trace names none
 * @param team "*" where the trace names none
 * @param gpus at least 1
 * @param gpuType null for any
 * @param durationMs how long it runs once started, in milliseconds
 */
public record TraceJob(
        String jobId,
        long submitMs,
        String user,
        String team,
        int gpus,
        @Nullable String gpuType,
        long durationMs,
        TracedEnd end) {}
