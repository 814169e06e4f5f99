package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "models",
        description = "Print registered models: what they are, what they were, and who made them so.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            ModelFairnessCommand.class,
            ModelsCommand.Listing.class,
            ModelsCommand.Show.class,
            ModelsCommand.History.class
        })
final class ModelsCommand {

    /** Prints all. */
    @Command(name = "list", description = "Print all models.", mixinStandardHelpOptions = true)
    static final class Listing implements Callable<Integer> {

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private StackFolder folder = new StackFolder();

        @Option(names = "--json", description = "Print the tracker's own answer.")
        private boolean json;

        @Override
        public Integer call() {
            JsonNode answer = ServiceClient.tracker(folder.connection()).get("/v1/models");
            spec.commandLine().getOut().print(json ? answer.toPrettyString() + "\n" : JsonView.text(answer));
            return 0;
        }
    }

    /** Prints one. */
    @Command(
            name = "show",
            description = "Print a model and its versions, as it is or as it was.",
            mixinStandardHelpOptions = true)
    static final class Show implements Callable<Integer> {

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private StackFolder folder = new StackFolder();

        @Parameters(paramLabel = "MODEL", description = "Its name.")
        private String model = "";

        @Option(
                names = "--at",
                paramLabel = "TIME",
                description = "As it was then, for example 2026-01-31T12:00:00Z. Default: now.")
        private @Nullable String at;

        @Option(names = "--json", description = "Print the tracker's own answer.")
        private boolean json;

        @Override
        public Integer call() {
            JsonNode answer = ServiceClient.tracker(folder.connection())
                    .get("/v1/models/" + ServiceClient.encode(model)
                            + (at == null ? "" : "?at=" + ServiceClient.encode(at)));
            spec.commandLine().getOut().print(json ? answer.toPrettyString() + "\n" : JsonView.text(answer));
            return 0;
        }
    }

    /** Prints what happened to one. */
    @Command(
            name = "history",
            description = "Print all that happened to a model, also before it was renamed, or deleted.",
            mixinStandardHelpOptions = true)
    static final class History implements Callable<Integer> {

        private static final List<String> COLUMNS = List.of("at", "actor", "name", "event");

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private StackFolder folder = new StackFolder();

        @Parameters(paramLabel = "MODEL", description = "Its name.")
        private String model = "";

        @Option(names = "--json", description = "Print the tracker's own answer.")
        private boolean json;

        @Override
        public Integer call() {
            JsonNode answer = ServiceClient.tracker(folder.connection())
                    .get("/v1/models/" + ServiceClient.encode(model) + "/history");
            spec.commandLine().getOut().print(json ? answer.toPrettyString() + "\n" : text(answer));
            return 0;
        }

        static String text(JsonNode history) {
            TextTable table = new TextTable(List.of("at", "who", "name", "event", "what"));
            history.forEach(entry -> {
                StringBuilder what = new StringBuilder();
                entry.properties().forEach(field -> {
                    JsonNode value = field.getValue();
                    boolean said = !value.isNull()
                            && !(value.isValueNode() && value.asText().isEmpty())
                            && !(value.isContainerNode() && value.isEmpty());
                    if (said
                            && !COLUMNS.contains(field.getKey())
                            && !field.getKey().equals("offset")) {
                        what.append(what.isEmpty() ? "" : ", ")
                                .append(field.getKey())
                                .append('=')
                                .append(value.isTextual() ? value.asText() : value.toString());
                    }
                });
                table.row(List.of(
                        entry.path("at").asText(),
                        entry.path("actor").asText(),
                        entry.path("name").asText(),
                        entry.path("event").asText(),
                        what.toString()));
            });
            return table.text();
        }
    }
}
