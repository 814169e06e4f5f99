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
        @Nullable String arrayId) {}
