package io.millrace.tracker.store;

import io.millrace.tracker.domain.DatasetUse;
import io.millrace.tracker.domain.Measurement;
import io.millrace.tracker.domain.RunState;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A run as it is shown.
 *
 * @param metrics the newest value of each, by name
 * @param params by name
 * @param tags by name
 */
public record StoredRun(
        Summary summary,
        List<Measurement> metrics,
        Map<String, String> params,
        Map<String, String> tags,
        List<DatasetUse> inputs) {

    /**
     * What a run has one of; times in ms since the epoch.
     *
     * @param deletedAt when it was deleted, if it is
     * @param lastHeard when the broker last got a word of it
     */
    public record Summary(
            String runId,
            String name,
            String experimentId,
            String user,
            RunState state,
            @Nullable String endMessage,
            @Nullable Long startTime,
            @Nullable Long endTime,
            String artifactUri,
            boolean deleted,
            @Nullable Long deletedAt,
            @Nullable String jobId,
            @Nullable Integer attempt,
            @Nullable String parentRunId,
            @Nullable Long silentAfterMs,
            long lastHeard) {}
}
