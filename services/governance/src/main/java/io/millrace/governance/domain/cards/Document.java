package io.millrace.governance.domain.cards;

import java.util.List;

/**
 * A card as it is read, section by section.
 *
 * @param version of what it is about, and how often it was changed: {@code 3, revision 7}
 */
public record Document(String title, String version, List<Section> sections) {

    /** A section that nothing is known for has no blocks, and is named as missing. */
    public record Section(String title, List<Block> blocks) {
        public Section {
            blocks = List.copyOf(blocks);
        }

        public boolean isMissing() {
            return blocks.isEmpty();
        }
    }

    public Document {
        sections = List.copyOf(sections);
    }

    /** Titles of what is missing. */
    public List<String> missing() {
        return sections.stream().filter(Section::isMissing).map(Section::title).toList();
    }

    public boolean isComplete() {
        return missing().isEmpty();
    }

    String missingText() {
        return isComplete() ? "All sections are filled." : "Missing: " + String.join(", ", missing()) + ".";
    }
}
