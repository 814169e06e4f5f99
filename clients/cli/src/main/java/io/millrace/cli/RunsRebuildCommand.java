package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Has the tracker build its tables anew, and says how far it is. */
@Command(
        name = "rebuild",
        description =
                "Drop the tracker's tables and have them built again from the log. Needs the role admin. Nothing is"
                        + " lost: the log holds everything.",
        mixinStandardHelpOptions = true)
final class RunsRebuildCommand implements Callable<Integer> {

    private static final String PATH = "/v1/rebuild";
    private static final Duration LOOK = Duration.ofMillis(200);
    /** Without any news. */
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private StackFolder folder = new StackFolder();

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        ServiceClient tracker = ServiceClient.tracker(folder.connection());
        long before = tracker.post(PATH, Map.of()).path("started_at").asLong();
        out.println("the tracker drops its tables and starts again ...");
        out.flush();
        long newsAt = System.nanoTime();
        long left = -1;
        while (System.nanoTime() - newsAt < PATIENCE.toNanos()) {
            LockSupport.parkNanos(LOOK.toNanos());
            JsonNode now;
            try {
                now = tracker.get(PATH);
            } catch (CommandException e) {
                continue; // it is on its way down, or up
            }
            if (now.path("started_at").asLong() == before) {
                continue;
            }
            if (now.path("up_to_date").asBoolean()) {
                out.println("the tables are up to date");
                return 0;
            }
            if (now.path("records_left").asLong() != left) {
                left = now.path("records_left").asLong();
                newsAt = System.nanoTime();
                out.println(now.path("percent").asInt() + " %, " + left + " records left");
                out.flush();
            }
        }
        throw new CommandException("nothing was heard of the tracker for " + PATIENCE.toMinutes()
                + " min; 'millrace logs tracker' says why");
    }
}
