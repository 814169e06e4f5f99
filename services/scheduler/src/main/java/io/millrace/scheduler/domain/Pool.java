package io.millrace.scheduler.domain;

import io.millrace.scheduler.domain.Attempt.StopCause;
import io.millrace.scheduler.domain.Job.Phase;
import io.millrace.scheduler.domain.PoolEntity.DuplicateEntity;
import io.millrace.scheduler.domain.PoolEntity.HeaderEntity;
import io.millrace.scheduler.domain.PoolEntity.PolicyEntity;
import io.millrace.scheduler.domain.PoolEntity.StaleEntity;
import io.millrace.scheduler.domain.PoolEntity.WorkEntity;
import io.millrace.scheduler.domain.PoolEvent.RejectionCode;
import io.millrace.scheduler.domain.Promise.RevisionCause;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * The state of one pool. {@code evolve} is the only way it changes: by what happened ({@link PoolInput}) and by what
 * was decided ({@link PoolEvent}). Inputs that arrive between two ticks commute: any order of them that keeps each
 * job's and each node's own order gives the same state.
 *
 * <p>The object is mutable and belongs to one thread.
 */
public final class Pool {

    private final PoolEntities entities = new PoolEntities();
    private final Accounts accounts = new Accounts(entities);
    private final NodeNews nodeNews = new NodeNews(entities);
    private final AttemptNews attemptNews = new AttemptNews(entities);

    // ---- what happened

    /** Applies an input. An input that says nothing new changes nothing but the count of inputs. */
    public void evolve(PoolInput input) {
        switch (input) {
            case PoolInput.JobSubmitted submitted -> submit(submitted);
            case PoolInput.CancelRequested(long at, String jobId) -> cancel(jobId);
            case PoolInput.CheckpointSaved saved -> attemptNews.checkpoint(saved);
            case PoolInput.ProgressReported progress -> {}
            case PoolInput.AttemptStarted(long at, String jobId, int attempt) ->
                attemptNews.started(at, jobId, attempt);
            case PoolInput.HeartbeatSeen(long at, String jobId, int attempt) -> attemptNews.heard(at, jobId, attempt);
            case PoolInput.AttemptEnded ended -> attemptNews.ended(ended);
            case PoolInput.NodeUp up -> nodeNews.up(up);
            case PoolInput.NodeHeard(long at, String nodeId) -> nodeNews.heard(nodeId);
            case PoolInput.NodeHealthChanged changed -> nodeNews.health(changed);
            case PoolInput.PolicyAdopted adopted -> adopt(adopted);
            case PoolInput.MemberDefined(long at, Member member) -> {
                entities.put(member);
                touch();
            }
            case PoolInput.PriorityOverridden overridden -> override(overridden.jobId());
            case PoolInput.PreemptionOrdered ordered -> attemptNews.ordered(ordered.jobId());
            case PoolInput.Tick tick -> entities.put(header().withTick(tick));
        }
        if (input instanceof PoolInput.Sent) {
            entities.put(header().withFolded());
        }
    }

    private void override(String jobId) {
        Job job = entities.job(jobId);
        if (job != null && !job.overridden() && !(job.phase() instanceof Phase.Ended)) {
            entities.put(job.withOverride());
            touch();
        }
    }

    private void submit(PoolInput.JobSubmitted submitted) {
        Job known = entities.job(submitted.jobId());
        if (known == null) {
            entities.put(Job.submitted(submitted.jobId(), submitted.eventId(), submitted.at(), submitted.request()));
            if (submitted.work() != null) {
                entities.put(new WorkEntity(submitted.jobId(), submitted.work()));
            }
            touch();
        } else if (!known.submissionId().equals(submitted.eventId())) {
            entities.put(new DuplicateEntity(submitted.jobId(), submitted.eventId()));
            touch();
        }
    }

    private void cancel(String jobId) {
        Job job = entities.job(jobId);
        if (job != null && !job.cancelRequested() && !(job.phase() instanceof Phase.Ended)) {
            entities.put(job.withCancelRequested());
            touch();
        }
    }

    private void adopt(PoolInput.PolicyAdopted adopted) {
        if (policy() instanceof PolicyEntity known && known.sha256().equals(adopted.sha256())) {
            return;
        }
        entities.put(new PolicyEntity(adopted.policy(), adopted.document(), adopted.sha256()));
        disturb(RevisionCause.POLICY_CHANGED);
        touch();
    }

    // ---- what was decided

    /** Applies a decision. */
    public void evolve(PoolEvent event) {
        switch (event) {
            case PoolEvent.TimeReached(long at) -> reach(at);
            case PoolEvent.JobQueued queued ->
                entities.put(job(queued.jobId())
                        .withPhase(
                                queued.request().after().isEmpty()
                                        ? new Phase.Waiting(header().now())
                                        : new Phase.Depending()));
            case PoolEvent.DependenciesMet met ->
                entities.put(job(met.jobId()).withDependenciesMet(met.since(), header().now()));
            case PoolEvent.JobRejected rejected -> {
                if (rejected.code() == RejectionCode.DUPLICATE_JOB) {
                    entities.remove(new DuplicateEntity(rejected.jobId(), rejected.submissionId()));
                } else {
                    entities.remove(job(rejected.jobId()));
                    entities.removeWork(rejected.jobId());
                }
            }
            case PoolEvent.JobPlaced placed -> {
                Job job = job(placed.jobId());
                entities.put(job.withPhase(new Phase.Waiting(header().now()))
                        .withAttempt(Attempt.placed(
                                placed.attempt(),
                                placed.shares(),
                                header().now(),
                                header().observed(),
                                placed.weight())));
                accounts.placed(job, header().now());
            }
            case PoolEvent.JobRequeued requeued -> {
                Job job = job(requeued.jobId());
                nodeNews.suspectSilentNodes(job, liveness());
                accounts.settle(job, requeued.startedAt(), requeued.endedAt(), requeued.gpuMs());
                Job waiting = job.withPhase(new Phase.Waiting(header().now()));
                // Who has started once has waited long enough or not; what comes now is another wait.
                entities.put(requeued.startedAt() == null ? waiting : waiting.withSlaMissed());
            }
            case PoolEvent.JobEnded ended -> {
                Job job = job(ended.jobId());
                nodeNews.suspectSilentNodes(job, liveness());
                accounts.settle(job, ended.startedAt(), ended.endedAt(), ended.gpuMs());
                accounts.learn(job, ended);
                entities.removeWork(ended.jobId());
                entities.put(job.withPhase(new Phase.Ended(ended.state(), ended.endedAt())));
            }
            case PoolEvent.StopRequested stop -> {
                if (stop.cause() == StopCause.STALE_ATTEMPT) {
                    entities.remove(new StaleEntity(stop.jobId(), stop.attempt()));
                } else {
                    Job job = job(stop.jobId());
                    Attempt attempt = job.active();
                    if (attempt != null) {
                        entities.put(job.withAttempt(attempt.withStop(stop.cause(), header().observed())));
                    }
                }
            }
            case PoolEvent.PreemptionRequested preempted -> attemptNews.preempted(preempted);
            case PoolEvent.LookPlanned(Long at) -> entities.put(header().withLookAt(at));
            case PoolEvent.ReasonsChanged(String jobId, var reasons, var reservedFor) ->
                entities.put(job(jobId).withReasons(reasons, reservedFor));
            case PoolEvent.StartPlanned(String jobId, var promise) ->
                entities.put(job(jobId).withPromise(promise));
            case PoolEvent.StartPromised(String jobId, long startBy) -> promise(jobId, startBy);
            case PoolEvent.PromiseRevised revised -> promise(revised.jobId(), revised.startBy());
            case PoolEvent.NodeSilenced(String nodeId) -> nodeNews.silenced(nodeId);
            case PoolEvent.NodeReturned(String nodeId) -> nodeNews.returned(nodeId, liveness());
            case PoolEvent.StartSlaMissed missed ->
                entities.put(job(missed.jobId()).withSlaMissed());
            case PoolEvent.CycleClosed closed -> {
                entities.put(header().closed(closed.cycle()));
                forgetEnded();
            }
        }
    }

    private void promise(String jobId, @Nullable Long startBy) {
        Job job = job(jobId);
        Promise promise = job.promise();
        if (promise != null) {
            entities.put(job.withPromise(new Promise(startBy, promise.plannedAt(), promise.plan())));
        }
    }

    private void reach(long at) {
        long now = Math.max(header().now(), at);
        long step = header().now() == 0 ? 0 : now - header().now();
        long watched = policy() == null ? 0 : Math.min(step, 2 * liveness().tickIntervalMs());
        entities.put(header().reached(now, watched));
        List.copyOf(entities.index().attempts().miscounted()).forEach(jobId -> accounts.countStart(job(jobId)));
    }

    private void forgetEnded() {
        if (policy() == null) {
            return;
        }
        for (String jobId :
                entities.index().endedBefore(header().now() - liveness().retainEndedMs())) {
            entities.remove(job(jobId));
        }
    }

    /** Something happened that may change a decision. */
    private void touch() {
        entities.put(header().withChanged());
    }

    /** Something happened that may move a promised start. */
    private void disturb(RevisionCause cause) {
        entities.put(header().withDisturbance(cause));
    }

    // ---- what is stored

    /** Everything that changed since the last call, by key; a null value: the entity is gone. */
    public Map<String, @Nullable PoolEntity> takeChanges() {
        return entities.takeChanges();
    }

    /** Accounts whose usage changed since the last call, in a fixed order. */
    public List<UserAccount> takeUsageChanges() {
        return entities.takeUsageChanges();
    }

    /** A pool made of stored entities. */
    public static Pool restore(Collection<PoolEntity> stored) {
        Pool pool = new Pool();
        pool.entities.load(stored);
        return pool;
    }

    /** A pool of its own: this one with only these of the jobs that wait, under a policy. For trying things out. */
    Pool with(Collection<Job> waiting, SchedulingPolicy policy) {
        return restore(entities.with(waiting, policy));
    }

    // ---- what deciders and readers look at

    public HeaderEntity header() {
        return entities.header();
    }

    public @Nullable PolicyEntity policy() {
        return entities.policy();
    }

    SchedulingPolicy.Liveness liveness() {
        PolicyEntity policy = policy();
        if (policy == null) {
            throw new IllegalStateException("no policy is in force");
        }
        return policy.policy().liveness();
    }

    /** @throws IllegalStateException when the pool doesn't know the job */
    public Job job(String jobId) {
        Job job = entities.job(jobId);
        if (job == null) {
            throw new IllegalStateException("unknown job " + jobId);
        }
        return job;
    }

    /** What is to be run for a job; null when it ended or only holds its GPUs. */
    public @Nullable Work work(String jobId) {
        WorkEntity known = entities.work(jobId);
        return known == null ? null : known.work();
    }

    /** @throws IllegalStateException when the pool doesn't know the node */
    Node node(String nodeId) {
        return entities.fleet().node(entities.fleet().index(nodeId));
    }

    @Nullable
    Job jobOrNull(String jobId) {
        return entities.job(jobId);
    }

    public Collection<Job> jobs() {
        return entities.jobs();
    }

    /** In ascending order of id. */
    public Collection<Node> nodes() {
        return entities.fleet().nodes();
    }

    /** What the organisation says of its teams, by name. */
    public SortedMap<String, Member.Team> teams() {
        return entities.teams();
    }

    /** What the organisation says of a user; null when nothing. */
    public Member.@Nullable User user(String name) {
        return entities.user(name);
    }

    /** What users have had of the pool, in a fixed order. */
    public Collection<UserAccount> accounts() {
        return entities.accounts();
    }

    /** How long jobs of a user and shape ran; null when none has ended. */
    public @Nullable RunLengths lengths(String user, JobRequest.Shape shape) {
        return lengths(new RunLengths.Of(user, shape));
    }

    @Nullable
    RunLengths lengths(RunLengths.Of whose) {
        return entities.lengths(whose);
    }

    /** Jobs that wait, for room or for others. */
    public int waitingCount() {
        return entities.index().waitingCount()
                + entities.index().dependents().all().size();
    }

    public int gpusHeld() {
        return entities.fleet().held();
    }

    /** Which nodes must be heard of. */
    NodeWatch watch() {
        return entities.watch();
    }

    /** Whether time must go on being watched: somebody may fall silent. */
    public boolean isWatching() {
        return gpusHeld() > 0 || watch().nextDeadline() != null;
    }

    Fleet fleet() {
        return entities.fleet();
    }

    JobIndex index() {
        return entities.index();
    }

    /** In a fixed order; a copy, since what is decided about them removes them. */
    List<DuplicateEntity> duplicates() {
        return List.copyOf(entities.duplicates());
    }

    /** In a fixed order; a copy, since what is decided about them removes them. */
    List<StaleEntity> stale() {
        return List.copyOf(entities.stale());
    }
}
