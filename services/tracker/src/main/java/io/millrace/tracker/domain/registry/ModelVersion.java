package io.millrace.tracker.domain.registry;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A version of a model.
 *
 * @param source what it was made from, as its maker said
 * @param location where its files lie
 * @param createdAt ms since the epoch
 * @param updatedAt ms since the epoch
 */
public record ModelVersion(
        int number,
        String source,
        String location,
        @Nullable String runId,
        @Nullable String runLink,
        String registeredBy,
        long createdAt,
        long updatedAt,
        String description,
        Stage stage,
        Map<String, String> tags) {

    public ModelVersion {
        tags = Collections.unmodifiableMap(new TreeMap<>(tags));
    }

    ModelVersion described(String words, long at) {
        return new ModelVersion(
                number, source, location, runId, runLink, registeredBy, createdAt, at, words, stage, tags);
    }

    ModelVersion staged(Stage next, long at) {
        return new ModelVersion(
                number, source, location, runId, runLink, registeredBy, createdAt, at, description, next, tags);
    }

    ModelVersion touched(long at) {
        return staged(stage, at);
    }

    ModelVersion tagged(Map<String, String> next) {
        return new ModelVersion(
                number, source, location, runId, runLink, registeredBy, createdAt, updatedAt, description, stage, next);
    }
}
