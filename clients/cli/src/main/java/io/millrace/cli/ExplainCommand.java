package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "explain",
        description = "Say where a job stands and why: what it waits for, what was decided about it.",
        mixinStandardHelpOptions = true)
final class ExplainCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private StackFolder folder = new StackFolder();

    @Parameters(paramLabel = "JOB", description = "The job's id.")
    private String job = "";

    @Option(names = "--json", description = "Print the scheduler's own answer.")
    private boolean json;

    @Override
    public Integer call() {
        JsonNode answer = ServiceClient.scheduler(folder.connection())
                .get(
                        "/v1/jobs/" + ServiceClient.encode(job) + "/explanation",
                        "the scheduler knows no job '" + job + "'");
        spec.commandLine().getOut().print(json ? answer.toPrettyString() + "\n" : ExplanationText.of(answer));
        return 0;
    }
}
