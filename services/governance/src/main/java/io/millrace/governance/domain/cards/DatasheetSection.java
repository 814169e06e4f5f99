package io.millrace.governance.domain.cards;

/** What a datasheet has to say, in this order. */
public enum DatasheetSection {
    MOTIVATION("Motivation"),
    COMPOSITION("Composition"),
    COLLECTION("Collection"),
    PREPROCESSING("Preprocessing"),
    USES("Uses"),
    DISTRIBUTION("Distribution"),
    MAINTENANCE("Maintenance");

    private final String title;

    DatasheetSection(String title) {
        this.title = title;
    }

    public String title() {
        return title;
    }
}
