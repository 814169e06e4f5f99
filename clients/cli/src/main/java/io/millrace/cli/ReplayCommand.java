package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.scheduler.replay.Replay;
import io.millrace.scheduler.replay.ReplayReport;
import io.millrace.streams.SchemaRegistry;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "replay",
        description = "Decide everything recorded again, and compare each cycle with what was decided then.",
        footer = "Exit status 0 when every cycle came out the same, else 1.",
        mixinStandardHelpOptions = true)
final class ReplayCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private StackFolder folder = new StackFolder();

    @Option(names = "--pool", paramLabel = "POOL", description = "Only this pool. Default: all.")
    private @Nullable String pool;

    @Option(
            names = "--until",
            paramLabel = "OFFSET",
            description = "Last record of pool-inputs to decide from. Default: all.")
    private @Nullable Long until;

    @Option(names = "--json", description = "Print the report as JSON.")
    private boolean json;

    @Override
    public Integer call() {
        Connection connection = folder.connection();
        SchemaRegistry schemas = connection.schemas();
        ReplayReport report = Replay.run(connection.kafkaProperties(), schemas, pool, until);
        if (pool != null && report.pools().isEmpty()) {
            throw new CommandException("nothing is recorded of a pool '" + pool + "'");
        }
        JsonNode tree = new ObjectMapper().valueToTree(report);
        spec.commandLine().getOut().print(json ? tree.toPrettyString() + "\n" : JsonView.text(tree));
        return report.allEqual() ? 0 : 1;
    }
}
