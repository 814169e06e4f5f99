package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "drift",
        description = "Print how models do and whether their inputs drift; with a model version, feature by feature.",
        mixinStandardHelpOptions = true)
final class DriftCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private StackFolder folder = new StackFolder();

    @Parameters(paramLabel = "MODEL/VERSION", arity = "0..1", description = "Which model version. Default: all.")
    private @Nullable String model;

    @Option(
            names = "--reference",
            paramLabel = "FILE",
            description = "Compare it with this from now on: JSON, {\"features\": {\"age\": [31, 47], ...}}.")
    private @Nullable Path reference;

    @Option(
            names = "--from",
            paramLabel = "INSTANT",
            description = "Compare it from now on with what it was given from this instant on, like"
                    + " 2026-01-31T18:00:00Z, until --to.")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "INSTANT", description = "End of the window that --from begins.")
    private @Nullable String to;

    @Option(names = "--json", description = "Print the monitor's own answer.")
    private boolean json;

    @Override
    public Integer call() {
        ServiceClient monitor = ServiceClient.monitor(folder.connection());
        if (reference != null || from != null || to != null) {
            JsonNode answer = monitor.put(path() + "/reference", reference(), "application/json");
            spec.commandLine()
                    .getOut()
                    .println(model + " is compared with reference "
                            + answer.path("id").asText() + " from now on.");
            return 0;
        }
        JsonNode answer = monitor.get(model == null ? "/v1/models" : path() + "/drift");
        spec.commandLine()
                .getOut()
                .print(json ? answer.toPrettyString() + "\n" : model == null ? models(answer) : features(answer));
        return 0;
    }

    private String reference() {
        if (reference != null && from == null && to == null) {
            return read(reference);
        }
        if (reference != null || from == null || to == null) {
            throw new CommandException("name a file with --reference, or a past window with both --from and --to");
        }
        return JsonNodeFactory.instance
                .objectNode()
                .put("from", from)
                .put("to", to)
                .toString();
    }

    private String path() {
        int slash = model == null ? -1 : model.lastIndexOf('/');
        if (model == null || slash < 1 || slash == model.length() - 1) {
            throw new CommandException("name a model version, as MODEL/VERSION");
        }
        return "/v1/models/" + ServiceClient.encode(model.substring(0, slash)) + "/"
                + ServiceClient.encode(model.substring(slash + 1));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new CommandException("can't read " + file + ": " + e.getMessage(), e);
        }
    }

    static String models(JsonNode models) {
        if (models.isEmpty()) {
            return "No window of predictions has closed yet.\n";
        }
        TextTable table =
                new TextTable(List.of("model", "window until", "requests", "errors", "p95 ms", "drift", "accuracy"));
        for (JsonNode row : models) {
            table.row(List.of(
                    row.path("model").asText(),
                    row.path("newest").asText("-"),
                    row.path("requests").asText(),
                    number(row.path("error_rate")),
                    number(row.path("latency_p95_ms")),
                    row.path("drift").asText("-") + names(row.path("drifted")),
                    number(row.path("accuracy"))));
        }
        return table.text();
    }

    private static String names(JsonNode drifted) {
        StringBuilder names = new StringBuilder();
        drifted.forEach(name -> names.append(names.isEmpty() ? ": " : ", ").append(name.asText()));
        return names.toString();
    }

    static String features(JsonNode answer) {
        if (answer.path("windows").isEmpty()) {
            return "No window of " + answer.path("model").asText() + " has closed yet.\n";
        }
        JsonNode newest = answer.path("windows").get(0);
        StringBuilder text = new StringBuilder();
        text.append(answer.path("model").asText())
                .append(", window from ")
                .append(newest.path("window_start").asText())
                .append(": ")
                .append(newest.path("outcome").asText())
                .append(names(newest.path("drifted")))
                .append('\n');
        if (newest.path("reference_id").isNull()) {
            return text.append("There is no reference to compare it with; --reference FILE sets one,"
                            + " --from and --to a past window.\n")
                    .toString();
        }
        TextTable table =
                new TextTable(List.of("feature", "statistic", "value", "p", "threshold", "values", "outcome"));
        for (JsonNode feature : answer.path("features")) {
            for (JsonNode statistic : feature.path("statistics")) {
                table.row(List.of(
                        feature.path("feature").asText(),
                        statistic.path("method").asText(),
                        number(statistic.path("value")),
                        number(statistic.path("p_value")),
                        number(statistic.path("threshold")),
                        feature.path("window_size").asText(),
                        feature.path("outcome").asText()));
            }
        }
        return text.append(table.text()).toString();
    }

    private static String number(JsonNode value) {
        return value.isNumber() ? String.format(Locale.ROOT, "%.4g", value.asDouble()) : "-";
    }
}
