package io.millrace.cli;

import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** Prints what jobs wrote so far, and what they write until they end. */
final class JobLogs {

    private final Connection connection;
    private final PrintWriter out;
    private final PrintWriter err;

    JobLogs(Connection connection, CommandLine line) {
        this.connection = connection;
        this.out = line.getOut();
        this.err = line.getErr();
    }

    /** @param last how many of the lines so far; null for all */
    int print(String name, KnownJobs jobs, @Nullable Integer rank, @Nullable Integer last, boolean follow) {
        Instant since = Objects.requireNonNullElse(jobs.submittedAt(), Instant.EPOCH.plusSeconds(60));
        try (JobWatch watch = new JobWatch(connection, jobs.jobIds(), since, true)) {
            Told told = new Told(FollowOptions.printed(out, ""), last != null);
            JobStory story =
                    new JobStory(jobs.jobIds(), rank, follow ? FollowOptions.printed(err, "\n") : news -> {}, told);
            watch.toEnd(story);
            if (follow) {
                told.go(last);
                return FollowOptions.stay(watch, story, name, err);
            }
            story.finish();
            told.go(last);
            if (told.isEmpty()) {
                err.println(name + " has written nothing yet: " + jobs.states() + ".");
            }
            return 0;
        }
    }

    /** Passes text on, or keeps it until it is known which of it is the end. */
    private static final class Told implements Consumer<String> {

        private final Consumer<String> out;
        private final StringBuilder kept = new StringBuilder();
        private boolean keeps;
        private boolean empty = true;

        Told(Consumer<String> out, boolean keeps) {
            this.out = out;
            this.keeps = keeps;
        }

        @Override
        public void accept(String text) {
            empty &= text.isEmpty();
            if (keeps) {
                kept.append(text);
            } else {
                out.accept(text);
            }
        }

        void go(@Nullable Integer last) {
            if (keeps && last != null) {
                keeps = false;
                List<String> lines = List.of(kept.toString().split("(?<=\n)"));
                lines.subList(Math.max(0, lines.size() - last), lines.size()).forEach(out);
            }
        }

        boolean isEmpty() {
            return empty;
        }
    }
}
