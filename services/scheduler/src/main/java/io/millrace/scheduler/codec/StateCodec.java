package io.millrace.scheduler.codec;

import io.millrace.scheduler.domain.Attempt;
import io.millrace.scheduler.domain.Attempt.EndKind;
import io.millrace.scheduler.domain.Attempt.Ending;
import io.millrace.scheduler.domain.Attempt.StopCause;
import io.millrace.scheduler.domain.Job;
import io.millrace.scheduler.domain.Job.Checkpoint;
import io.millrace.scheduler.domain.Job.EndState;
import io.millrace.scheduler.domain.Job.Phase;
import io.millrace.scheduler.domain.JobRequest;
import io.millrace.scheduler.domain.Node;
import io.millrace.scheduler.domain.Node.Health;
import io.millrace.scheduler.domain.NodeShare;
import io.millrace.scheduler.domain.PendingReason;
import io.millrace.scheduler.domain.PoolEntity;
import io.millrace.scheduler.domain.PoolEntity.DuplicateEntity;
import io.millrace.scheduler.domain.PoolEntity.HeaderEntity;
import io.millrace.scheduler.domain.PoolEntity.JobEntity;
import io.millrace.scheduler.domain.PoolEntity.NodeEntity;
import io.millrace.scheduler.domain.PoolEntity.PolicyEntity;
import io.millrace.scheduler.domain.PoolEntity.StaleEntity;
import io.millrace.scheduler.domain.PoolInput.Tick;
import io.millrace.stores.pool.PoolEntityRecord;
import io.millrace.stores.pool.StoredAttempt;
import io.millrace.stores.pool.StoredCheckpoint;
import io.millrace.stores.pool.StoredDuplicate;
import io.millrace.stores.pool.StoredEnding;
import io.millrace.stores.pool.StoredHeader;
import io.millrace.stores.pool.StoredJob;
import io.millrace.stores.pool.StoredNode;
import io.millrace.stores.pool.StoredPolicy;
import io.millrace.stores.pool.StoredShare;
import io.millrace.stores.pool.StoredStale;
import io.millrace.streams.StoreSerde;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Entities of a pool's state as bytes: Avro's single-object form, the same bytes for the same entity always. */
public final class StateCodec {

    private static final StoreSerde<PoolEntityRecord> SERDE = StoreSerde.of(PoolEntityRecord.class, "pool-state");

    private StateCodec() {}

    public static byte[] bytes(PoolEntity entity) {
        Object stored = switch (entity) {
            case JobEntity(Job job) -> stored(job);
            case NodeEntity(Node node) ->
                new StoredNode(
                        node.id(),
                        node.gpus(),
                        node.gpuType(),
                        node.health().name(),
                        node.changedAt(),
                        node.changedBy(),
                        node.upBy(),
                        node.suspectUntil());
            case DuplicateEntity(String jobId, String submissionId) -> new StoredDuplicate(jobId, submissionId);
            case StaleEntity(String jobId, int attempt) -> new StoredStale(jobId, attempt);
            case PolicyEntity policy -> new StoredPolicy(policy.document(), policy.sha256());
            case HeaderEntity header -> stored(header);
        };
        return SERDE.encode(new PoolEntityRecord(stored));
    }

    /** @throws java.io.UncheckedIOException when the bytes are no entity */
    public static PoolEntity entity(byte[] bytes) {
        Object stored = SERDE.decode(bytes).getEntity();
        return switch (stored) {
            case StoredJob job -> new JobEntity(job(job));
            case StoredNode node ->
                new NodeEntity(new Node(
                        node.getNodeId(),
                        node.getGpus(),
                        node.getGpuType(),
                        Health.valueOf(node.getHealth()),
                        node.getChangedAt(),
                        node.getChangedBy(),
                        node.getUpBy(),
                        node.getSuspectUntil()));
            case StoredDuplicate duplicate -> new DuplicateEntity(duplicate.getJobId(), duplicate.getSubmissionId());
            case StoredStale stale -> new StaleEntity(stale.getJobId(), stale.getAttempt());
            case StoredPolicy policy ->
                new PolicyEntity(PolicyDocument.parse(policy.getDocument()), policy.getDocument(), policy.getSha256());
            case StoredHeader header ->
                new HeaderEntity(
                        header.getNow(),
                        header.getObserved(),
                        header.getCycle(),
                        header.getFolded(),
                        header.getChanged(),
                        header.getTickAt() == null
                                ? null
                                : new Tick(header.getTickAt(), header.getTickSequence(), header.getTickAwaited()));
            default -> throw new IllegalStateException("no entity of a pool: " + stored.getClass());
        };
    }

    private static StoredHeader stored(HeaderEntity header) {
        Tick tick = header.tick();
        return new StoredHeader(
                header.now(),
                header.observed(),
                header.cycle(),
                header.folded(),
                header.changed(),
                tick == null ? null : tick.at(),
                tick == null ? 0L : tick.sequence(),
                tick == null ? 0L : tick.awaited());
    }

    private static StoredJob stored(Job job) {
        JobRequest request = job.request();
        Attempt active = job.active();
        Checkpoint checkpoint = job.checkpoint();
        String phase = switch (job.phase()) {
            case Phase.Submitted() -> "SUBMITTED";
            case Phase.Waiting() -> "WAITING";
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
                        : new StoredCheckpoint(checkpoint.attempt(), checkpoint.step(), checkpoint.path()));
    }

    private static StoredAttempt stored(Attempt attempt) {
        StopCause stop = attempt.stop();
        Ending ending = attempt.ending();
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
                ending == null ? null : new StoredEnding(ending.kind().name(), ending.at(), ending.message()));
    }

    private static Job job(StoredJob stored) {
        StoredCheckpoint checkpoint = stored.getCheckpoint();
        return new Job(
                stored.getJobId(),
                stored.getSubmissionId(),
                stored.getSubmittedAt(),
                new JobRequest(
                        stored.getQueue(),
                        stored.getTeam(),
                        stored.getUser(),
                        stored.getGpus(),
                        stored.getGpuType(),
                        stored.getGpusPerNode(),
                        stored.getLimitMs(),
                        stored.getEstimateMs()),
                phase(stored),
                stored.getAttempts(),
                stored.getCancelRequested(),
                reasons(stored.getReasons()),
                checkpoint == null
                        ? null
                        : new Checkpoint(checkpoint.getAttempt(), checkpoint.getStep(), checkpoint.getPath()));
    }

    private static Phase phase(StoredJob stored) {
        return switch (stored.getPhase()) {
            case "SUBMITTED" -> new Phase.Submitted();
            case "WAITING" -> new Phase.Waiting();
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
                        : new Ending(EndKind.valueOf(ending.getKind()), ending.getAt(), ending.getMessage()));
    }

    private static Set<PendingReason> reasons(List<String> names) {
        EnumSet<PendingReason> reasons = EnumSet.noneOf(PendingReason.class);
        names.forEach(name -> reasons.add(PendingReason.valueOf(name)));
        return reasons;
    }
}
