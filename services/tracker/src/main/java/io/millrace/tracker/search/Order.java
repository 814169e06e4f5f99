package io.millrace.tracker.search;

/** By what found things are ordered. Those that lack the field come last, either way. */
public record Order(Field field, boolean ascending) {

    /** As it is written; {@link OrderParser} reads the same from it. */
    public String text() {
        return field.text() + (ascending ? " ASC" : " DESC");
    }
}
