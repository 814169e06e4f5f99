package io.millrace.cli;

import static io.millrace.cli.ExplanationText.length;
import static io.millrace.cli.ExplanationText.list;
import static io.millrace.cli.ExplanationText.points;
import static io.millrace.cli.ExplanationText.word;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** Waiting jobs as a table. */
final class QueueText {

    private QueueText() {}

    static String of(JsonNode rows) {
        if (rows.isEmpty()) {
            return "no job waits\n";
        }
        TextTable table = new TextTable(List.of(
                "position", "job", "pool", "team", "user", "gpus", "waited", "priority", "promised start", "reasons"));
        rows.forEach(row -> table.row(List.of(
                word(row, "position"),
                word(row, "job_id"),
                word(row, "pool"),
                word(row, "team"),
                word(row, "user"),
                word(row, "gpus"),
                length((long) (row.path("wait_s").asDouble() * 1000)),
                points(row.path("priority")),
                word(row, "promised_start"),
                list(row.path("reasons")))));
        return table.text();
    }
}
