package io.millrace.cli;

import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What a manager says of a job, and why. */
final class ManagersWord {

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

    String job() {
        return job;
    }

    /** Tells the scheduler. */
    void say(String what) {
        ServiceClient.scheduler(folder.connection())
                .post("/v1/jobs/" + ServiceClient.encode(job) + "/" + what, Map.of("reason", reason));
    }
}
