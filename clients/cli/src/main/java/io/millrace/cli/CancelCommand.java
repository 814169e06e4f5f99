package io.millrace.cli;

import io.millrace.cli.KnownJobs.Row;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "cancel",
        description = "Say that a job, or all jobs of an array, are no longer wanted.",
        mixinStandardHelpOptions = true)
final class CancelCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private StackFolder folder = new StackFolder();

    @Parameters(paramLabel = "JOB", description = "Id of the job, or of an array.")
    private String name = "";

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why; goes into the record.")
    private String reason = "";

    @Option(names = "--user", paramLabel = "USER", description = "Who cancels. Default: the one logged in here.")
    private String user = System.getProperty("user.name");

    @Override
    public Integer call() {
        Connection connection = folder.connection();
        connection.requireUndriven();
        PrintWriter out = spec.commandLine().getOut();
        KnownJobs known;
        try {
            known = KnownJobs.named(connection, name);
        } catch (CommandException e) {
            // What is said is stored, and heard when the scheduler is back.
            cancel(connection, List.of(name));
            out.println("Asked to cancel " + name + "; the scheduler does not answer now.");
            return 0;
        }
        if (known.rows().isEmpty()) {
            cancel(connection, List.of(name));
            out.println("Asked to cancel " + name + ", which the scheduler does not know yet.");
            return 0;
        }
        List<String> open = known.rows().stream()
                .filter(row -> !row.isOver())
                .map(Row::jobId)
                .toList();
        if (open.isEmpty()) {
            out.println(
                    known.rows().size() == 1
                            ? name + " is over: " + known.rows().getFirst().state() + "."
                            : "All jobs of " + name + " are over.");
            return 0;
        }
        cancel(connection, open);
        out.println("Asked to cancel "
                + (known.rows().size() == 1
                        ? open.getFirst()
                        : open.size() + " of " + known.rows().size() + " jobs of " + name)
                + ".");
        return 0;
    }

    private void cancel(Connection connection, List<String> jobs) {
        connection.say(client -> client.cancel(jobs, user, reason));
    }
}
