package io.millrace.cli;

import io.millrace.events.job.JobCancelRequested;
import io.millrace.events.job.JobEvent;
import io.millrace.streams.Topics;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "cancel", description = "Say that a job is no longer wanted.", mixinStandardHelpOptions = true)
final class CancelCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private StackFolder folder = new StackFolder();

    @Parameters(paramLabel = "JOB", description = "The job's id.")
    private String job = "";

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why; goes into the record.")
    private String reason = "";

    @Option(names = "--user", paramLabel = "USER", description = "Who cancels. Default: the one logged in here.")
    private String user = System.getProperty("user.name");

    @Override
    public Integer call() {
        Connection connection = folder.connection();
        connection.requireUndriven();
        Clock clock = Clock.systemUTC();
        JobEvent event = JobEvent.newBuilder()
                .setEventId(new Identifiers(clock).event())
                .setOccurredAt(clock.instant())
                .setActor("user:" + user)
                .setPayload(JobCancelRequested.newBuilder().setReason(reason).build())
                .build();
        new EventSender(connection)
                .send(Topics.JOB_EVENTS, job, event.getOccurredAt().toEpochMilli(), event);
        spec.commandLine().getOut().println("Asked to cancel " + job + ".");
        return 0;
    }
}
