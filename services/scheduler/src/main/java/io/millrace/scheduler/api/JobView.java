package io.millrace.scheduler.api;

import io.millrace.events.attempt.AttemptEvent;
import io.millrace.events.attempt.Heartbeat;
import io.millrace.events.attempt.JobStarted;
import io.millrace.events.decision.JobDecision;
import io.millrace.events.decision.JobEnded;
import io.millrace.events.decision.JobPlaced;
import io.millrace.events.decision.JobQueued;
import io.millrace.events.decision.JobRejected;
import io.millrace.events.decision.JobRequeued;
import io.millrace.events.decision.NodeShare;
import io.millrace.events.decision.PreemptionRequested;
import io.millrace.events.decision.PromiseRevised;
import io.millrace.events.decision.StartPromised;
import io.millrace.events.decision.StopRequestCause;
import io.millrace.events.decision.StopRequested;
import io.millrace.events.job.CheckpointSaved;
import io.millrace.events.job.Dependency;
import io.millrace.events.job.DependencyCondition;
import io.millrace.events.job.JobEvent;
import io.millrace.events.job.JobSubmitted;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one job from {@code job-events}, {@code job-decisions}, {@code attempt-events} and {@code
 * pending-reasons}. Records of different topics may come in any order.
 */
public final class JobView {

    /** Something the scheduler decided about the job. */
    public record Step(Instant at, long cycle, String decision, String detail) {}

    /** The newest are kept. */
    private static final int STEPS_KEPT = 200;

    private final String jobId;
    private final List<Step> steps = new ArrayList<>();
    private @Nullable JobSubmitted asked;
    private @Nullable Instant askedAt;
    private @Nullable String askedBy;
    private @Nullable JobQueued queued;
    private @Nullable JobRejected rejected;
    private @Nullable JobPlaced placed;
    private @Nullable JobEnded ended;
    private @Nullable String pool;
    private boolean stopping;
    private int lastPreempted;
    private int preemptions;
    private @Nullable CheckpointSaved newest;
    private int seenAttempt;
    private @Nullable Instant seenStart;
    private @Nullable Instant firstSeenStart;
    /** As the pool accounts it, which is told at an attempt's end. */
    private @Nullable Instant firstCountedStart;

    private List<String> reasons = List.of();
    private @Nullable String reservedFor;
    private @Nullable Instant startsBy;

    JobView(String jobId) {
        this.jobId = jobId;
    }

    void apply(JobEvent event) {
        // As the pool has it: of several checkpoints the one of the highest step counts.
        if (event.getPayload() instanceof CheckpointSaved saved
                && (newest == null || newest.getStep() < saved.getStep())) {
            newest = saved;
        }
        if (event.getPayload() instanceof JobSubmitted submitted && asked == null) {
            asked = submitted;
            askedAt = event.getOccurredAt();
            askedBy = event.getEventId();
        }
    }

    void apply(AttemptEvent event) {
        switch (event.getPayload()) {
            case JobStarted started
            when started.getAttempt() >= seenAttempt -> start(started.getAttempt(), event.getOccurredAt());
            // As the pool has it: whoever is alive has started.
            case Heartbeat heartbeat
            when heartbeat.getAttempt() > seenAttempt -> start(heartbeat.getAttempt(), event.getOccurredAt());
            default -> {} // the pool's decisions tell the ends
        }
    }

    private void start(int attempt, Instant at) {
        seenAttempt = attempt;
        seenStart = at;
        if (firstSeenStart == null) {
            firstSeenStart = at;
        }
    }

    void apply(JobDecision decision) {
        pool = decision.getPool();
        String detail = switch (decision.getPayload()) {
            case JobQueued accepted -> {
                queued = accepted;
                yield "queue " + accepted.getQueue() + ", " + accepted.getGpus() + " GPUs";
            }
            case JobRejected refused -> {
                rejected = refused;
                yield refused.getCode() + ": " + refused.getMessage();
            }
            case JobPlaced placement -> {
                placed = placement;
                startsBy = null;
                stopping = false;
                yield "attempt " + placement.getAttempt() + " on " + String.join(", ", nodes(placement));
            }
            case JobRequeued requeued -> {
                placed = null;
                stopping = false;
                if (firstCountedStart == null) {
                    firstCountedStart = requeued.getStartedAt();
                }
                yield "attempt " + requeued.getAttempt() + " is over: " + requeued.getCause();
            }
            case JobEnded over -> {
                placed = null;
                startsBy = null;
                ended = over;
                if (firstCountedStart == null) {
                    firstCountedStart = over.getStartedAt();
                }
                yield over.getState() + (over.getMessage().isEmpty() ? "" : ": " + over.getMessage());
            }
            case PreemptionRequested preempted -> {
                stopping = true;
                if (preempted.getAttempt() > lastPreempted) {
                    lastPreempted = preempted.getAttempt();
                    preemptions++;
                }
                yield "attempt " + preempted.getAttempt()
                        + (preempted.getForJob() == null
                                ? ": a manager asked"
                                : " makes room for " + preempted.getForJob())
                        + ", " + preempted.getLostGpuMs() / 1000 + " GPU seconds are lost";
            }
            case StopRequested stop -> {
                stopping |= stop.getCause() != StopRequestCause.STALE_ATTEMPT;
                yield "attempt " + stop.getAttempt() + ": " + stop.getCause();
            }
            case StartPromised promised -> {
                startsBy = promised.getStartBy();
                yield "starts by " + promised.getStartBy();
            }
            case PromiseRevised revised -> {
                startsBy = revised.getStartBy();
                yield (startsBy == null ? "no start is promised any more" : "starts by " + startsBy) + ", not by "
                        + revised.getPromised() + ": " + revised.getCause();
            }
            default -> "";
        };
        if (steps.size() == STEPS_KEPT) {
            steps.removeFirst();
        }
        steps.add(new Step(
                decision.getOccurredAt(),
                decision.getCycle(),
                decision.getPayload().getClass().getSimpleName(),
                detail));
    }

    /** @param keptFor whom the room it could have is kept for; null where that is no reason */
    void apply(List<String> pendingReasons, @Nullable String keptFor) {
        reasons = pendingReasons;
        reservedFor = keptFor;
    }

    String jobId() {
        return jobId;
    }

    @Nullable
    String pool() {
        return pool == null && asked != null ? asked.getPool() : pool;
    }

    @Nullable
    JobPlaced placed() {
        return placed;
    }

    /** Whether nothing more is to come: it ended, or was refused. */
    boolean isOver() {
        return ended != null || (rejected != null && queued == null);
    }

    /** Whether anybody ever asked for it: an agent's word alone makes no job. */
    boolean isAsked() {
        return asked != null || pool != null;
    }

    List<Step> steps() {
        return List.copyOf(steps);
    }

    List<String> reasons() {
        return reasons;
    }

    @Nullable
    String reservedFor() {
        return reservedFor;
    }

    /** The start promised last, while it waits; null without one. */
    @Nullable
    Instant startsBy() {
        return startsBy;
    }

    boolean waits() {
        return state().equals("WAITING");
    }

    String state() {
        if (ended != null) {
            return ended.getState().name();
        }
        if (placed != null) {
            if (stopping) {
                return "STOPPING";
            }
            return seenAttempt == placed.getAttempt() ? "RUNNING" : "PLACED";
        }
        if (queued != null) {
            return "WAITING";
        }
        return rejected != null ? "REJECTED" : "SUBMITTED";
    }

    /** @param now for the wait of a job that has not started; null when nobody knows */
    JobRow row(@Nullable Instant now) {
        Instant submittedAt = queued != null ? queued.getSubmittedAt() : askedAt;
        Instant firstStart = firstCountedStart != null ? firstCountedStart : firstSeenStart;
        Instant until = firstStart != null ? firstStart : ended != null ? ended.getEndedAt() : now;
        Double wait = submittedAt == null || until == null
                ? null
                : Math.max(0, until.toEpochMilli() - submittedAt.toEpochMilli()) / 1000.0;
        return new JobRow(
                jobId,
                pool(),
                state(),
                queued != null ? queued.getQueue() : asked != null ? asked.getQueue() : null,
                queued != null ? queued.getTeam() : asked != null ? asked.getTeam() : null,
                queued != null ? queued.getUser() : asked != null ? asked.getUser() : null,
                queued != null ? queued.getGpus() : asked != null ? asked.getGpus() : 0,
                queued != null ? queued.getGpuType() : asked != null ? asked.getGpuType() : null,
                submittedAt,
                placed != null ? placed.getAttempt() : ended != null ? ended.getAttempt() : 0,
                ended != null ? ended.getStartedAt() : placed != null ? startOf(placed) : null,
                ended != null ? ended.getEndedAt() : null,
                wait,
                placed == null ? List.of() : nodes(placed),
                waits() ? reasons : List.of(),
                queued != null ? queued.getSubmissionEventId() : askedBy,
                arrayId(),
                asked == null || asked.getArray() == null
                        ? null
                        : (Integer) asked.getArray().getIndex(),
                asked == null || asked.getWork() == null
                        ? List.of()
                        : List.copyOf(asked.getWork().getCommand()),
                asked == null
                        ? List.of()
                        : asked.getAfter().stream()
                                .map(one -> new JobRow.After(one.getJobId(), condition(one)))
                                .toList(),
                preemptions,
                newest == null ? null : new JobRow.Resume(newest.getAttempt(), newest.getStep(), newest.getPath()));
    }

    /** As the pool has it: what is not known counts as the stricter one. */
    private static String condition(Dependency dependency) {
        return dependency.getCondition() == DependencyCondition.ENDED ? "ENDED" : "COMPLETED";
    }

    @Nullable
    String arrayId() {
        return asked == null || asked.getArray() == null
                ? null
                : asked.getArray().getArrayId();
    }

    private @Nullable Instant startOf(JobPlaced placement) {
        return seenAttempt == placement.getAttempt() ? seenStart : null;
    }

    private static List<String> nodes(JobPlaced placement) {
        return placement.getNodes().stream().map(NodeShare::getNodeId).toList();
    }
}
