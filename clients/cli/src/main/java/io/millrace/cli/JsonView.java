package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.StreamSupport;

/** JSON as a person reads it: lists of objects as tables, objects as lines of name and value. */
public final class JsonView {

    private static final String STEP = "  ";

    private JsonView() {}

    public static String text(JsonNode node) {
        if (node.isArray() && isTable(node)) {
            return table(node);
        }
        if (node.isObject()) {
            StringBuilder text = new StringBuilder();
            object(text, node, "");
            return text.toString();
        }
        return cell(node) + "\n";
    }

    private static void object(StringBuilder text, JsonNode object, String indent) {
        int width = object.properties().stream()
                .filter(field -> isInline(field.getValue()))
                .mapToInt(field -> field.getKey().length())
                .max()
                .orElse(0);
        object.properties().forEach(field -> {
            JsonNode value = field.getValue();
            text.append(indent).append(field.getKey());
            if (isInline(value)) {
                text.append(" ".repeat(width - field.getKey().length()))
                        .append(STEP)
                        .append(cell(value))
                        .append('\n');
            } else if (value.isObject()) {
                text.append('\n');
                object(text, value, indent + STEP);
            } else {
                text.append('\n').append(table(value).indent(indent.length() + STEP.length()));
            }
        });
    }

    private static boolean isInline(JsonNode value) {
        return value.isEmpty() || !(value.isObject() || isTable(value));
    }

    private static boolean isTable(JsonNode node) {
        return node.isArray() && StreamSupport.stream(node.spliterator(), false).allMatch(JsonNode::isObject);
    }

    private static String table(JsonNode rows) {
        if (rows.isEmpty()) {
            return "(none)\n";
        }
        Set<String> columns = new LinkedHashSet<>();
        rows.forEach(row -> row.fieldNames().forEachRemaining(columns::add));
        TextTable table = new TextTable(List.copyOf(columns));
        rows.forEach(row ->
                table.row(columns.stream().map(column -> cell(row.path(column))).toList()));
        return table.text();
    }

    private static String cell(JsonNode value) {
        if (value.isMissingNode() || value.isNull()) {
            return "-";
        }
        if (value.isArray()) {
            List<String> parts = new ArrayList<>();
            value.forEach(part -> parts.add(cell(part)));
            return parts.isEmpty() ? "-" : String.join(", ", parts);
        }
        if (value.isObject()) {
            List<String> parts = new ArrayList<>();
            value.properties().forEach(field -> parts.add(field.getKey() + "=" + cell(field.getValue())));
            return parts.isEmpty() ? "-" : String.join(" ", parts);
        }
        return value.asText();
    }
}
