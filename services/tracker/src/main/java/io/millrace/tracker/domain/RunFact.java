package io.millrace.tracker.domain;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What may be said of a run. */
public sealed interface RunFact {

    /**
     * It began.
     *
     * @param experimentId null where only the name is known
     * @param silentAfterMs after how long without a word it is lost; null for never
     */
    record Started(
            String experiment,
            @Nullable String experimentId,
            String name,
            String user,
            @Nullable String parentRunId,
            @Nullable String jobId,
            @Nullable Integer attempt,
            Map<String, String> tags,
            @Nullable Long silentAfterMs)
            implements RunFact {}

    /** What it was given. */
    record ParamsGiven(Map<String, String> params) implements RunFact {}

    /** What it measured. */
    record Measured(List<Measurement> measurements) implements RunFact {}

    /** Its tags changed. One that is both set and removed is set. */
    record TagsChanged(Map<String, String> set, List<String> removed) implements RunFact {}

    /** What it reads. */
    record InputsRead(List<DatasetUse> inputs) implements RunFact {}

    /** It made a file. */
    record FileMade(
            String path, String uri, long bytes, @Nullable String sha256) implements RunFact {}

    /** A file of it was taken away, or a folder with all that was made in it before. */
    record FileRemoved(String path) implements RunFact {}

    /** What it takes to repeat it, as JSON. */
    record ManifestTold(String json) implements RunFact {}

    /** Its code is alive. */
    record Alive(long silentAfterMs) implements RunFact {}

    /** It is over. */
    record Ended(RunState state, String message) implements RunFact {}

    /** It goes on after it had ended, or waits to begin. */
    record Resumed(boolean scheduled) implements RunFact {}

    /** It is no longer wanted. */
    record Deleted() implements RunFact {}

    /** It is wanted again. */
    record Restored() implements RunFact {}
}
