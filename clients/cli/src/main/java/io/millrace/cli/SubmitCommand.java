package io.millrace.cli;

import io.millrace.events.job.JobEvent;
import io.millrace.events.job.JobSubmitted;
import io.millrace.events.job.JobType;
import io.millrace.streams.Topics;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "submit",
        description = "Ask for a job to be run; prints its id. 'millrace explain ID' says what became of it.",
        mixinStandardHelpOptions = true)
final class SubmitCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private StackFolder folder = new StackFolder();

    @Option(
            names = "--pool",
            paramLabel = "POOL",
            description = "Pool of nodes that is to run it. Needed if there are several.")
    private @Nullable String pool;

    @Option(
            names = "--queue",
            paramLabel = "QUEUE",
            description = "Queue of the pool's policy. Default: ${DEFAULT-VALUE}.")
    private String queue = "batch";

    @Option(names = "--team", paramLabel = "TEAM", required = true, description = "Team that is charged.")
    private String team = "";

    @Option(
            names = "--user",
            paramLabel = "USER",
            description = "User who owns the job. Default: the one logged in here.")
    private String user = System.getProperty("user.name");

    @Option(names = "--gpus", paramLabel = "N", required = true, description = "GPUs it needs, all at once.")
    private int gpus;

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
    private JobType type = JobType.EXPERIMENTATION;

    @Option(
            names = "--deadline",
            paramLabel = "TIME",
            converter = InstantText.class,
            description = "When the result is needed, as 2026-03-01T12:00:00Z or 2026-03-01T12:00+02:00. Counts in its"
                    + " priority if the team's deadlines count.")
    private @Nullable Instant deadline;

    @Option(names = "--tag", paramLabel = "KEY=VALUE", description = "A label for reports. May be repeated.")
    private Map<String, String> tags = new LinkedHashMap<>();

    @Option(names = "--id", paramLabel = "ID", description = "The job's id. Default: a new one.")
    private @Nullable String id;

    @Override
    public Integer call() {
        Connection connection = folder.connection();
        connection.requireUndriven();
        Clock clock = Clock.systemUTC();
        Identifiers identifiers = new Identifiers(clock);
        String job = id == null ? identifiers.job() : id;
        JobEvent event =
                event(identifiers.event(), clock, choosePool(connection.pools().keySet()));
        new EventSender(connection)
                .send(Topics.JOB_EVENTS, job, event.getOccurredAt().toEpochMilli(), event);
        spec.commandLine().getOut().println(job);
        return 0;
    }

    JobEvent event(String eventId, Clock clock, String chosenPool) {
        requirePositive("--gpus", gpus);
        if (gpusPerNode != null) {
            requirePositive("--gpus-per-node", gpusPerNode);
        }
        return JobEvent.newBuilder()
                .setEventId(eventId)
                .setOccurredAt(clock.instant())
                .setActor("user:" + user)
                .setPayload(JobSubmitted.newBuilder()
                        .setPool(chosenPool)
                        .setQueue(queue)
                        .setTeam(team)
                        .setUser(user)
                        .setGpus(gpus)
                        .setGpuType(gpuType)
                        .setGpusPerNode(gpusPerNode)
                        .setLimitMs(limit == null ? null : limit.toMillis())
                        .setEstimateMs(estimate == null ? null : estimate.toMillis())
                        .setTags(tags)
                        .setJobType(type)
                        .setDeadline(deadline)
                        .build())
                .build();
    }

    String choosePool(Set<String> pools) {
        if (pool == null && pools.size() == 1) {
            return pools.iterator().next();
        }
        if (pool == null || !pools.contains(pool)) {
            throw new ParameterException(
                    spec.commandLine(),
                    (pool == null ? "name a pool with --pool" : "there is no pool '" + pool + "'") + "; this stack has "
                            + String.join(", ", pools));
        }
        return pool;
    }

    private void requirePositive(String option, int number) {
        if (number < 1) {
            throw new ParameterException(spec.commandLine(), option + " is at least 1, not " + number);
        }
    }
}
