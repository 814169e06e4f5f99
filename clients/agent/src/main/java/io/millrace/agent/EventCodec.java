package io.millrace.agent;

import io.millrace.agent.domain.AttemptKey;
import io.millrace.agent.domain.Cause;
import io.millrace.agent.domain.Input;
import io.millrace.agent.domain.Placement;
import io.millrace.agent.domain.Report;
import io.millrace.events.attempt.AttemptEvent;
import io.millrace.events.attempt.Heartbeat;
import io.millrace.events.attempt.JobCompleted;
import io.millrace.events.attempt.JobFailed;
import io.millrace.events.attempt.JobStarted;
import io.millrace.events.attempt.JobStopped;
import io.millrace.events.attempt.ShareAborted;
import io.millrace.events.attempt.ShareEnded;
import io.millrace.events.attempt.ShareHeartbeat;
import io.millrace.events.attempt.ShareReady;
import io.millrace.events.attempt.StopCause;
import io.millrace.events.decision.ArrayMembership;
import io.millrace.events.decision.JobDecision;
import io.millrace.events.decision.JobEnded;
import io.millrace.events.decision.JobPlaced;
import io.millrace.events.decision.JobRequeued;
import io.millrace.events.decision.PreemptionRequested;
import io.millrace.events.decision.ResumePoint;
import io.millrace.events.decision.StopRequestCause;
import io.millrace.events.decision.StopRequested;
import io.millrace.events.decision.Work;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Records into what an agent understands, and what it says into records. */
final class EventCodec {

    private final String actor;

    EventCodec(String nodeId) {
        actor = "agent:" + nodeId;
    }

    /** Null for what is no agent's business. */
    static @Nullable Input input(String jobId, JobDecision decision) {
        return switch (decision.getPayload()) {
            case JobPlaced placed -> new Input.Placed(placement(jobId, placed));
            case StopRequested stop -> {
                String reason = stop.getCause().name().toLowerCase(Locale.ROOT);
                Cause.Kind by = stop.getCause() == StopRequestCause.CANCELLED ? Cause.Kind.USER : Cause.Kind.SCHEDULER;
                yield new Input.StopAsked(new AttemptKey(jobId, stop.getAttempt()), by, reason, stop.getGraceMs());
            }
            case PreemptionRequested preempt ->
                new Input.StopAsked(
                        new AttemptKey(jobId, preempt.getAttempt()),
                        Cause.Kind.SCHEDULER,
                        preempt.getForJob() == null ? "preempted" : "preempted for " + preempt.getForJob(),
                        preempt.getGraceMs());
            case JobRequeued requeued -> new Input.Closed(new AttemptKey(jobId, requeued.getAttempt()));
            case JobEnded ended -> new Input.Closed(new AttemptKey(jobId, ended.getAttempt()));
            default -> null;
        };
    }

    private static Placement placement(String jobId, JobPlaced placed) {
        Work work = placed.getWork();
        ResumePoint resume = placed.getResume();
        ArrayMembership array = placed.getArray();
        return new Placement(
                new AttemptKey(jobId, placed.getAttempt()),
                placed.getNodes().stream()
                        .map(node -> new Placement.Share(node.getNodeId(), node.getGpus(), node.getAddress()))
                        .toList(),
                placed.getStartBefore().toEpochMilli(),
                placed.getLeaseMs(),
                placed.getLimitMs(),
                work == null ? null : new Placement.Work(work.getCommand(), work.getEnvironment(), work.getDirectory()),
                resume == null ? null : new Placement.Resume(resume.getAttempt(), resume.getStep(), resume.getPath()),
                array == null ? null : new Placement.Member(array.getArrayId(), array.getIndex(), array.getSize()));
    }

    /**
     * Null for what only the scheduler needs.
     *
     * @param saidAt timestamp of the record, ms
     */
    static @Nullable Input input(String jobId, AttemptEvent event, long saidAt) {
        return switch (event.getPayload()) {
            case ShareReady ready -> new Input.Ready(new AttemptKey(jobId, ready.getAttempt()), ready.getNodeId());
            case ShareAborted aborted ->
                new Input.Aborted(
                        new AttemptKey(jobId, aborted.getAttempt()), aborted.getNodeId(), aborted.getReason());
            case ShareEnded ended ->
                new Input.Ended(
                        new AttemptKey(jobId, ended.getAttempt()),
                        ended.getNodeId(),
                        ended.getExitCode(),
                        ended.getReason());
            case ShareHeartbeat beat -> new Input.PartBeat(new AttemptKey(jobId, beat.getAttempt()), beat.getNodeId());
            case Heartbeat beat -> new Input.LeadBeat(new AttemptKey(jobId, beat.getAttempt()), saidAt);
            default -> null;
        };
    }

    /** @param tail last lines of the process's output */
    AttemptEvent event(Report report, List<String> nodeIds, String tail) {
        int attempt = report.key().attempt();
        Object payload = switch (report.kind()) {
            case STARTED -> new JobStarted(attempt, nodeIds);
            case COMPLETED -> new JobCompleted(attempt, 0, tail);
            case FAILED -> new JobFailed(attempt, report.exitCode(), report.reason(), tail);
            case STOPPED -> new JobStopped(attempt, cause(report.cause()), report.reason(), tail);
            case READY -> new ShareReady(attempt, report.nodeId());
            case ABORTED -> new ShareAborted(attempt, report.nodeId(), report.reason());
            case ENDED -> new ShareEnded(attempt, report.nodeId(), report.exitCode(), report.reason());
        };
        return new AttemptEvent(report.id(), Instant.ofEpochMilli(report.at()), actor, payload);
    }

    AttemptEvent beat(AttemptKey key, String nodeId, boolean asLead, long now) {
        return new AttemptEvent(
                key + "/" + nodeId + "/beat/" + now,
                Instant.ofEpochMilli(now),
                actor,
                asLead ? new Heartbeat(key.attempt()) : new ShareHeartbeat(key.attempt(), nodeId));
    }

    String actor() {
        return actor;
    }

    private static StopCause cause(Cause.Kind kind) {
        return switch (kind) {
            case USER -> StopCause.USER;
            case SCHEDULER -> StopCause.SCHEDULER;
            case LEASE_EXPIRED -> StopCause.LEASE_EXPIRED;
            case NODE_LOST -> StopCause.NODE_LOST;
            case FAILED -> throw new IllegalArgumentException("a failure is no stop");
        };
    }
}
