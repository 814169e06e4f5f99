package io.millrace.cli;

import static io.millrace.cli.ExplanationText.length;
import static io.millrace.cli.ExplanationText.list;
import static io.millrace.cli.ExplanationText.points;
import static io.millrace.cli.ExplanationText.word;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Waiting jobs as a table. Members of an array that wait one behind the other, and alike, are one line. */
final class QueueText {

    /** What is shorter is no trouble to read. */
    private static final int FEW = 3;

    private QueueText() {}

    /** @param each whether every job has a line of its own */
    static String of(JsonNode rows, boolean each) {
        if (rows.isEmpty()) {
            return "no job waits\n";
        }
        TextTable table = new TextTable(List.of(
                "position", "job", "pool", "team", "user", "gpus", "waited", "priority", "promised start", "reasons"));
        List<List<JsonNode>> groups = new ArrayList<>();
        rows.forEach(row -> {
            List<JsonNode> group = groups.isEmpty() ? List.of() : groups.getLast();
            if (group.isEmpty() || each || !isAlike(group.getLast(), row)) {
                groups.add(new ArrayList<>(List.of(row)));
            } else {
                group.add(row);
            }
        });
        groups.stream()
                .flatMap(group -> group.size() < FEW ? group.stream().map(List::of) : Stream.of(group))
                .forEach(group -> table.row(line(group)));
        return table.text();
    }

    private static boolean isAlike(JsonNode one, JsonNode other) {
        return one.path("array_id").isTextual()
                && Stream.of("array_id", "pool", "team", "user", "gpus", "reasons")
                        .allMatch(field -> one.path(field).equals(other.path(field)));
    }

    private static List<String> line(List<JsonNode> group) {
        JsonNode first = group.getFirst();
        boolean one = group.size() == 1;
        return List.of(
                word(first, "position") + (one ? "" : "-" + word(group.getLast(), "position")),
                one ? word(first, "job_id") : word(first, "array_id") + "-[" + indices(group) + "]",
                word(first, "pool"),
                word(first, "team"),
                word(first, "user"),
                word(first, "gpus"),
                length((long) (first.path("wait_s").asDouble() * 1000)),
                points(first.path("priority")),
                word(first, "promised_start"),
                list(first.path("reasons")));
    }

    /** As they are submitted: 0-4,8. */
    private static String indices(List<JsonNode> group) {
        TreeSet<Integer> indices = group.stream()
                .map(row -> Integer.valueOf(
                        word(row, "job_id").substring(word(row, "array_id").length() + 1)))
                .collect(Collectors.toCollection(TreeSet::new));
        StringBuilder text = new StringBuilder();
        for (int index : indices) {
            if (!indices.contains(index - 1)) {
                text.append(text.isEmpty() ? "" : ",").append(index);
            } else if (!indices.contains(index + 1)) {
                text.append('-').append(index);
            }
        }
        return text.toString();
    }
}
