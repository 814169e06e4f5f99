package io.millrace.cli;

import java.io.PrintWriter;
import java.time.Instant;
import java.util.Collection;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** The options of whoever stays until a job ends. */
final class FollowOptions {

    @Option(
            names = "--wait",
            description = "Return when it has ended, with its exit code: 124 when it reached its limit, 130 when it was"
                    + " cancelled.")
    private boolean wait;

    @Option(
            names = {"-f", "--follow"},
            description =
                    "Print what it writes as it comes, and what becomes of it; return as with --wait. Ctrl-C leaves"
                            + " it running.")
    private boolean follow;

    /**
     * Does something, and stays if that was asked for.
     *
     * @param name of the job or array
     * @param since when the jobs were submitted; null if {@code action} submits them
     * @return the exit status
     */
    int until(
            Connection connection,
            String name,
            Collection<String> jobs,
            @Nullable Instant since,
            CommandLine line,
            Runnable action) {
        if (!wait && !follow) {
            action.run();
            return 0;
        }
        // From before the submission on, so that nothing of it is missed.
        try (JobWatch watch = new JobWatch(connection, jobs, since, follow)) {
            action.run();
            JobStory story = new JobStory(
                    jobs, null, follow ? printed(line.getErr(), "\n") : text -> {}, printed(line.getOut(), ""));
            return stay(watch, story, name, line.getErr());
        }
    }

    /** Tells all until the jobs have ended. */
    static int stay(JobWatch watch, JobStory story, String name, PrintWriter err) {
        Thread leaving = new Thread(() -> {
            err.println("\n" + name + " goes on. To see it again: millrace logs " + name + " --follow");
            err.flush();
        });
        Runtime.getRuntime().addShutdownHook(leaving);
        try {
            while (!story.isOver()) {
                watch.poll(story);
            }
            watch.toEnd(story);
        } finally {
            Runtime.getRuntime().removeShutdownHook(leaving);
        }
        story.tellEnds(printed(err, "\n"));
        return story.exitCode();
    }

    static Consumer<String> printed(PrintWriter writer, String end) {
        return text -> {
            writer.print(text + end);
            writer.flush();
        };
    }
}
