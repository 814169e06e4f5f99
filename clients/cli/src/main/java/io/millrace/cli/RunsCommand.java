package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "runs",
        description =
                "Print what training logged: find runs, look at one, put many side by side; build what is shown anew.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            RunsCommand.Search.class,
            RunsCommand.Show.class,
            RunsCommand.Compare.class,
            RunsRebuildCommand.class
        })
final class RunsCommand {

    private static final String MLFLOW = "/api/2.0/mlflow/";

    /** Finds runs. */
    @Command(
            name = "search",
            aliases = "list",
            description = "Print runs, the newest first, or those that a filter finds.",
            mixinStandardHelpOptions = true)
    static final class Search implements Callable<Integer> {

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private StackFolder folder = new StackFolder();

        @Parameters(
                paramLabel = "FILTER",
                arity = "0..1",
                description =
                        "As MLflow has it, with OR and parentheses: \"metrics.acc > 0.9 AND params.model = 'cnn'\".")
        private String filter = "";

        @Option(names = "--experiment", paramLabel = "NAME", description = "Only runs of this experiment.")
        private @Nullable String experiment;

        @Option(
                names = "--order-by",
                paramLabel = "FIELD",
                description = "For example \"metrics.acc DESC\"; several in their order.")
        private List<String> orderBy = new ArrayList<>();

        @Option(names = "-n", paramLabel = "N", description = "At most so many. Default: ${DEFAULT-VALUE}.")
        private int most = 100;

        @Option(names = "--json", description = "Print the tracker's own answer.")
        private boolean json;

        @Override
        public Integer call() {
            ServiceClient tracker = ServiceClient.tracker(folder.connection());
            Map<String, Object> asked = new LinkedHashMap<>();
            asked.put("experiment_ids", experiments(tracker));
            asked.put("filter", filter);
            asked.put("order_by", orderBy);
            asked.put("max_results", most);
            JsonNode answer = tracker.post(MLFLOW + "runs/search", asked);
            spec.commandLine().getOut().print(json ? answer.toPrettyString() + "\n" : text(answer.path("runs")));
            return 0;
        }

        private List<String> experiments(ServiceClient tracker) {
            if (experiment != null) {
                JsonNode found = tracker.get(
                        MLFLOW + "experiments/get-by-name?experiment_name=" + ServiceClient.encode(experiment));
                return List.of(found.path("experiment").path("experiment_id").asText());
            }
            List<String> ids = new ArrayList<>();
            String token = "";
            do {
                JsonNode page = tracker.get(MLFLOW + "experiments/search?max_results=1000"
                        + (token.isEmpty() ? "" : "&page_token=" + ServiceClient.encode(token)));
                page.path("experiments")
                        .forEach(one -> ids.add(one.path("experiment_id").asText()));
                token = page.path("next_page_token").asText();
            } while (!token.isEmpty());
            return ids;
        }

        static String text(JsonNode runs) {
            if (runs.isEmpty()) {
                return "no such run\n";
            }
            Set<String> metrics = new TreeSet<>();
            runs.forEach(run -> run.path("data")
                    .path("metrics")
                    .forEach(one -> metrics.add(one.path("key").asText())));
            List<String> heads = new ArrayList<>(List.of("run", "name", "status", "user"));
            heads.addAll(metrics);
            TextTable table = new TextTable(heads);
            runs.forEach(run -> {
                JsonNode info = run.path("info");
                List<String> cells = new ArrayList<>(List.of(
                        info.path("run_id").asText(),
                        info.path("run_name").asText("-"),
                        info.path("status").asText(),
                        info.path("user_id").asText("-")));
                Map<String, String> values = new LinkedHashMap<>();
                run.path("data")
                        .path("metrics")
                        .forEach(one -> values.put(
                                one.path("key").asText(), one.path("value").asText()));
                metrics.forEach(metric -> cells.add(values.getOrDefault(metric, "-")));
                table.row(cells);
            });
            return table.text();
        }
    }

    /** Prints one run. */
    @Command(name = "show", description = "Print all that is known of a run.", mixinStandardHelpOptions = true)
    static final class Show implements Callable<Integer> {

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private StackFolder folder = new StackFolder();

        @Parameters(paramLabel = "RUN", description = "Its id.")
        private String run = "";

        @Option(names = "--json", description = "Print the tracker's own answer.")
        private boolean json;

        @Override
        public Integer call() {
            JsonNode answer = ServiceClient.tracker(folder.connection())
                    .get(MLFLOW + "runs/get?run_id=" + ServiceClient.encode(run))
                    .path("run");
            spec.commandLine().getOut().print(json ? answer.toPrettyString() + "\n" : JsonView.text(answer));
            return 0;
        }
    }

    /** Puts runs side by side. */
    @Command(
            name = "compare",
            description = "Print runs side by side: what differs, and with a metric the best first.",
            mixinStandardHelpOptions = true)
    static final class Compare implements Callable<Integer> {

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private StackFolder folder = new StackFolder();

        @Parameters(paramLabel = "RUN", arity = "1..*", description = "Their ids.")
        private List<String> runs = new ArrayList<>();

        @Option(names = "--metric", paramLabel = "METRIC", description = "By which they are ordered.")
        private @Nullable String metric;

        @Option(
                names = "--best",
                paramLabel = "max|min",
                description = "Which values of it are good. Default: ${DEFAULT-VALUE}.")
        private String best = "max";

        @Option(names = "--json", description = "Print the tracker's own answer.")
        private boolean json;

        @Override
        public Integer call() {
            Map<String, Object> asked = new LinkedHashMap<>();
            asked.put("run_ids", runs);
            if (metric != null) {
                asked.put("metric", metric);
                asked.put("best", best);
            }
            JsonNode answer = ServiceClient.tracker(folder.connection()).post("/v1/runs/compare", asked);
            spec.commandLine().getOut().print(json ? answer.toPrettyString() + "\n" : text(answer));
            return 0;
        }

        static String text(JsonNode compared) {
            List<String> params = new ArrayList<>();
            compared.path("differing_params").forEach(param -> params.add(param.asText()));
            List<String> metrics = new ArrayList<>();
            compared.path("metrics").fieldNames().forEachRemaining(metrics::add);
            List<String> heads = new ArrayList<>(List.of("run", "name", "status"));
            heads.addAll(params);
            heads.addAll(metrics);
            TextTable table = new TextTable(heads);
            compared.path("runs").forEach(run -> {
                List<String> cells = new ArrayList<>();
                cells.add(run.path("run_id").asText());
                cells.add(run.path("name").asText("-"));
                cells.add(run.path("status").asText());
                params.forEach(param -> cells.add(run.path("params").path(param).asText("-")));
                metrics.forEach(one -> cells.add(run.path("metrics").path(one).asText("-")));
                table.row(cells);
            });
            return table.text();
        }
    }
}
