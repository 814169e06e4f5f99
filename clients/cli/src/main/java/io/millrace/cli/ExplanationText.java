package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** An explanation of the scheduler's as a person reads it. */
final class ExplanationText {

    private static final int SHA_SHOWN = 12;

    private final JsonNode answer;
    private final StringBuilder text = new StringBuilder();

    private ExplanationText(JsonNode answer) {
        this.answer = answer;
    }

    static String of(JsonNode answer) {
        ExplanationText explanation = new ExplanationText(answer);
        explanation.head();
        if (isThere(answer.path("position"))) {
            explanation.position();
            explanation.blockers();
            explanation.priority();
            explanation.start();
        }
        explanation.decisions();
        return explanation.text.toString();
    }

    private void head() {
        JsonNode job = answer.path("job");
        line(word(job, "job_id") + "  " + word(job, "state"));
        line("  team " + word(job, "team") + ", user " + word(job, "user") + ", " + word(job, "gpus") + " GPUs"
                + (isThere(job.path("gpu_type")) ? " of type " + word(job, "gpu_type") : "") + ", queue "
                + word(job, "queue") + ", pool " + word(job, "pool"));
        line("  submitted " + word(job, "submitted_at")
                + (isThere(job.path("wait_s"))
                        ? ", waited " + length((long) (job.path("wait_s").asDouble() * 1000))
                        : ""));
        work(job);
        if (isThere(job.path("started_at"))) {
            line("  attempt " + word(job, "attempt") + " started " + word(job, "started_at"));
        }
        if (isThere(job.path("ended_at"))) {
            line("  ended " + word(job, "ended_at"));
        }
        if (!job.path("nodes").isEmpty()) {
            line("  on " + list(job.path("nodes")));
        }
        JsonNode asOf = answer.path("as_of");
        String sha = word(answer, "policy_sha256");
        line("  policy " + word(answer, "policy") + " (" + sha.substring(0, Math.min(SHA_SHOWN, sha.length())) + ")"
                + (isThere(asOf)
                        ? ", at " + word(asOf, "at") + " after cycle " + word(asOf, "cycle") + ", pool-inputs offset "
                                + word(asOf, "log_offset")
                        : ""));
    }

    private void work(JsonNode job) {
        if (!job.path("command").isEmpty()) {
            List<String> words = new ArrayList<>();
            job.path("command").forEach(word -> words.add(word.asText()));
            line("  runs " + String.join(" ", words));
        }
        if (isThere(job.path("array_id"))) {
            line("  number " + word(job, "array_index") + " of array " + word(job, "array_id"));
        }
        if (!job.path("after").isEmpty()) {
            List<String> others = new ArrayList<>();
            job.path("after")
                    .forEach(other -> others.add(word(other, "job_id")
                            + (word(other, "condition").equals("ENDED") ? " has ended" : " has completed")));
            line("  to run after " + String.join(", ", others));
        }
        int preemptions = job.path("preemptions").asInt();
        if (preemptions > 0) {
            line("  made room for others " + (preemptions == 1 ? "once" : preemptions + " times"));
        }
        JsonNode resume = job.path("resume");
        if (isThere(resume)) {
            line("  goes on from step " + word(resume, "step") + ", " + word(resume, "path"));
        }
    }

    private void position() {
        int position = answer.path("position").asInt();
        JsonNode ahead = answer.path("ahead_jobs");
        section("Position " + position + ": "
                + (position == 1
                        ? "nobody is ahead"
                        : position - 1 + (position == 2 ? " job is" : " jobs are") + " ahead")
                + (ahead.size() < position - 1 ? ", the last of them" : ""));
        if (!ahead.isEmpty()) {
            table(QueueText.of(ahead, false));
        }
    }

    private void blockers() {
        if (answer.path("blockers").isEmpty()) {
            section("Nothing holds it back: the next cycle may place it");
            return;
        }
        section("What holds it back");
        TextTable table = new TextTable(List.of("reason", "what would change it"));
        answer.path("blockers")
                .forEach(blocker -> table.row(List.of(word(blocker, "reason"), word(blocker, "remedy"))));
        table(table.text());
    }

    private void priority() {
        JsonNode priority = answer.path("priority");
        if (!isThere(priority)) {
            return;
        }
        section("Priority");
        TextTable table = new TextTable(List.of("term", "points", "why"));
        priority.path("terms").forEach(term -> term(table, term));
        table.row(List.of("total", points(priority.path("total")), "the sum"));
        term(table, priority.path("shortness"));
        table(table.text());
    }

    private static void term(TextTable table, JsonNode term) {
        table.row(List.of(word(term, "term"), points(term.path("points")), word(term, "why")));
    }

    private void start() {
        section("Start");
        TextTable table = new TextTable(List.of("basis", "at", "in", "why"));
        if (isThere(answer.path("priority"))) { // simpler policies promise nothing
            table.row(List.of(
                    "PROMISED",
                    word(answer, "promised_start"),
                    until(answer.path("promised_start")),
                    isThere(answer.path("promised_start"))
                            ? "at the latest, as limits are enforced"
                            : "no start is promised to it yet"));
        }
        JsonNode expected = answer.path("expected_start");
        table.row(List.of(
                isThere(expected.path("basis")) ? "EXPECTED, " + word(expected, "basis") : "EXPECTED",
                word(expected, "at"),
                until(expected.path("at")),
                word(expected, "why")));
        table(table.text());
    }

    private String until(JsonNode instant) {
        JsonNode now = answer.path("as_of").path("at");
        if (!isThere(instant) || !isThere(now)) {
            return "-";
        }
        long ms = Duration.between(Instant.parse(now.asText()), Instant.parse(instant.asText()))
                .toMillis();
        return length(Math.max(0, ms));
    }

    private void decisions() {
        JsonNode decisions = answer.path("decisions");
        section(decisions.isEmpty() ? "Nothing was decided about it yet" : "Decisions");
        if (!decisions.isEmpty()) {
            TextTable table = new TextTable(List.of("at", "cycle", "decision", "detail"));
            decisions.forEach(step -> table.row(
                    List.of(word(step, "at"), word(step, "cycle"), word(step, "decision"), word(step, "detail"))));
            table(table.text());
        }
    }

    // ---- text

    private void section(String head) {
        text.append('\n');
        line(head);
    }

    private void table(String table) {
        text.append(table.indent(2));
    }

    private void line(String line) {
        text.append(line).append('\n');
    }

    private static boolean isThere(JsonNode value) {
        return !value.isMissingNode() && !value.isNull();
    }

    static String word(JsonNode object, String field) {
        JsonNode value = object.path(field);
        return isThere(value) && !value.asText().isEmpty() ? value.asText() : "-";
    }

    /** Three decimals, whatever JSON made of them. */
    static String points(JsonNode value) {
        return isThere(value)
                ? value.decimalValue().setScale(3, RoundingMode.HALF_UP).toPlainString()
                : "-";
    }

    static String list(JsonNode values) {
        StringBuilder list = new StringBuilder();
        values.forEach(value -> list.append(list.isEmpty() ? "" : ", ").append(value.asText()));
        return list.isEmpty() ? "-" : list.toString();
    }

    /** A length of time to the second, such as 1h 3m. */
    static String length(long ms) {
        return DurationText.text(Duration.ofMillis(ms));
    }
}
