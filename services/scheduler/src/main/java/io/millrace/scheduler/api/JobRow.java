package io.millrace.scheduler.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A job as the API tells of it.
 *
 * @param state SUBMITTED, REJECTED, WAITING, PLACED, RUNNING, STOPPING, or how it ended
 * @param submissionEventId event_id of the submission that made it; whoever sent another one has another job in mind
 * @param arrayId the array it is a member of; null for none
 * @param arrayIndex its index in that
 * @param command what is run; empty for a job that only holds its GPUs
 * @param after the jobs it was to run after
 * @param preemptions how often it had to make room for others
 * @param resume its newest checkpoint, from which another attempt goes on; null when there is none
 * @param waitS seconds from the submission to the first start, or until now
 */
public record JobRow(
        String jobId,
        @Nullable String pool,
        String state,
        @Nullable String queue,
        @Nullable String team,
        @Nullable String user,
        int gpus,
        @Nullable String gpuType,
        @Nullable Instant submittedAt,
        int attempt,
        @Nullable Instant startedAt,
        @Nullable Instant endedAt,
        @Nullable Double waitS,
        List<String> nodes,
        List<String> reasons,
        @Nullable String submissionEventId,
        @Nullable String arrayId,
        @Nullable Integer arrayIndex,
        List<String> command,
        List<After> after,
        int preemptions,
        @Nullable Resume resume) {

    /** @param condition COMPLETED, or ENDED for however */
    public record After(String jobId, String condition) {}

    /** A checkpoint, by the attempt that saved it. */
    public record Resume(int attempt, long step, String path) {}
}
