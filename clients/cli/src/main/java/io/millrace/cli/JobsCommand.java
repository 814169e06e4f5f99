package io.millrace.cli;

import static io.millrace.cli.ExplanationText.length;
import static io.millrace.cli.ExplanationText.list;
import static io.millrace.cli.ExplanationText.word;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "jobs",
        description = "Print the jobs there are and were, and how they are.",
        mixinStandardHelpOptions = true)
final class JobsCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private StackFolder folder = new StackFolder();

    @Option(
            names = "--state",
            paramLabel = "STATE",
            description =
                    "Only those that are submitted, waiting, placed, running, stopping, completed, failed, stopped,"
                            + " cancelled, timed_out or rejected.")
    private @Nullable String state;

    @Option(names = "--team", paramLabel = "TEAM", description = "Only this team's.")
    private @Nullable String team;

    @Option(names = "--user", paramLabel = "USER", description = "Only this user's.")
    private @Nullable String user;

    @Option(names = "--array", paramLabel = "ID", description = "Only the members of this array.")
    private @Nullable String array;

    @Option(names = "-n", paramLabel = "N", description = "At most so many. Default: ${DEFAULT-VALUE}.")
    private int most = 1000;

    @Option(names = "--json", description = "Print the scheduler's own answer.")
    private boolean json;

    @Override
    public Integer call() {
        JsonNode answer =
                ServiceClient.scheduler(folder.connection()).get(path(), "this scheduler has no jobs to show");
        spec.commandLine().getOut().print(json ? answer.toPrettyString() + "\n" : text(answer));
        return 0;
    }

    private String path() {
        Map<String, @Nullable String> query = new LinkedHashMap<>();
        query.put("state", state);
        query.put("team", team);
        query.put("user", user);
        query.put("array", array);
        query.put("limit", Integer.toString(most));
        return "/v1/jobs?"
                + query.entrySet().stream()
                        .filter(entry -> entry.getValue() != null)
                        .map(entry -> entry.getKey() + "=" + ServiceClient.encode(String.valueOf(entry.getValue())))
                        .collect(Collectors.joining("&"));
    }

    static String text(JsonNode jobs) {
        if (jobs.isEmpty()) {
            return "no such job\n";
        }
        TextTable table = new TextTable(
                List.of("job", "state", "team", "user", "gpus", "submitted", "waited", "attempt", "nodes"));
        List<JsonNode> sorted = new ArrayList<>();
        jobs.forEach(sorted::add);
        sorted.sort(
                Comparator.comparing((JsonNode job) -> job.path("submitted_at").asText(""))
                        .thenComparing(job -> job.path("job_id").asText(), NaturalOrder.INSTANCE));
        sorted.forEach(job -> table.row(List.of(
                word(job, "job_id"),
                word(job, "state"),
                word(job, "team"),
                word(job, "user"),
                word(job, "gpus"),
                word(job, "submitted_at"),
                job.path("wait_s").isNumber()
                        ? length((long) (job.path("wait_s").asDouble() * 1000))
                        : "-",
                word(job, "attempt"),
                list(job.path("nodes")))));
        return table.text();
    }
}
