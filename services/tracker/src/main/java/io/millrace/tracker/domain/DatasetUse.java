package io.millrace.tracker.domain;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A data set as a run read it.
 *
 * @param schema its columns, as JSON
 * @param profile its statistics, as JSON
 * @param tags labels of this use
 */
public record DatasetUse(
        String name,
        @Nullable String version,
        String digest,
        String sourceType,
        String source,
        @Nullable String schema,
        @Nullable String profile,
        Map<String, String> tags) {}
