package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code policy adopt} and {@code org adopt}. */
abstract class AdoptCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private StackFolder folder = new StackFolder();

    @Parameters(paramLabel = "FILE", description = "The document, YAML.")
    private Path file = Path.of("");

    private final String path;

    private AdoptCommand(String path) {
        this.path = path;
    }

    abstract String done(Path adopted, JsonNode answer);

    @Override
    public Integer call() {
        String document;
        try {
            document = Files.readString(file);
        } catch (IOException e) {
            throw new CommandException("can't read " + file + ": " + e, e);
        }
        JsonNode answer = ServiceClient.scheduler(folder.connection()).put(path, document, "application/yaml");
        spec.commandLine().getOut().println(done(file, answer));
        return 0;
    }

    @Command(
            name = "policy",
            description = "Policies that scheduling follows.",
            mixinStandardHelpOptions = true,
            synopsisSubcommandLabel = "COMMAND",
            subcommands = Policy.Adopt.class)
    static final class Policy {

        @Command(
                name = "adopt",
                description = "Let scheduling follow this policy from now on. For administrators.",
                mixinStandardHelpOptions = true)
        static final class Adopt extends AdoptCommand {

            Adopt() {
                super("/v1/policy");
            }

            @Override
            String done(Path adopted, JsonNode answer) {
                return "Adopted " + adopted
                        + ". It stays in force over restarts, until the file that 'up --policy' names" + " changes.";
            }
        }
    }

    @Command(
            name = "org",
            description = "What the organisation says of its teams and users.",
            mixinStandardHelpOptions = true,
            synopsisSubcommandLabel = "COMMAND",
            subcommands = Org.Adopt.class)
    static final class Org {

        @Command(
                name = "adopt",
                description = "Say of these teams and users what the file says; others stay as they are. For"
                        + " administrators.",
                mixinStandardHelpOptions = true)
        static final class Adopt extends AdoptCommand {

            Adopt() {
                super("/v1/org");
            }

            @Override
            String done(Path adopted, JsonNode answer) {
                return answer.path("event_ids").size() + " teams and users of " + adopted + " were new or changed.";
            }
        }
    }
}
