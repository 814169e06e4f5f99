package io.millrace.tracker.domain;

import org.jspecify.annotations.Nullable;

/**
 * An entry of an event that does not hold.
 *
 * @param offset of that event
 * @param kept what holds in its place; null if nothing does
 * @param refused its value; null if it has none
 */
public record Refused(
        long offset,
        Kind kind,
        String key,
        String reason,
        @Nullable String kept,
        @Nullable String refused) {

    /** Kinds of entries. */
    public enum Kind {
        PARAM("param"),
        METRIC("metric"),
        TAG("tag"),
        INPUT("input"),
        ARTIFACT("artifact"),
        RUN("run");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }
    }
}
