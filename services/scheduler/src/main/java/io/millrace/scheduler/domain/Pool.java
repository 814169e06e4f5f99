package io.millrace.scheduler.domain;

import io.millrace.scheduler.domain.Attempt.Ending;
import io.millrace.scheduler.domain.Job.Phase;
import io.millrace.scheduler.domain.Node.Health;
import io.millrace.scheduler.domain.PoolEntity.DuplicateEntity;
import io.millrace.scheduler.domain.PoolEntity.HeaderEntity;
import io.millrace.scheduler.domain.PoolEntity.JobEntity;
import io.millrace.scheduler.domain.PoolEntity.NodeEntity;
import io.millrace.scheduler.domain.PoolEntity.PolicyEntity;
import io.millrace.scheduler.domain.PoolEntity.StaleEntity;
import io.millrace.scheduler.domain.PoolEvent.RejectionCode;
import io.millrace.scheduler.domain.PoolInput.Tick;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The state of one pool. {@code evolve} is the only way it changes: by what happened ({@link PoolInput}) and by what
 * was decided ({@link PoolEvent}). Inputs that arrive between two ticks commute: any order of them that keeps each
 * job's and each node's own order gives the same state.
 *
 * <p>Entities are the truth; every index beside them is a cache that {@link #restore} rebuilds. The object is mutable
 * and belongs to one thread.
 */
public final class Pool {

    private final Map<String, Job> jobs = new HashMap<>();
    private final TreeMap<String, Node> nodes = new TreeMap<>();
    private final TreeMap<String, DuplicateEntity> duplicates = new TreeMap<>();
    private final TreeMap<String, StaleEntity> stale = new TreeMap<>();
    private @Nullable PolicyEntity policy;
    private HeaderEntity header = new HeaderEntity(0, 0, 0, 0, false, null);

    private final JobIndex index = new JobIndex();
    private final Gpus gpus = new Gpus();

    /** Keys of entities changed since the last {@link #takeChanges}; a null value: removed. */
    private final Map<String, @Nullable PoolEntity> changes = new TreeMap<>();

    // ---- what happened

    /** Applies an input. An input that says nothing new changes nothing but the count of inputs. */
    public void evolve(PoolInput input) {
        switch (input) {
            case PoolInput.JobSubmitted submitted -> submit(submitted);
            case PoolInput.CancelRequested(long at, String jobId) -> cancel(jobId);
            case PoolInput.CheckpointSaved saved -> checkpoint(saved);
            case PoolInput.ProgressReported progress -> {}
            case PoolInput.AttemptStarted(long at, String jobId, int attempt) ->
                seen(jobId, attempt, current -> {
                    long start = Math.max(current.placedAt(), at);
                    Long known = current.startedAt();
                    touch();
                    return current.withStarted(known == null ? start : Math.min(known, start), header.observed());
                });
            case PoolInput.HeartbeatSeen(long at, String jobId, int attempt) ->
                seen(jobId, attempt, current -> current.withSeen(header.observed()));
            case PoolInput.AttemptEnded ended -> end(ended);
            case PoolInput.NodeUp up -> nodeUp(up);
            case PoolInput.NodeHealthChanged changed -> nodeHealth(changed);
            case PoolInput.PolicyAdopted adopted -> adopt(adopted);
            case PoolInput.Tick tick -> put(with(header.now(), header.observed(), header.changed(), tick));
        }
        if (input instanceof PoolInput.Sent) {
            put(new HeaderEntity(
                    header.now(),
                    header.observed(),
                    header.cycle(),
                    header.folded() + 1,
                    header.changed(),
                    header.tick()));
        }
    }

    private void submit(PoolInput.JobSubmitted submitted) {
        Job known = jobs.get(submitted.jobId());
        if (known == null) {
            put(Job.submitted(submitted.jobId(), submitted.eventId(), submitted.at(), submitted.request()));
            touch();
        } else if (!known.submissionId().equals(submitted.eventId())) {
            put(new DuplicateEntity(submitted.jobId(), submitted.eventId()));
            touch();
        }
    }

    private void cancel(String jobId) {
        Job job = jobs.get(jobId);
        if (job != null && !job.cancelRequested() && !(job.phase() instanceof Phase.Ended)) {
            put(job.withCancelRequested());
            touch();
        }
    }

    private void checkpoint(PoolInput.CheckpointSaved saved) {
        Job job = jobs.get(saved.jobId());
        if (job == null || saved.checkpoint().attempt() > job.attempts()) {
            return;
        }
        Job.Checkpoint newest = job.checkpoint();
        if (newest == null || newest.step() < saved.checkpoint().step()) {
            put(job.withCheckpoint(saved.checkpoint()));
        }
    }

    /** A sign of life: of the current attempt, or of one that must be stopped. */
    private void seen(String jobId, int attempt, UnaryOperator<Attempt> change) {
        Job job = jobs.get(jobId);
        Attempt current = job == null ? null : job.active();
        if (job == null || current == null || current.number() != attempt) {
            put(new StaleEntity(jobId, attempt));
            touch();
            return;
        }
        put(job.withAttempt(change.apply(current)));
        for (NodeShare share : current.shares()) {
            Node node = nodes.get(share.nodeId());
            if (node != null && node.suspectUntil() != 0) {
                put(node.withSuspectUntil(0));
            }
        }
    }

    private void end(PoolInput.AttemptEnded ended) {
        Job job = jobs.get(ended.jobId());
        Attempt current = job == null ? null : job.active();
        if (job == null || current == null || current.number() != ended.attempt() || current.ending() != null) {
            return;
        }
        long at = Math.max(ended.at(), current.startedAt() == null ? current.placedAt() : current.startedAt());
        put(job.withAttempt(current.withEnding(new Ending(ended.kind(), at, ended.message()))));
        touch();
    }

    private void nodeUp(PoolInput.NodeUp up) {
        Node known = nodes.get(up.nodeId());
        if (known != null) {
            if (isOld(known, up.at(), up.eventId())) {
                return;
            }
            loseNode(up.nodeId(), up.at());
        }
        put(new Node(up.nodeId(), up.gpus(), up.gpuType(), Health.UP, up.at(), up.eventId(), 0));
        touch();
    }

    private void nodeHealth(PoolInput.NodeHealthChanged changed) {
        Node known = nodes.get(changed.nodeId());
        if (known == null || isOld(known, changed.at(), changed.eventId())) {
            return;
        }
        if (changed.health() == Health.DOWN) {
            loseNode(changed.nodeId(), changed.at());
        }
        put(known.withHealth(changed.health(), changed.at(), changed.eventId()));
        touch();
    }

    private static boolean isOld(Node known, long at, String eventId) {
        return at < known.changedAt() || eventId.equals(known.changedBy());
    }

    /** Whatever was placed on the node before {@code at} runs there no more. */
    private void loseNode(String nodeId, long at) {
        for (String jobId : index.active().toArray(String[]::new)) {
            Job job = job(jobId);
            Attempt attempt = job.active();
            if (attempt != null
                    && attempt.placedAt() <= at
                    && attempt.shares().stream()
                            .anyMatch(share -> share.nodeId().equals(nodeId))) {
                put(job.withAttempt(attempt.withLostNode(nodeId)));
            }
        }
    }

    private void adopt(PoolInput.PolicyAdopted adopted) {
        if (policy != null && policy.sha256().equals(adopted.sha256())) {
            return;
        }
        policy = new PolicyEntity(adopted.policy(), adopted.document(), adopted.sha256());
        changes.put(policy.key(), policy);
        index.rebuild(jobs.values(), adopted.policy());
        touch();
    }

    // ---- what was decided

    /** Applies a decision. */
    public void evolve(PoolEvent event) {
        switch (event) {
            case PoolEvent.TimeReached(long at) -> reach(at);
            case PoolEvent.JobQueued queued -> put(job(queued.jobId()).withPhase(new Phase.Waiting()));
            case PoolEvent.JobRejected rejected -> {
                if (rejected.code() == RejectionCode.DUPLICATE_JOB) {
                    remove(new DuplicateEntity(rejected.jobId(), rejected.submissionId()));
                } else {
                    remove(job(rejected.jobId()));
                }
            }
            case PoolEvent.JobPlaced placed ->
                put(job(placed.jobId())
                        .withPhase(new Phase.Waiting())
                        .withAttempt(
                                Attempt.placed(placed.attempt(), placed.shares(), header.now(), header.observed())));
            case PoolEvent.JobRequeued requeued -> {
                Job job = job(requeued.jobId());
                suspectSilentNodes(job);
                put(job.withPhase(new Phase.Waiting()));
            }
            case PoolEvent.JobEnded ended -> {
                Job job = job(ended.jobId());
                suspectSilentNodes(job);
                put(job.withPhase(new Phase.Ended(ended.state(), ended.endedAt())));
            }
            case PoolEvent.StopRequested stop -> {
                if (stop.cause() == Attempt.StopCause.STALE_ATTEMPT) {
                    remove(new StaleEntity(stop.jobId(), stop.attempt()));
                } else {
                    Job job = job(stop.jobId());
                    Attempt attempt = job.active();
                    if (attempt != null) {
                        put(job.withAttempt(attempt.withStop(stop.cause())));
                    }
                }
            }
            case PoolEvent.ReasonsChanged(String jobId, var reasons) ->
                put(job(jobId).withReasons(reasons));
            case PoolEvent.CycleClosed closed -> {
                put(new HeaderEntity(header.now(), header.observed(), closed.cycle(), header.folded(), false, null));
                forgetEnded();
            }
        }
    }

    private void reach(long at) {
        long now = Math.max(header.now(), at);
        long step = header.now() == 0 ? 0 : now - header.now();
        long watched = policy == null ? 0 : Math.min(step, 2 * liveness().tickIntervalMs());
        put(with(now, header.observed() + watched, header.changed(), null));
    }

    /** An attempt that is over without a word, on nodes not known to be lost, makes its nodes suspect. */
    private void suspectSilentNodes(Job job) {
        Attempt attempt = job.active();
        if (attempt == null || attempt.ending() != null) {
            return;
        }
        for (NodeShare share : attempt.shares()) {
            Node node = nodes.get(share.nodeId());
            if (node != null
                    && node.health() == Health.UP
                    && !attempt.lostNodes().contains(share.nodeId())) {
                put(node.withSuspectUntil(header.now() + liveness().suspectMs()));
            }
        }
    }

    private void forgetEnded() {
        if (policy == null) {
            return;
        }
        for (String jobId : index.endedBefore(header.now() - liveness().retainEndedMs())) {
            remove(job(jobId));
        }
    }

    // ---- entities

    /** Everything that changed since the last call, by key; a null value: the entity is gone. */
    public Map<String, @Nullable PoolEntity> takeChanges() {
        Map<String, @Nullable PoolEntity> taken = new TreeMap<>(changes);
        changes.clear();
        return taken;
    }

    /** A pool made of stored entities. */
    public static Pool restore(Collection<PoolEntity> entities) {
        Pool pool = new Pool();
        for (PoolEntity entity : entities) {
            switch (entity) {
                case JobEntity(Job job) -> pool.jobs.put(job.id(), job);
                case NodeEntity(Node node) -> pool.nodes.put(node.id(), node);
                case DuplicateEntity duplicate -> pool.duplicates.put(duplicate.key(), duplicate);
                case StaleEntity attempt -> pool.stale.put(attempt.key(), attempt);
                case PolicyEntity inForce -> pool.policy = inForce;
                case HeaderEntity restored -> pool.header = restored;
            }
        }
        pool.index.rebuild(pool.jobs.values(), pool.policy == null ? null : pool.policy.policy());
        for (String jobId : pool.index.active()) {
            Attempt attempt = pool.job(jobId).active();
            if (attempt != null) {
                attempt.shares().forEach(pool.gpus::hold);
            }
        }
        return pool;
    }

    private void put(Job job) {
        Job before = jobs.put(job.id(), job);
        Attempt held = before == null ? null : before.active();
        Attempt holds = job.active();
        if (held == null || holds == null || held.number() != holds.number()) {
            if (held != null) {
                held.shares().forEach(gpus::release);
            }
            if (holds != null) {
                holds.shares().forEach(gpus::hold);
            }
        }
        index.replace(before, job);
        PoolEntity entity = new JobEntity(job);
        changes.put(entity.key(), entity);
    }

    private void remove(Job job) {
        jobs.remove(job.id());
        index.remove(job);
        changes.put(new JobEntity(job).key(), null);
    }

    private void put(Node node) {
        nodes.put(node.id(), node);
        PoolEntity entity = new NodeEntity(node);
        changes.put(entity.key(), entity);
    }

    private void put(DuplicateEntity duplicate) {
        duplicates.put(duplicate.key(), duplicate);
        changes.put(duplicate.key(), duplicate);
    }

    private void remove(DuplicateEntity duplicate) {
        duplicates.remove(duplicate.key());
        changes.put(duplicate.key(), null);
    }

    private void put(StaleEntity attempt) {
        stale.put(attempt.key(), attempt);
        changes.put(attempt.key(), attempt);
    }

    private void remove(StaleEntity attempt) {
        stale.remove(attempt.key());
        changes.put(attempt.key(), null);
    }

    private void put(HeaderEntity next) {
        if (!next.equals(header)) {
            header = next;
            changes.put(next.key(), next);
        }
    }

    private HeaderEntity with(long now, long observed, boolean changed, @Nullable Tick tick) {
        return new HeaderEntity(now, observed, header.cycle(), header.folded(), changed, tick);
    }

    /** Something happened that may change a decision. */
    private void touch() {
        put(with(header.now(), header.observed(), true, header.tick()));
    }

    // ---- what deciders and readers look at

    public HeaderEntity header() {
        return header;
    }

    public @Nullable PolicyEntity policy() {
        return policy;
    }

    SchedulingPolicy.Liveness liveness() {
        if (policy == null) {
            throw new IllegalStateException("no policy is in force");
        }
        return policy.policy().liveness();
    }

    /** @throws IllegalStateException when the pool doesn't know the job */
    Job job(String jobId) {
        Job job = jobs.get(jobId);
        if (job == null) {
            throw new IllegalStateException("unknown job " + jobId);
        }
        return job;
    }

    /** @throws IllegalStateException when the pool doesn't know the node */
    Node node(String nodeId) {
        Node node = nodes.get(nodeId);
        if (node == null) {
            throw new IllegalStateException("unknown node " + nodeId);
        }
        return node;
    }

    public Collection<Job> jobs() {
        return jobs.values();
    }

    /** In ascending order of id. */
    public Collection<Node> nodes() {
        return nodes.values();
    }

    public int waitingCount() {
        return index.waiting().size();
    }

    public int gpusHeld() {
        return gpus.held();
    }

    Gpus gpus() {
        return gpus;
    }

    JobIndex index() {
        return index;
    }

    NavigableSet<DuplicateEntity> duplicates() {
        NavigableSet<DuplicateEntity> ordered = new TreeSet<>(Comparator.comparing(DuplicateEntity::key));
        ordered.addAll(duplicates.values());
        return ordered;
    }

    NavigableSet<StaleEntity> stale() {
        NavigableSet<StaleEntity> ordered = new TreeSet<>(Comparator.comparing(StaleEntity::key));
        ordered.addAll(stale.values());
        return ordered;
    }
}
