package io.millrace.scheduler.codec;

import io.millrace.scheduler.domain.ArrayMembership;
import io.millrace.scheduler.domain.Attempt;
import io.millrace.scheduler.domain.Attempt.EndKind;
import io.millrace.scheduler.domain.Attempt.Ending;
import io.millrace.scheduler.domain.Attempt.Preempted;
import io.millrace.scheduler.domain.Attempt.StopCause;
import io.millrace.scheduler.domain.Dependency;
import io.millrace.scheduler.domain.Dependency.Condition;
import io.millrace.scheduler.domain.Job;
import io.millrace.scheduler.domain.Job.Checkpoint;
import io.millrace.scheduler.domain.Job.EndState;
import io.millrace.scheduler.domain.Job.Phase;
import io.millrace.scheduler.domain.JobRequest;
import io.millrace.scheduler.domain.JobType;
import io.millrace.scheduler.domain.NodeShare;
import io.millrace.scheduler.domain.PendingReason;
import io.millrace.scheduler.domain.PoolEvent.PreemptionCause;
import io.millrace.scheduler.domain.Promise;
import io.millrace.scheduler.domain.Promise.NodeGpus;
import io.millrace.stores.pool.StoredArray;
import io.millrace.stores.pool.StoredAttempt;
import io.millrace.stores.pool.StoredCheckpoint;
import io.millrace.stores.pool.StoredDependency;
import io.millrace.stores.pool.StoredEnding;
import io.millrace.stores.pool.StoredJob;
import io.millrace.stores.pool.StoredNodeGpus;
import io.millrace.stores.pool.StoredPreemption;
import io.millrace.stores.pool.StoredPromise;
import io.millrace.stores.pool.StoredShare;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Jobs in the form they are stored in. */
final class JobStateCodec {

    private JobStateCodec() {}

    static StoredJob stored(Job job) {
        JobRequest request = job.request();
        Attempt active = job.active();
        Checkpoint checkpoint = job.checkpoint();
        Promise promise = job.promise();
        String phase = switch (job.phase()) {
            case Phase.Submitted() -> "SUBMITTED";
            case Phase.Depending() -> "DEPENDING";
            case Phase.Waiting(long from) -> "WAITING";
            case Phase.Active(Attempt attempt) -> "ACTIVE";
            case Phase.Ended(EndState state, long at) -> "ENDED";
        };
        Phase.Ended ended = job.phase() instanceof Phase.Ended end ? end : null;
        return new StoredJob(
                job.id(),
                job.submissionId(),
                job.submittedAt(),
                request.queue(),
                request.team(),
                request.user(),
                request.gpus(),
                request.gpuType(),
                request.gpusPerNode(),
                request.limitMs(),
                request.estimateMs(),
                phase,
                active == null ? null : stored(active),
                ended == null ? null : ended.state().name(),
                ended == null ? null : ended.at(),
                job.attempts(),
                job.cancelRequested(),
                job.reasons().stream().sorted().map(PendingReason::name).toList(),
                checkpoint == null
                        ? null
                        : new StoredCheckpoint(
                                checkpoint.attempt(), checkpoint.step(), checkpoint.path(), checkpoint.at()),
                request.type().name(),
                request.deadlineMs(),
                job.reservedFor(),
                promise == null ? null : stored(promise),
                job.overridden(),
                job.slaMissed(),
                stored(request.array()),
                job.since() == job.submittedAt() ? null : (Long) job.since(),
                request.after().stream()
                        .map(one -> new StoredDependency(
                                one.jobId(), one.condition().name()))
                        .toList(),
                job.preemptedFor(),
                job.phase() instanceof Phase.Waiting(long from) ? from : null);
    }

    private static @Nullable StoredArray stored(@Nullable ArrayMembership array) {
        return array == null ? null : new StoredArray(array.arrayId(), array.index(), array.size());
    }

    private static StoredPromise stored(Promise promise) {
        return new StoredPromise(
                promise.startBy(),
                promise.plannedAt(),
                promise.plan().stream()
                        .map(kept -> new StoredNodeGpus(kept.nodeId(), kept.gpus()))
                        .toList());
    }

    private static StoredAttempt stored(Attempt attempt) {
        StopCause stop = attempt.stop();
        Ending ending = attempt.ending();
        Preempted preempted = attempt.preempted();
        return new StoredAttempt(
                attempt.number(),
                attempt.shares().stream()
                        .map(share -> new StoredShare(share.nodeId(), share.gpuMask()))
                        .toList(),
                attempt.placedAt(),
                attempt.seenObserved(),
                attempt.startedAt(),
                stop == null ? null : stop.name(),
                attempt.stopObserved(),
                List.copyOf(attempt.lostNodes()),
                ending == null ? null : new StoredEnding(ending.kind().name(), ending.at(), ending.message()),
                attempt.weight(),
                attempt.countedFrom(),
                attempt.ordered(),
                preempted == null
                        ? null
                        : new StoredPreemption(preempted.cause().name(), preempted.forJob(), preempted.at()));
    }

    static Job job(StoredJob stored) {
        StoredCheckpoint checkpoint = stored.getCheckpoint();
        StoredPromise promise = stored.getPromise();
        StoredArray array = stored.getArray();
        return new Job(
                stored.getJobId(),
                stored.getSubmissionId(),
                stored.getSubmittedAt(),
                stored.getSince() == null ? stored.getSubmittedAt() : stored.getSince(),
                new JobRequest(
                        stored.getQueue(),
                        stored.getTeam(),
                        stored.getUser(),
                        stored.getGpus(),
                        stored.getGpuType(),
                        stored.getGpusPerNode(),
                        stored.getLimitMs(),
                        stored.getEstimateMs(),
                        JobType.valueOf(stored.getJobType()),
                        stored.getDeadline(),
                        array == null
                                ? null
                                : new ArrayMembership(array.getArrayId(), array.getIndex(), array.getSize()),
                        stored.getAfter().stream()
                                .map(one -> new Dependency(one.getJobId(), Condition.valueOf(one.getCondition())))
                                .toList()),
                phase(stored),
                stored.getAttempts(),
                stored.getCancelRequested(),
                reasons(stored.getReasons()),
                stored.getReservedFor(),
                checkpoint == null
                        ? null
                        : new Checkpoint(
                                checkpoint.getAttempt(),
                                checkpoint.getStep(),
                                checkpoint.getPath(),
                                checkpoint.getSavedAt()),
                promise == null ? null : promise(promise),
                List.copyOf(stored.getPreemptedFor()),
                stored.getOverridden(),
                stored.getSlaMissed());
    }

    private static Promise promise(StoredPromise stored) {
        return new Promise(
                stored.getStartBy(),
                stored.getPlannedAt(),
                stored.getPlan().stream()
                        .map(kept -> new NodeGpus(kept.getNodeId(), kept.getGpus()))
                        .toList());
    }

    private static Phase phase(StoredJob stored) {
        return switch (stored.getPhase()) {
            case "SUBMITTED" -> new Phase.Submitted();
            case "DEPENDING" -> new Phase.Depending();
            case "WAITING" -> new Phase.Waiting(stored.getWaitingFrom() == null ? 0 : stored.getWaitingFrom());
            case "ACTIVE" -> new Phase.Active(attempt(stored.getActive()));
            case "ENDED" -> new Phase.Ended(EndState.valueOf(stored.getEndState()), stored.getEndedAt());
            default -> throw new IllegalStateException("no phase of a job: " + stored.getPhase());
        };
    }

    private static Attempt attempt(@Nullable StoredAttempt stored) {
        if (stored == null) {
            throw new IllegalStateException("an active job is stored without its attempt");
        }
        StoredEnding ending = stored.getEnding();
        StoredPreemption preempted = stored.getPreempted();
        return new Attempt(
                stored.getNumber(),
                stored.getShares().stream()
                        .map(share -> new NodeShare(share.getNodeId(), share.getGpuMask()))
                        .toList(),
                stored.getPlacedAt(),
                stored.getSeenObserved(),
                stored.getStartedAt(),
                stored.getStop() == null ? null : StopCause.valueOf(stored.getStop()),
                stored.getStopObserved(),
                new TreeSet<>(stored.getLostNodes()),
                ending == null
                        ? null
                        : new Ending(EndKind.valueOf(ending.getKind()), ending.getAt(), ending.getMessage()),
                stored.getWeight(),
                stored.getCountedFrom(),
                stored.getOrdered(),
                preempted == null
                        ? null
                        : new Preempted(
                                PreemptionCause.valueOf(preempted.getCause()),
                                preempted.getForJob(),
                                preempted.getAt()));
    }

    private static Set<PendingReason> reasons(List<String> names) {
        EnumSet<PendingReason> reasons = EnumSet.noneOf(PendingReason.class);
        names.forEach(name -> reasons.add(PendingReason.valueOf(name)));
        return reasons;
    }
}
