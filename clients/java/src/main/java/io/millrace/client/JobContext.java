package io.millrace.client;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The attempt that this code runs in, as its agent tells it by environment variables. What the code reports goes into a
 * file that the agent reads, so code in a job needs neither Kafka nor credentials.
 *
 * @param attempt from 1
 * @param runId under which the job's runs are tracked; the same in every attempt
 * @param rank of this process's node, from 0
 * @param worldSize how many nodes the attempt has
 * @param resumePath the newest checkpoint of an earlier attempt, as that one named it; null without one
 * @param resumeStep the step it was taken at; 0 without one
 */
public record JobContext(
        String jobId,
        int attempt,
        String runId,
        int rank,
        int worldSize,
        @Nullable String resumePath,
        long resumeStep,
        Path reportFile) {

    private static final JsonMapper JSON = new JsonMapper();

    /** Empty outside a job. */
    public static Optional<JobContext> current() {
        return of(System.getenv());
    }

    static Optional<JobContext> of(Map<String, String> environment) {
        String job = environment.get("MILLRACE_JOB_ID");
        String report = environment.get("MILLRACE_REPORT_FILE");
        if (job == null || report == null) {
            return Optional.empty();
        }
        return Optional.of(new JobContext(
                job,
                Integer.parseInt(environment.getOrDefault("MILLRACE_ATTEMPT", "1")),
                environment.getOrDefault("MILLRACE_RUN_ID", job),
                Integer.parseInt(environment.getOrDefault("RANK", "0")),
                Integer.parseInt(environment.getOrDefault("WORLD_SIZE", "1")),
                environment.get("MILLRACE_RESUME_PATH"),
                Long.parseLong(environment.getOrDefault("MILLRACE_RESUME_STEP", "0")),
                Path.of(report)));
    }

    /**
     * Says that a later attempt can go on from a checkpoint. Say it when the checkpoint is whole.
     *
     * @param path where it lies, for {@link #resumePath} of that attempt
     */
    public void checkpoint(String path, long step) {
        report(JSON.createObjectNode()
                .put("event", "checkpoint")
                .put("path", path)
                .put("step", step));
    }

    /** @param fraction of the work that is done, from 0 to 1 */
    public void progress(double fraction, long step) {
        report(JSON.createObjectNode()
                .put("event", "progress")
                .put("fraction", fraction)
                .put("step", step));
    }

    /** One line, written at once. */
    private void report(ObjectNode line) {
        try {
            Files.write(
                    reportFile,
                    (line + "\n").getBytes(StandardCharsets.UTF_8),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new ClientException("the agent's report file can't be written: " + e.getMessage(), e);
        }
    }
}
