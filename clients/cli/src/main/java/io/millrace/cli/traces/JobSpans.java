package io.millrace.cli.traces;

import io.millrace.events.alert.AlertEvent;
import io.millrace.events.alert.AlertFired;
import io.millrace.events.alert.AlertResolved;
import io.millrace.events.alert.AlertState;
import io.millrace.events.alert.AlertTaken;
import io.millrace.events.alert.NotificationDue;
import io.millrace.events.decision.EndState;
import io.millrace.events.decision.JobDecision;
import io.millrace.events.decision.JobEnded;
import io.millrace.events.decision.JobPlaced;
import io.millrace.events.decision.JobQueued;
import io.millrace.events.decision.JobRejected;
import io.millrace.events.decision.JobRequeued;
import io.millrace.events.decision.NodeShare;
import io.millrace.streams.Envelope;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes spans of what was decided of jobs, read in the order of their topic, and of the alerts about them: a job, from
 * its submission to its end, and within it how long it waited, each attempt and how long that ran, and what was decided
 * or told meanwhile. A span is made when it is over.
 */
final class JobSpans {

    private static final String JOB = "job_id";

    private static final class OpenJob {
        private final long submittedAt;
        private final Map<String, String> attributes;
        private @Nullable Part waiting;
        private @Nullable Part attempt;

        OpenJob(long submittedAt, Map<String, String> attributes, Part waiting) {
            this.submittedAt = submittedAt;
            this.attributes = attributes;
            this.waiting = waiting;
        }
    }

    private record Part(String eventId, String name, long since, Map<String, String> attributes) {}

    private final Map<String, OpenJob> jobs = new HashMap<>();
    private final Consumer<JobSpan> spans;

    JobSpans(Consumer<JobSpan> spans) {
        this.spans = spans;
    }

    /** How many jobs are not over. */
    int open() {
        return jobs.size();
    }

    void decided(String jobId, JobDecision event) {
        Envelope envelope = Envelope.of(event);
        OpenJob job = jobs.get(jobId);
        switch (event.getPayload()) {
            case JobQueued queued -> queue(jobId, envelope, queued);
            case JobRejected refused ->
                // Also of a second submission under a name that is taken, which changes nothing for the job that has
                // it.
                moment(
                        jobId,
                        envelope,
                        "rejected",
                        Map.of("code", refused.getCode().name()),
                        refused.getMessage(),
                        job != null);
            case JobPlaced placed
            when job != null -> {
                endWait(jobId, job, envelope.occurredAt());
                job.attempt = new Part(
                        envelope.eventId(),
                        "attempt " + placed.getAttempt(),
                        envelope.occurredAt(),
                        Map.of(
                                "nodes",
                                placed.getNodes().stream()
                                        .map(NodeShare::getNodeId)
                                        .collect(Collectors.joining(","))));
            }
            case JobRequeued again
            when job != null -> {
                endAttempt(
                        jobId,
                        job,
                        envelope,
                        again.getStartedAt(),
                        again.getEndedAt(),
                        again.getCause().name());
                job.waiting = new Part(envelope.eventId() + "/wait", "wait", envelope.occurredAt(), Map.of());
            }
            case JobEnded over when job != null -> end(jobId, job, envelope, over);
            case Object other
            when job != null -> moment(jobId, envelope, other.getClass().getSimpleName(), Map.of(), null, true);
            default -> {} // of a job whose beginning was not read
        }
    }

    private void queue(String jobId, Envelope envelope, JobQueued queued) {
        Map<String, String> attributes = new TreeMap<>(Map.of(
                JOB,
                jobId,
                "queue",
                queued.getQueue(),
                "team",
                queued.getTeam(),
                "user",
                queued.getUser(),
                "gpus",
                Integer.toString(queued.getGpus())));
        long submittedAt = queued.getSubmittedAt().toEpochMilli();
        jobs.put(
                jobId,
                new OpenJob(
                        submittedAt,
                        attributes,
                        new Part(envelope.eventId(), "wait", envelope.occurredAt(), Map.of())));
        spans.accept(new JobSpan(
                jobId,
                queued.getSubmissionEventId(),
                root(jobId),
                "submitted",
                submittedAt,
                envelope.occurredAt(),
                Map.of(),
                null));
    }

    private void end(String jobId, OpenJob job, Envelope envelope, JobEnded over) {
        long endedAt = Math.max(over.getEndedAt().toEpochMilli(), job.submittedAt);
        String failure = over.getState() == EndState.COMPLETED ? null : over.getState() + ": " + over.getMessage();
        endWait(jobId, job, endedAt);
        endAttempt(jobId, job, envelope, over.getStartedAt(), over.getEndedAt(), failure);
        spans.accept(new JobSpan(
                jobId, root(jobId), null, "job " + jobId, job.submittedAt, endedAt, job.attributes, failure));
        jobs.remove(jobId);
    }

    private void endWait(String jobId, OpenJob job, long at) {
        Part waiting = job.waiting;
        if (waiting != null) {
            job.waiting = null;
            spans.accept(span(jobId, waiting, at, null));
        }
    }

    private void endAttempt(
            String jobId,
            OpenJob job,
            Envelope envelope,
            @Nullable Instant startedAt,
            Instant endedAt,
            @Nullable String failure) {
        Part attempt = job.attempt;
        if (attempt == null) {
            return;
        }
        job.attempt = null;
        if (startedAt != null) {
            spans.accept(new JobSpan(
                    jobId,
                    envelope.eventId(),
                    attempt.eventId(),
                    "run",
                    startedAt.toEpochMilli(),
                    endedAt.toEpochMilli(),
                    Map.of(),
                    failure));
        }
        spans.accept(span(jobId, attempt, endedAt.toEpochMilli(), failure));
    }

    private static JobSpan span(String jobId, Part part, long endedAt, @Nullable String failure) {
        return new JobSpan(
                jobId, part.eventId(), root(jobId), part.name(), part.since(), endedAt, part.attributes(), failure);
    }

    void alerted(AlertEvent event) {
        Envelope envelope = Envelope.of(event);
        switch (event.getPayload()) {
            case AlertFired fired -> alert(envelope, "alert fired", fired.getAlert());
            case AlertResolved resolved -> alert(envelope, "alert resolved", resolved.getAlert());
            case AlertTaken taken -> alert(envelope, "alert taken", taken.getAlert());
            case NotificationDue due ->
                Stream.of(due.getFiring(), due.getResolved())
                        .flatMap(List::stream)
                        .filter(state -> state.getLabels().containsKey(JOB))
                        .findFirst()
                        .ifPresent(state -> alert(envelope, "notification to " + due.getReceiver(), state));
            default -> throw new IllegalArgumentException("no event of alerts: " + event.getPayload());
        }
    }

    private void alert(Envelope envelope, String name, AlertState state) {
        String jobId = state.getLabels().get(JOB);
        if (jobId != null) {
            Map<String, String> attributes = Map.of(
                    "rule", state.getRule(),
                    "severity", state.getSeverity().name(),
                    "fingerprint", state.getFingerprint(),
                    "summary", state.getSummary());
            moment(jobId, envelope, name, attributes, null, true);
        }
    }

    private void moment(
            String jobId,
            Envelope envelope,
            String name,
            Map<String, String> attributes,
            @Nullable String failure,
            boolean ofJob) {
        spans.accept(new JobSpan(
                jobId,
                envelope.eventId(),
                ofJob ? root(jobId) : null,
                name,
                envelope.occurredAt(),
                envelope.occurredAt(),
                attributes,
                failure));
    }

    /** The span of the whole job; no event has such an id. */
    private static String root(String jobId) {
        return "job/" + jobId;
    }
}
