package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "queue",
        description = "Print the jobs that wait, in the order the scheduler would take them.",
        mixinStandardHelpOptions = true)
final class QueueCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private StackFolder folder = new StackFolder();

    @Option(names = "--pool", paramLabel = "POOL", description = "Only this pool's. Default: all.")
    private @Nullable String pool;

    @Option(
            names = "--each",
            description = "A line for each job, also where many of an array wait one behind the other.")
    private boolean each;

    @Option(names = "--json", description = "Print the scheduler's own answer.")
    private boolean json;

    @Override
    public Integer call() {
        String path = "/v1/queue" + (pool == null ? "" : "?pool=" + ServiceClient.encode(pool));
        JsonNode answer = ServiceClient.scheduler(folder.connection())
                .get(
                        path,
                        pool == null
                                ? "this scheduler has no queue to show"
                                : "the scheduler knows no pool '" + pool + "'");
        spec.commandLine().getOut().print(json ? answer.toPrettyString() + "\n" : QueueText.of(answer, each));
        return 0;
    }
}
