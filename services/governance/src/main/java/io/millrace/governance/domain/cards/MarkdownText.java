package io.millrace.governance.domain.cards;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A card as Markdown. What it says is plain text: nothing in it is read as Markdown or HTML. */
public final class MarkdownText {

    /** Round brackets mean something after square ones only, and those are escaped. */
    private static final String SPECIAL = "\\`*_{}[]<>#+!|~&$";

    private static final Pattern NUMBER_OF_A_LIST = Pattern.compile("\\d+[.)](\\s|$)");

    private MarkdownText() {}

    public static String of(Document document) {
        StringBuilder text = new StringBuilder();
        text.append("# ").append(line(document.title())).append("\n\n");
        text.append("Version ").append(line(document.version())).append(". ").append(line(document.missingText()));
        text.append('\n');
        for (Document.Section section : document.sections()) {
            text.append("\n## ").append(line(section.title())).append("\n");
            if (section.isMissing()) {
                text.append("\n*Missing: nobody has said anything of this yet.*\n");
            }
            section.blocks().forEach(block -> text.append('\n').append(block(block)));
        }
        return text.toString();
    }

    private static String block(Block block) {
        return switch (block) {
            case Block.Text said -> paragraphs(said.text()) + "\n\n*By " + line(said.by()) + "*\n";
            case Block.Facts facts ->
                facts.facts().stream()
                        .map(fact -> "- **" + line(fact.name()) + "**: " + line(fact.value()) + "\n")
                        .collect(Collectors.joining());
            case Block.Table table -> table(table);
        };
    }

    private static String table(Block.Table table) {
        StringBuilder text = new StringBuilder();
        text.append("**").append(line(table.caption())).append("**\n\n");
        text.append(row(table.heads()));
        text.append("|").append(" --- |".repeat(table.heads().size())).append('\n');
        table.rows().forEach(cells -> text.append(row(cells)));
        return text.toString();
    }

    private static String row(List<String> cells) {
        return cells.stream().map(MarkdownText::line).collect(Collectors.joining(" | ", "| ", " |\n"));
    }

    private static String paragraphs(String text) {
        return text.lines()
                .map(MarkdownText::line)
                .collect(Collectors.joining("\n"))
                .replaceAll("\n{2,}", "\n\n");
    }

    /** One line, in which every character stands for itself. */
    private static String line(String text) {
        StringBuilder line = new StringBuilder();
        String plain = text.strip().replaceAll("[\\s\\p{Cntrl}]+", " ");
        for (int i = 0; i < plain.length(); i++) {
            char letter = plain.charAt(i);
            // What begins like a list or a line; elsewhere these are themselves.
            boolean begins = i == 0 && (letter == '-' || letter == '=' || letter == ':')
                    || (letter == '.' || letter == ')')
                            && NUMBER_OF_A_LIST.matcher(plain).lookingAt()
                            && plain.substring(0, i).chars().allMatch(Character::isDigit);
            if (SPECIAL.indexOf(letter) >= 0 || begins) {
                line.append('\\');
            }
            line.append(letter);
        }
        return line.toString();
    }
}
