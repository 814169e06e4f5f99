package io.millrace.governance.domain.cards;

import java.util.List;

/** A part of a section. All text is plain: whoever writes it out escapes it. */
public sealed interface Block {

    /** What somebody said: paragraphs with empty lines between them. */
    record Text(String text, String by) implements Block {}

    /** Names and what they are. */
    record Facts(List<Fact> facts) implements Block {
        public Facts {
            facts = List.copyOf(facts);
        }
    }

    record Fact(String name, String value) {}

    /** Rows of as many cells as there are heads. */
    record Table(String caption, List<String> heads, List<List<String>> rows) implements Block {
        public Table {
            heads = List.copyOf(heads);
            rows = rows.stream().map(List::copyOf).toList();
            for (List<String> row : rows) {
                if (row.size() != heads.size()) {
                    throw new IllegalArgumentException(row.size() + " cells for " + heads.size() + " columns");
                }
            }
        }
    }
}
