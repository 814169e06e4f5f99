package io.millrace.cli;

import io.millrace.client.Identifiers;
import io.millrace.client.Submission;
import io.millrace.events.job.Dependency;
import io.millrace.events.job.DependencyCondition;
import io.millrace.events.job.JobSubmitted;
import io.millrace.events.job.JobType;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "submit",
        description = "Ask for a job to be run; prints its id. 'millrace explain ID' says what became of it.",
        customSynopsis = {
            "millrace submit --team TEAM --gpus N [OPTIONS] -- COMMAND [ARGUMENTS]",
            "       millrace submit FILE.yaml [OPTIONS]"
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "A job file has the fields name, team, user, pool, queue, gpus, gpu_type, gpus_per_node, limit, estimate,"
                    + " type, deadline, tags, command (a list, or a line for a shell), environment, directory (as seen"
                    + " from the file), after, after_any and array. Options count before it.",
            "",
            "The same name with the same content is the same job: submitting it again changes nothing."
        })
final class SubmitCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private StackFolder folder = new StackFolder();

    @Mixin
    private FollowOptions follow = new FollowOptions();

    @Option(names = "--team", paramLabel = "TEAM", description = "Team that is charged.")
    private @Nullable String team;

    @Option(
            names = "--user",
            paramLabel = "USER",
            description = "User who owns the job. Default: the one logged in here.")
    private @Nullable String user;

    @Option(names = "--gpus", paramLabel = "N", description = "GPUs it needs, all at once.")
    private @Nullable Integer gpus;

    @Option(
            names = {"--id", "--name"},
            paramLabel = "ID",
            description = "The job's id. Default: a new one.")
    private @Nullable String id;

    @Option(
            names = "--pool",
            paramLabel = "POOL",
            description = "Pool of nodes that is to run it. Needed if there are several.")
    private @Nullable String pool;

    @Option(names = "--queue", paramLabel = "QUEUE", description = "Queue of the pool's policy. Default: batch.")
    private @Nullable String queue;

    @Option(names = "--gpu-type", paramLabel = "TYPE", description = "GPU model it must have. Default: any.")
    private @Nullable String gpuType;

    @Option(
            names = "--gpus-per-node",
            paramLabel = "N",
            description = "GPUs it wants on each of its nodes. Default: the scheduler packs.")
    private @Nullable Integer gpusPerNode;

    @Option(
            names = "--limit",
            paramLabel = "TIME",
            converter = DurationText.class,
            description = "Longest it may run, as 30m, 4h or 2d. Default: the queue's own limit.")
    private @Nullable Duration limit;

    @Option(
            names = "--estimate",
            paramLabel = "TIME",
            converter = DurationText.class,
            description = "How long you think it will run; orders shortest-first policies.")
    private @Nullable Duration estimate;

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            converter = JobTypeText.class,
            description =
                    "What it is for: production_model, research, experimentation or sweep. Counts in its priority if"
                            + " the team may claim it. Default: experimentation.")
    private @Nullable JobType type;

    @Option(
            names = "--deadline",
            paramLabel = "TIME",
            converter = InstantText.class,
            description = "When the result is needed, as 2026-03-01T12:00:00Z or 2026-03-01T12:00+02:00. Counts in its"
                    + " priority if the team's deadlines count.")
    private @Nullable Instant deadline;

    @Option(names = "--tag", paramLabel = "KEY=VALUE", description = "A label for reports. May be repeated.")
    private Map<String, String> tags = new LinkedHashMap<>();

    @Option(
            names = "--env",
            paramLabel = "NAME=VALUE",
            description = "A variable of the command's environment. May be repeated. Kept in topics: no secrets.")
    private Map<String, String> environment = new LinkedHashMap<>();

    @Option(
            names = "--directory",
            paramLabel = "DIR",
            description = "Where the command runs, on its node. Default: this directory, or the job file's; '-' for a"
                    + " folder of each attempt's own.")
    private @Nullable String directory;

    @Option(
            names = "--after",
            paramLabel = "JOB",
            split = ",",
            description =
                    "A job that must complete first; if it ends otherwise this one is cancelled. May be repeated.")
    private List<String> after = new ArrayList<>();

    @Option(
            names = "--after-any",
            paramLabel = "JOB",
            split = ",",
            description = "A job that must come to an end first, however. May be repeated.")
    private List<String> afterAny = new ArrayList<>();

    @Option(
            names = "--array",
            paramLabel = "INDICES",
            converter = ArrayText.class,
            description = "Submit one job for each index, as 0-9 or 3,7: they are called ID-0, ID-1 and so on.")
    private ArrayText.@Nullable Indices array;

    @Parameters(arity = "0..*", paramLabel = "FILE or COMMAND", description = "A job file; or, after --, what to run.")
    private List<String> words = new ArrayList<>();

    @Override
    public Integer call() {
        Connection connection = folder.connection();
        connection.requireUndriven();
        JobForm form = form(Path.of("").toAbsolutePath());
        List<Submission> submissions =
                submissions(form, choosePool(form, connection.pools().keySet()), new Identifiers(Clock.systemUTC()));
        String name = name(submissions);
        KnownJobs known = form.name() == null
                ? KnownJobs.NONE
                : KnownJobs.ask(connection, name, submissions.getFirst().job().getArray() != null);
        boolean again = known.holdsAll(submissions);
        PrintWriter err = spec.commandLine().getErr();
        return follow.until(
                connection,
                name,
                submissions.stream().map(Submission::jobId).toList(),
                known.submittedAt(),
                spec.commandLine(),
                () -> {
                    if (!again) {
                        connection.say(client -> client.submit(submissions));
                    }
                    spec.commandLine().getOut().println(name);
                    spec.commandLine().getOut().flush();
                    if (again) {
                        err.println(name + " was submitted before, with the same content: " + known.states() + ".");
                    } else if (submissions.getFirst().job().getWork() == null) {
                        err.println("There is no command: it holds its GPUs until its limit, or 'millrace cancel "
                                + name + "'.");
                    }
                    err.flush();
                });
    }

    /** What the file and the options say together. */
    JobForm form(Path here) {
        int command = command();
        List<String> before = words.subList(0, command);
        if (before.size() > 1) {
            throw usage("write -- before the command: millrace submit ... -- " + String.join(" ", before));
        }
        List<String> toRun = words.subList(command, words.size());
        if (before.isEmpty()) {
            // A command runs where it was written; one that takes the place of a file's, where that would have.
            return options(toRun, here, directory == null && !toRun.isEmpty() ? here : null);
        }
        JobForm options = options(toRun, here, null);
        Path file = here.resolve(before.getFirst());
        if (!Files.isRegularFile(file)) {
            throw usage("there is no job file " + before.getFirst() + "; a command is written after --");
        }
        try {
            return options.over(JobFile.read(file));
        } catch (CommandException e) {
            throw usage(e.getMessage());
        }
    }

    private JobForm options(List<String> command, Path here, @Nullable Path otherwise) {
        List<Dependency> dependencies = new ArrayList<>();
        after.forEach(job -> dependencies.add(new Dependency(job, DependencyCondition.COMPLETED)));
        afterAny.forEach(job -> dependencies.add(new Dependency(job, DependencyCondition.ENDED)));
        Path where = directory == null || directory.equals(JobForm.OWN_FOLDER)
                ? otherwise
                : here.resolve(directory).normalize();
        return new JobForm(
                id,
                pool,
                queue,
                team,
                user,
                gpus,
                gpuType,
                gpusPerNode,
                limit,
                estimate,
                type,
                deadline,
                tags,
                List.copyOf(command),
                environment,
                where == null ? directory : where.toString(),
                dependencies,
                array);
    }

    /** Which of the words is the command's first; their number where there is none. */
    private int command() {
        List<String> arguments = spec.commandLine().getParseResult().originalArgs();
        int separator = arguments.indexOf("--");
        return separator < 0 ? words.size() : words.size() - (arguments.size() - separator - 1);
    }

    List<Submission> submissions(JobForm form, String chosenPool, Identifiers identifiers) {
        JobSubmitted job;
        try {
            job = form.job(chosenPool, System.getProperty("user.name"));
        } catch (CommandException e) {
            throw usage(e.getMessage());
        }
        String name = form.name() == null ? identifiers.job() : form.name();
        return form.array() == null
                ? List.of(new Submission(name, job))
                : Submission.array(name, form.array().all(), job);
    }

    private static String name(List<Submission> submissions) {
        Submission first = submissions.getFirst();
        return first.job().getArray() == null
                ? first.jobId()
                : first.job().getArray().getArrayId();
    }

    String choosePool(JobForm form, Set<String> pools) {
        if (form.pool() == null && pools.size() == 1) {
            return pools.iterator().next();
        }
        if (form.pool() == null || !pools.contains(form.pool())) {
            throw usage((form.pool() == null ? "name a pool with --pool" : "there is no pool '" + form.pool() + "'")
                    + "; this stack has " + String.join(", ", pools));
        }
        return form.pool();
    }

    private ParameterException usage(@Nullable String message) {
        return new ParameterException(spec.commandLine(), String.valueOf(message));
    }
}
