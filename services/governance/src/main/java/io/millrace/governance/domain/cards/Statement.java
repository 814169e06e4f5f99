package io.millrace.governance.domain.cards;

/**
 * What a person says in a section; nobody else can know it.
 *
 * @param by who says so, as {@code user:ada}
 */
public record Statement(String text, String by) {

    public Statement {
        if (text.isBlank()) {
            throw new IllegalArgumentException("a statement says something; a section is emptied by taking it back");
        }
        text = text.strip();
    }
}
