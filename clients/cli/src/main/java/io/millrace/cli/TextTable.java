package io.millrace.cli;

import java.util.ArrayList;
import java.util.List;

/** Columns of text, each as wide as its widest cell; columns of numbers are set to the right. */
public final class TextTable {

    private final List<String> heads;
    private final List<List<String>> rows = new ArrayList<>();

    public TextTable(List<String> heads) {
        this.heads = List.copyOf(heads);
    }

    public void row(List<String> cells) {
        if (cells.size() != heads.size()) {
            throw new IllegalArgumentException(cells.size() + " cells for " + heads.size() + " columns");
        }
        rows.add(List.copyOf(cells));
    }

    public String text() {
        StringBuilder text = new StringBuilder();
        line(text, heads);
        rows.forEach(row -> line(text, row));
        return text.toString();
    }

    private void line(StringBuilder text, List<String> cells) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < cells.size(); column++) {
            String cell = cells.get(column);
            String space = " ".repeat(width(column) - cell.length());
            line.append(column == 0 ? "" : "  ").append(isNumeric(column) ? space + cell : cell + space);
        }
        text.append(line.toString().stripTrailing()).append('\n');
    }

    private int width(int column) {
        int width = heads.get(column).length();
        for (List<String> row : rows) {
            width = Math.max(width, row.get(column).length());
        }
        return width;
    }

    private boolean isNumeric(int column) {
        return !rows.isEmpty() && rows.stream().allMatch(row -> row.get(column).matches("-|-?[0-9][0-9.,]*"));
    }
}
