package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.client.Submission;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the scheduler knows of one job, or of the members of an array. */
record KnownJobs(List<Row> rows) {

    /** @param submissionId event id of the submission that made it */
    record Row(
            String jobId,
            String state,
            @Nullable String submissionId,
            @Nullable Instant submittedAt) {

        static Row of(JsonNode job) {
            String at = job.path("submitted_at").asText("");
            return new Row(
                    job.path("job_id").asText(),
                    job.path("state").asText(),
                    job.path("submission_event_id").textValue(),
                    at.isEmpty() ? null : Instant.parse(at));
        }

        /** Nothing of a refused job is kept; its name is free. */
        boolean isKept() {
            return !state.equals("REJECTED");
        }

        boolean isOver() {
            return switch (state) {
                case "SUBMITTED", "WAITING", "PLACED", "RUNNING", "STOPPING" -> false;
                default -> true;
            };
        }
    }

    static final KnownJobs NONE = new KnownJobs(List.of());

    /** Nothing where the scheduler does not answer: it will say itself what it makes of an event. */
    static KnownJobs ask(Connection connection, String name, boolean array) {
        try {
            return array ? members(connection, name) : job(connection, name);
        } catch (CommandException e) {
            return NONE;
        }
    }

    /** The job of that name, or the members of the array of that name; none where there is neither. */
    static KnownJobs named(Connection connection, String name) {
        KnownJobs job = job(connection, name);
        return job.rows().isEmpty() ? members(connection, name) : job;
    }

    private static KnownJobs job(Connection connection, String name) {
        return new KnownJobs(
                ServiceClient.scheduler(connection).find("/v1/jobs/" + ServiceClient.encode(name)).map(Row::of).stream()
                        .toList());
    }

    private static KnownJobs members(Connection connection, String array) {
        List<Row> rows = new ArrayList<>();
        ServiceClient.scheduler(connection)
                .find("/v1/jobs?limit=100000&array=" + ServiceClient.encode(array))
                .ifPresent(answer -> answer.forEach(job -> rows.add(Row.of(job))));
        rows.sort(Comparator.comparing(Row::jobId, NaturalOrder.INSTANCE));
        return new KnownJobs(rows);
    }

    List<String> jobIds() {
        return rows.stream().map(Row::jobId).toList();
    }

    /** When the first was; null for none. */
    @Nullable
    Instant submittedAt() {
        return rows.stream()
                .map(Row::submittedAt)
                .filter(Objects::nonNull)
                .min(Comparator.naturalOrder())
                .orElse(null);
    }

    /**
     * Whether all of these were submitted before.
     *
     * @throws CommandException when a name of theirs is taken by something else
     */
    boolean holdsAll(List<Submission> submissions) {
        Map<String, Row> kept = rows.stream().filter(Row::isKept).collect(Collectors.toMap(Row::jobId, row -> row));
        for (Submission submission : submissions) {
            Row row = kept.get(submission.jobId());
            if (row != null && !submission.eventId().equals(row.submissionId())) {
                throw new CommandException("there is a job " + row.jobId() + " already, and it is not the same (it is "
                        + row.state() + "); submit this one under another name");
            }
        }
        return submissions.stream().allMatch(submission -> kept.containsKey(submission.jobId()));
    }

    /** How they are: "it is RUNNING", "3 WAITING, 2 COMPLETED". */
    String states() {
        return rows.size() == 1
                ? "it is " + rows.getFirst().state()
                : rows.stream()
                        .collect(Collectors.groupingBy(Row::state, TreeMap::new, Collectors.counting()))
                        .entrySet()
                        .stream()
                        .map(state -> state.getValue() + " " + state.getKey())
                        .collect(Collectors.joining(", "));
    }
}
