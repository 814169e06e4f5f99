package io.millrace.governance.domain.cards;

import java.util.List;
import java.util.stream.Collectors;

/** A card as a page of HTML that needs nothing else. What it says is plain text: nothing in it is read as HTML. */
public final class HtmlText {

    private static final String STYLE = "body{font-family:sans-serif;max-width:60em;margin:2em auto;padding:0 1em}"
            + "table{border-collapse:collapse}td,th{border:1px solid #999;padding:.2em .6em;text-align:left}"
            + "caption{text-align:left;font-weight:bold;padding:.4em 0}.missing{color:#a00}";

    private HtmlText() {}

    public static String of(Document document) {
        StringBuilder text = new StringBuilder();
        text.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>");
        text.append(escape(document.title()))
                .append("</title>\n<style>")
                .append(STYLE)
                .append("</style>\n</head>\n");
        text.append("<body>\n<h1>").append(escape(document.title())).append("</h1>\n");
        text.append("<p>Version ").append(escape(document.version())).append(". ");
        text.append(escape(document.missingText())).append("</p>\n");
        for (Document.Section section : document.sections()) {
            text.append("<h2>").append(escape(section.title())).append("</h2>\n");
            if (section.isMissing()) {
                text.append("<p class=\"missing\">Missing: nobody has said anything of this yet.</p>\n");
            }
            section.blocks().forEach(block -> text.append(block(block)));
        }
        return text.append("</body>\n</html>\n").toString();
    }

    private static String block(Block block) {
        return switch (block) {
            case Block.Text said ->
                said.text()
                                .strip()
                                .lines()
                                .map(line -> line.isBlank() ? "\n" : escape(line))
                                .collect(Collectors.joining("\n", "<p>", "</p>\n"))
                                .replaceAll("\n{2,}", "</p>\n<p>")
                        + "<p><em>By " + escape(said.by()) + "</em></p>\n";
            case Block.Facts facts ->
                facts.facts().stream()
                        .map(fact -> "<dt>" + escape(fact.name()) + "</dt><dd>" + escape(fact.value()) + "</dd>\n")
                        .collect(Collectors.joining("", "<dl>\n", "</dl>\n"));
            case Block.Table table ->
                "<table>\n<caption>" + escape(table.caption()) + "</caption>\n" + row("th", table.heads())
                        + table.rows().stream().map(cells -> row("td", cells)).collect(Collectors.joining())
                        + "</table>\n";
        };
    }

    private static String row(String tag, List<String> cells) {
        return cells.stream()
                .map(cell -> "<" + tag + ">" + escape(cell) + "</" + tag + ">")
                .collect(Collectors.joining("", "<tr>", "</tr>\n"));
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
