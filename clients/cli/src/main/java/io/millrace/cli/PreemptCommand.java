package io.millrace.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "preempt",
        description = "Have a job that runs stopped and put back into the queue; it goes on from its newest checkpoint."
                + " For managers.",
        mixinStandardHelpOptions = true)
final class PreemptCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private StackFolder folder = new StackFolder();

    @Parameters(paramLabel = "JOB", description = "The job's id.")
    private String job = "";

    @Option(
            names = "--reason",
            paramLabel = "TEXT",
            required = true,
            description = "Why; goes into the record with your name.")
    private String reason = "";

    @Override
    public Integer call() {
        ServiceClient.scheduler(folder.connection())
                .post("/v1/jobs/" + ServiceClient.encode(job) + "/preemption", Map.of("reason", reason));
        spec.commandLine().getOut().println("Asked to preempt " + job + "; 'millrace explain " + job + "' says more.");
        return 0;
    }
}
