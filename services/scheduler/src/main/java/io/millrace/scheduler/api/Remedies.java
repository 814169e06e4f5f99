package io.millrace.scheduler.api;

import io.millrace.scheduler.api.Explanation.BlockerRow;
import io.millrace.scheduler.domain.Blocker;
import io.millrace.scheduler.domain.Blocker.Quota;
import io.millrace.scheduler.domain.FreeGpus;
import io.millrace.scheduler.domain.JobRequest;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What would change each of the things that hold a job back, in words. */
final class Remedies {

    private Remedies() {}

    static List<BlockerRow> of(List<Blocker> blockers, JobRequest request, FreeGpus free) {
        return blockers.stream()
                .map(blocker -> new BlockerRow(
                        blocker.reason().name(), remedy(blocker, request, free), blocker.jobId(), startsBy(blocker)))
                .toList();
    }

    private static @Nullable Instant startsBy(Blocker blocker) {
        return blocker.startBy() == null ? null : Instant.ofEpochMilli(blocker.startBy());
    }

    private static String remedy(Blocker blocker, JobRequest request, FreeGpus free) {
        return switch (blocker.reason()) {
            case QUOTA_USER ->
                "jobs of the same user must end first" + quota("user " + request.user(), blocker.quota(), request);
            case QUOTA_TEAM ->
                "jobs of the same team must end first" + quota("team " + request.team(), blocker.quota(), request);
            case NO_MATCHING_GPU_TYPE ->
                "a node with that GPU type must join the pool, or the job must ask for another";
            case INSUFFICIENT_GPUS ->
                free.gpus() == 0
                        ? "a node must join the pool: it has no GPUs the job could use"
                        : "running jobs must end: " + free.free() + " of " + free.gpus() + " GPUs are free, it needs "
                                + request.gpus();
            case FRAGMENTATION ->
                "GPUs must become free together: " + free.free() + " are free, at most " + free.largestBlock()
                        + " on one node, " + free.wholeNodes() + " whole nodes";
            case RESERVED_FOR -> {
                Instant startsBy = startsBy(blocker);
                yield "there is room, but it is kept for " + blocker.jobId()
                        + (startsBy == null
                                ? ""
                                : ", which starts by " + startsBy + "; a job whose limit ends before that may pass");
            }
            case BELOW_QUEUE_HEAD -> blocker.jobId() + " must start first: it was there before, and finds no room";
            case DEPENDENCY -> awaited(blocker);
            case NODE_DOWN -> "nodes that are down, drained or suspect must come back";
        };
    }

    private static String awaited(Blocker blocker) {
        Blocker.Awaited awaited = blocker.awaited();
        if (awaited == null) {
            return blocker.jobId() + " must come to its end first";
        }
        Instant startsBy = startsBy(blocker);
        String now = switch (awaited.progress()) {
            case DEPENDS -> "it waits for others itself";
            case WAITS -> "it waits" + (startsBy == null ? "" : ", and starts by " + startsBy);
            case RUNS -> "it runs";
        };
        return switch (awaited.condition()) {
            case COMPLETED ->
                blocker.jobId() + " must complete first; " + now + ". If it ends otherwise this job is cancelled";
            case ENDED -> blocker.jobId() + " must end first, however; " + now;
        };
    }

    private static String quota(String who, @Nullable Quota quota, JobRequest request) {
        return quota == null
                ? ""
                : ": " + who + " holds " + quota.held() + " of " + quota.limit() + " GPUs"
                        + (quota.kept() == 0 ? "" : ", " + quota.kept() + " more are kept for promised starts")
                        + ", this job needs " + request.gpus();
    }
}
