package io.millrace.cli;

import io.millrace.events.job.Dependency;
import io.millrace.events.job.JobSubmitted;
import io.millrace.events.job.JobType;
import io.millrace.events.job.Work;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What somebody says of a job to be submitted, by options or in a file; null or empty is what he left open.
 *
 * @param command program and arguments; empty for a job that only holds its GPUs
 * @param directory where it runs on its node; {@link #OWN_FOLDER} for a folder of each attempt's own
 */
record JobForm(
        @Nullable String name,
        @Nullable String pool,
        @Nullable String queue,
        @Nullable String team,
        @Nullable String user,
        @Nullable Integer gpus,
        @Nullable String gpuType,
        @Nullable Integer gpusPerNode,
        @Nullable Duration limit,
        @Nullable Duration estimate,
        @Nullable JobType type,
        @Nullable Instant deadline,
        Map<String, String> tags,
        List<String> command,
        Map<String, String> environment,
        @Nullable String directory,
        List<Dependency> after,
        ArrayText.@Nullable Indices array) {

    static final String OWN_FOLDER = "-";

    private static final String DEFAULT_QUEUE = "batch";

    static final JobForm EMPTY = new JobForm(
            null, null, null, null, null, null, null, null, null, null, null, null, Map.of(), List.of(), Map.of(), null,
            List.of(), null);

    /** This, and what it leaves open as the other says. Labels and environments are joined. */
    JobForm over(JobForm other) {
        return new JobForm(
                first(name, other.name),
                first(pool, other.pool),
                first(queue, other.queue),
                first(team, other.team),
                first(user, other.user),
                first(gpus, other.gpus),
                first(gpuType, other.gpuType),
                first(gpusPerNode, other.gpusPerNode),
                first(limit, other.limit),
                first(estimate, other.estimate),
                first(type, other.type),
                first(deadline, other.deadline),
                joined(tags, other.tags),
                command.isEmpty() ? other.command : command,
                joined(environment, other.environment),
                first(directory, other.directory),
                after.isEmpty() ? other.after : after,
                first(array, other.array));
    }

    private static <T> @Nullable T first(@Nullable T one, @Nullable T other) {
        return one == null ? other : one;
    }

    private static Map<String, String> joined(Map<String, String> one, Map<String, String> other) {
        Map<String, String> both = new LinkedHashMap<>(other);
        both.putAll(one);
        return both;
    }

    /**
     * The job, in a pool.
     *
     * @param login who submits, if the form names no user
     * @throws CommandException when something is missing or can't be; says how it is written
     */
    JobSubmitted job(String chosenPool, String login) {
        if (team == null || team.isBlank()) {
            throw new CommandException("say which team is charged: --team TEAM, or 'team' in the job file");
        }
        if (gpus == null) {
            throw new CommandException("say how many GPUs it needs: --gpus N, or 'gpus' in the job file");
        }
        if (gpus < 1) {
            throw new CommandException("a job needs at least 1 GPU, not " + gpus);
        }
        if (gpusPerNode != null && gpusPerNode < 1) {
            throw new CommandException("a job wants at least 1 GPU on each node, not " + gpusPerNode);
        }
        return JobSubmitted.newBuilder()
                .setPool(chosenPool)
                .setQueue(queue == null ? DEFAULT_QUEUE : queue)
                .setTeam(team)
                .setUser(user == null ? login : user)
                .setGpus(gpus)
                .setGpuType(gpuType)
                .setGpusPerNode(gpusPerNode)
                .setLimitMs(limit == null ? null : limit.toMillis())
                .setEstimateMs(estimate == null ? null : estimate.toMillis())
                .setTags(tags)
                .setJobType(type == null ? JobType.EXPERIMENTATION : type)
                .setDeadline(deadline)
                .setWork(work())
                .setAfter(after)
                .build();
    }

    private @Nullable Work work() {
        if (command.isEmpty()) {
            if (!environment.isEmpty()) {
                throw new CommandException(
                        "an environment needs a command: write it after --, or as 'command' in the job file");
            }
            return null;
        }
        return new Work(command, environment, OWN_FOLDER.equals(directory) ? null : directory);
    }
}
