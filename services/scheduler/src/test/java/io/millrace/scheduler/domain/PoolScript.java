package io.millrace.scheduler.domain;

import io.millrace.scheduler.domain.Attempt.EndKind;
import io.millrace.scheduler.domain.Attempt.StopCause;
import io.millrace.scheduler.domain.Job.EndState;
import io.millrace.scheduler.domain.Node.Health;
import io.millrace.scheduler.domain.PoolEvent.JobEnded;
import io.millrace.scheduler.domain.PoolEvent.JobPlaced;
import io.millrace.scheduler.domain.PoolEvent.JobQueued;
import io.millrace.scheduler.domain.PoolEvent.JobRejected;
import io.millrace.scheduler.domain.PoolEvent.JobRequeued;
import io.millrace.scheduler.domain.PoolEvent.ReasonsChanged;
import io.millrace.scheduler.domain.PoolEvent.RejectionCode;
import io.millrace.scheduler.domain.PoolEvent.RequeueCause;
import io.millrace.scheduler.domain.PoolEvent.StopRequested;
import io.millrace.scheduler.domain.PoolInput.Tick;
import io.millrace.scheduler.domain.SchedulingPolicy.Liveness;
import io.millrace.scheduler.domain.SchedulingPolicy.QueueLimits;
import io.millrace.scheduler.domain.SchedulingPolicy.Rule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A pool that a test tells a story to, in seconds since the story began. Beside it stand the events a test expects, in
 * short.
 */
final class PoolScript {

    /** Logical time at which stories begin, ms. */
    static final long START = 1_000_000;

    static final long START_WITHIN_S = 60;
    static final long LEASE_S = 300;
    static final long MARGIN_S = 30;
    static final long GRACE_MS = 100_000;
    static final long TICK_S = 10;
    static final long SUSPECT_S = 600;
    static final long RETAIN_S = 86_400;

    static final Liveness LIVENESS = new Liveness(
            START_WITHIN_S * 1000,
            LEASE_S * 1000,
            MARGIN_S * 1000,
            GRACE_MS,
            TICK_S * 1000,
            SUSPECT_S * 1000,
            RETAIN_S * 1000);

    private final PoolDecider decider = new PoolDecider();
    private final Pool pool = decider.initialState();
    private final Map<String, JobRequest> requests = new HashMap<>();
    private final Map<String, Work> works = new HashMap<>();
    private final SchedulingPolicy policy;
    private long now;
    private int events;

    /** A pool in which no policy is in force yet. */
    PoolScript(SchedulingPolicy policy, boolean adopted) {
        this.policy = policy;
        if (adopted) {
            adopt(policy);
        }
    }

    /** A pool with one queue that limits nothing, under a rule. */
    static PoolScript under(Rule rule) {
        return new PoolScript(policy(rule), true);
    }

    static PoolScript under(SchedulingPolicy policy) {
        return new PoolScript(policy, true);
    }

    static SchedulingPolicy policy(Rule rule) {
        return new SchedulingPolicy(
                rule, new TreeMap<>(Map.of("batch", new QueueLimits(null, null))), null, null, null, LIVENESS);
    }

    static SchedulingPolicy quotas(
            Rule rule, @Nullable Integer perUser, @Nullable Integer queuedPerUser, @Nullable Integer perTeam) {
        return new SchedulingPolicy(rule, policy(rule).queues(), perUser, queuedPerUser, perTeam, LIVENESS);
    }

    static SchedulingPolicy queue(String name, @Nullable Integer maxGpus, @Nullable Long maxDurationMs) {
        return new SchedulingPolicy(
                Rule.FIFO_STRICT,
                new TreeMap<>(Map.of(name, new QueueLimits(maxGpus, maxDurationMs))),
                null,
                null,
                null,
                LIVENESS);
    }

    static JobRequest gpus(int gpus) {
        return new JobRequest("batch", "research", "ann", gpus, null, null, null, null);
    }

    static JobRequest of(String team, String user, int gpus) {
        return new JobRequest("batch", team, user, gpus, null, null, null, null);
    }

    static JobRequest estimated(int gpus, long seconds) {
        return new JobRequest("batch", "research", "ann", gpus, null, null, null, seconds * 1000);
    }

    static JobRequest limited(int gpus, long seconds) {
        return new JobRequest("batch", "research", "ann", gpus, null, null, seconds * 1000, null);
    }

    static JobRequest typed(int gpus, String type) {
        return new JobRequest("batch", "research", "ann", gpus, type, null, null, null);
    }

    static JobRequest perNode(int gpus, int each) {
        return new JobRequest("batch", "research", "ann", gpus, null, each, null, null);
    }

    // ---- what happens

    /** From here on things happen at this second. */
    PoolScript at(long second) {
        now = START + second * 1000;
        return this;
    }

    PoolScript adopt(SchedulingPolicy adopted) {
        return tell(new PoolInput.PolicyAdopted(now, adopted, "document " + events, "sha of " + events++));
    }

    PoolScript node(String id, int gpus) {
        return node(id, gpus, "V100");
    }

    PoolScript node(String id, int gpus, String type) {
        return tell(new PoolInput.NodeUp(now, "event " + events++, id, gpus, type));
    }

    PoolScript node(String id, Health health) {
        return tell(new PoolInput.NodeHealthChanged(now, "event " + events++, id, health));
    }

    PoolScript submit(String jobId, JobRequest request, Work work) {
        requests.putIfAbsent(jobId, request);
        works.putIfAbsent(jobId, work);
        return tell(new PoolInput.JobSubmitted(now, "submission of " + jobId, jobId, request, work));
    }

    PoolScript submit(String jobId, JobRequest request) {
        return submit(jobId, "submission of " + jobId, request);
    }

    PoolScript submit(String jobId, String eventId, JobRequest request) {
        requests.putIfAbsent(jobId, request);
        return tell(new PoolInput.JobSubmitted(now, eventId, jobId, request));
    }

    PoolScript cancel(String jobId) {
        return tell(new PoolInput.CancelRequested(now, jobId));
    }

    PoolScript started(String jobId, int attempt) {
        return tell(new PoolInput.AttemptStarted(now, jobId, attempt));
    }

    PoolScript heartbeat(String jobId, int attempt) {
        return tell(new PoolInput.HeartbeatSeen(now, jobId, attempt));
    }

    PoolScript ended(String jobId, int attempt, EndKind kind) {
        return tell(new PoolInput.AttemptEnded(now, jobId, attempt, kind, "as told"));
    }

    /** An input after which the pool must not decide anything. */
    PoolScript tell(PoolInput input) {
        List<PoolEvent> decided = take(input);
        if (!decided.isEmpty()) {
            throw new AssertionError(input + " must decide nothing, not " + decided);
        }
        return this;
    }

    /** Any input, and all events it makes the pool decide. */
    List<PoolEvent> take(PoolInput input) {
        decider.evolve(pool, input);
        List<PoolEvent> decided = new ArrayList<>();
        Iterator<PoolEvent> decisions = decider.decide(pool, input);
        while (decisions.hasNext()) {
            PoolEvent event = decisions.next();
            decider.evolveDecided(pool, event);
            decided.add(event);
        }
        return decided;
    }

    /** Ticks now; what is decided, without the frame of time and cycle. */
    List<PoolEvent> tick() {
        return take(new Tick(now, 0, 0)).stream()
                .filter(event -> !(event instanceof PoolEvent.TimeReached) && !(event instanceof PoolEvent.CycleClosed))
                .toList();
    }

    /** Ticks at this second. */
    List<PoolEvent> tick(long second) {
        return at(second).tick();
    }

    /** Ticks at the policy's interval from now until the second, that one included; everything decided. */
    List<PoolEvent> ticksUntil(long second) {
        List<PoolEvent> decided = new ArrayList<>();
        while (now < START + second * 1000) {
            now = Math.min(now + TICK_S * 1000, START + second * 1000);
            decided.addAll(tick());
        }
        return decided;
    }

    Pool pool() {
        return pool;
    }

    // ---- what is expected

    JobQueued queued(String jobId) {
        Job job = pool.job(jobId);
        JobRequest request = request(jobId);
        return new JobQueued(jobId, job.submittedAt(), job.submissionId(), request, policy.limitMs(request));
    }

    JobRejected rejected(String jobId, RejectionCode code, String message) {
        return new JobRejected(jobId, "submission of " + jobId, code, message);
    }

    /** Placed now. */
    JobPlaced placed(String jobId, int attempt, NodeShare... shares) {
        JobRequest request = request(jobId).withoutDependencies();
        return new JobPlaced(
                jobId,
                attempt,
                List.of(shares),
                pool.node(shares[0].nodeId()).gpuType(),
                now,
                now + START_WITHIN_S * 1000,
                LEASE_S * 1000,
                request,
                policy.limitMs(request),
                SchedulingPolicy.FULL_WEIGHT,
                null,
                launch(jobId, shares));
    }

    /** With what was submitted, and the job's newest checkpoint. */
    private Launch launch(String jobId, NodeShare... shares) {
        TreeMap<String, String> addresses = new TreeMap<>();
        for (NodeShare share : shares) {
            String address = pool.node(share.nodeId()).address();
            if (address != null) {
                addresses.put(share.nodeId(), address);
            }
        }
        return new Launch(works.get(jobId), pool.job(jobId).checkpoint(), addresses);
    }

    static ReasonsChanged waits(String jobId, PendingReason... reasons) {
        return new ReasonsChanged(jobId, Set.of(reasons));
    }

    static StopRequested stop(String jobId, int attempt, StopCause cause) {
        return new StopRequested(jobId, attempt, cause, GRACE_MS);
    }

    /** Ended, after running from one second to another on some GPUs. */
    static JobEnded ran(String jobId, int attempt, EndState state, long from, long to, int gpus, String message) {
        return new JobEnded(
                jobId, attempt, state, START + from * 1000, START + to * 1000, (to - from) * 1000 * gpus, message);
    }

    static JobRequeued requeued(String jobId, int attempt, RequeueCause cause, long from, long to, int gpus) {
        return new JobRequeued(
                jobId, attempt, cause, START + from * 1000, START + to * 1000, (to - from) * 1000 * gpus);
    }

    static JobRequeued unstarted(String jobId, int attempt, RequeueCause cause, long to) {
        return new JobRequeued(jobId, attempt, cause, null, START + to * 1000, 0);
    }

    /** The GPUs with these indices. */
    static NodeShare share(String nodeId, int... indices) {
        return new NodeShare(
                nodeId, Arrays.stream(indices).mapToLong(i -> 1L << i).sum());
    }

    /** All GPUs of a node. */
    static NodeShare whole(String nodeId, int gpus) {
        return new NodeShare(nodeId, (1L << gpus) - 1);
    }

    private JobRequest request(String jobId) {
        JobRequest request = requests.get(jobId);
        if (request == null) {
            throw new IllegalStateException("the story knows no job " + jobId);
        }
        return request;
    }
}
