package io.millrace.tracker.search;

/**
 * What a filter or an order speaks of.
 *
 * @param key of a metric, param or tag as it was logged; of an attribute or data set by its one name: start_time, not
 *     Created
 */
public record Field(Kind kind, String key) {

    /** Kinds of fields. */
    public enum Kind {
        METRIC("metric"),
        PARAM("parameter"),
        TAG("tag"),
        ATTRIBUTE("attribute"),
        DATASET("dataset");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        /** As MLflow calls it. */
        public String word() {
            return word;
        }
    }

    /** As a filter says it. */
    public String text() {
        return kind.word() + "." + (plain() ? key : Quoted.inDoubleQuotes(key));
    }

    private boolean plain() {
        if (key.isEmpty() || !Tokens.startsName(key.charAt(0)) || key.endsWith(".")) {
            return false;
        }
        return key.chars().allMatch(c -> Tokens.goesOnName((char) c));
    }
}
