package io.millrace.scheduler.topology;

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
import io.millrace.events.clock.ClockAdvanced;
import io.millrace.events.clock.ClockEvent;
import io.millrace.events.job.CheckpointSaved;
import io.millrace.events.job.JobCancelRequested;
import io.millrace.events.job.JobEvent;
import io.millrace.events.job.JobSubmitted;
import io.millrace.events.job.ProgressReported;
import io.millrace.events.node.NodeDown;
import io.millrace.events.node.NodeDrained;
import io.millrace.events.node.NodeEvent;
import io.millrace.events.node.NodeHeartbeat;
import io.millrace.events.node.NodeUp;
import io.millrace.events.node.SpotInterruptionNotice;
import io.millrace.events.org.OrgEvent;
import io.millrace.events.policy.PolicyAdopted;
import io.millrace.events.policy.PolicyEvent;
import io.millrace.events.policy.PreemptionOrdered;
import io.millrace.events.policy.PriorityOverridden;
import io.millrace.events.pool.Gathered;
import io.millrace.events.pool.PoolInput;
import io.millrace.events.pool.Tick;
import io.millrace.scheduler.codec.InputCodec;
import io.millrace.scheduler.codec.MemberCodec;
import io.millrace.scheduler.codec.PolicyDocument;
import io.millrace.scheduler.domain.Member;
import io.millrace.scheduler.domain.Node;
import io.millrace.streams.EventSerde;
import io.millrace.streams.UndecodableException;
import io.millrace.streams.gather.Gathering;
import io.millrace.streams.gather.Route;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;

/** What a pool's log is gathered from, and which pool each record is for. */
final class PoolGathering implements Gathering<PoolInput> {

    static final String ACTOR = "service:scheduler";

    private final InputCodec codec;
    private final Set<String> pools;

    PoolGathering(InputCodec codec, Set<String> pools) {
        this.codec = codec;
        this.pools = Set.copyOf(pools);
    }

    @Override
    public Map<String, EventSerde<? extends SpecificRecord>> sources() {
        return codec.sources();
    }

    @Override
    public String kind() {
        return "pool";
    }

    @Override
    public Set<String> deciders() {
        return pools;
    }

    @Override
    public Route route(String topic, String key, SpecificRecord event) {
        return switch (event) {
            case JobEvent job -> ofJobEvent(key, job.getPayload());
            case AttemptEvent attempt -> ofAttemptEvent(key, attempt.getPayload());
            case NodeEvent node -> ofNodeEvent(key, node.getPayload());
            case PolicyEvent policy -> ofPolicyEvent(policy.getPayload());
            case OrgEvent said -> ofMember(key, said);
            case ClockEvent clock ->
                clock.getPayload() instanceof ClockAdvanced advanced
                        ? new Route.Advance(advanced.getSequence(), advanced.getSent())
                        : unknown(clock.getPayload());
            default ->
                new Route.Refused("a pool has no use for " + event.getSchema().getName());
        };
    }

    // What the codec could not read must not enter the log: there it would halt the pool.

    private static Route ofJobEvent(String jobId, Object payload) {
        return switch (payload) {
            case JobSubmitted submitted -> submission(jobId, submitted);
            case JobCancelRequested cancel -> ofJob(jobId);
            case CheckpointSaved saved -> ofJob(jobId);
            case ProgressReported progress -> ofJob(jobId);
            default -> unknown(payload);
        };
    }

    private static Route ofAttemptEvent(String jobId, Object payload) {
        return switch (payload) {
            case JobStarted started -> ofJob(jobId);
            case Heartbeat heartbeat -> ofJob(jobId);
            case JobCompleted completed -> ofJob(jobId);
            case JobFailed failed -> ofJob(jobId);
            case JobStopped stopped -> ofJob(jobId);
            // Agents of a gang settle among themselves how its parts are; one of them tells what becomes of the whole.
            case ShareReady ready -> new Route.Nobody();
            case ShareAborted aborted -> new Route.Nobody();
            case ShareHeartbeat heartbeat -> new Route.Nobody();
            case ShareEnded ended -> new Route.Nobody();
            default -> unknown(payload);
        };
    }

    private static Route ofNodeEvent(String nodeId, Object payload) {
        return switch (payload) {
            case NodeUp up -> nodeUp(nodeId, up);
            case NodeHeartbeat heartbeat -> ofNode(nodeId);
            case NodeDown down -> ofNode(nodeId);
            case NodeDrained drained -> ofNode(nodeId);
            case SpotInterruptionNotice notice -> ofNode(nodeId);
            default -> unknown(payload);
        };
    }

    private static Route ofJob(String jobId) {
        return new Route.OwnerOf("job/" + jobId);
    }

    private static Route submission(String jobId, JobSubmitted submitted) {
        if (submitted.getTeam().indexOf('/') >= 0) {
            return new Route.Refused("a team's name must hold no '/': usage is kept by team/user");
        }
        return submitted.getTeam().isBlank() || submitted.getUser().isBlank()
                ? new Route.Refused("a submission needs a team and a user")
                : new Route.Claim("job/" + jobId, submitted.getPool(), false);
    }

    private static Route ofNode(String nodeId) {
        return new Route.OwnerOf("node/" + nodeId);
    }

    private static Route unknown(Object payload) {
        return new Route.Refused("a pool doesn't know " + payload.getClass().getSimpleName());
    }

    private static Route ofPolicyEvent(Object payload) {
        return switch (payload) {
            case PolicyAdopted adopted -> ofPolicy(adopted);
            case PriorityOverridden overridden ->
                ofManager(overridden.getPool(), overridden.getJobId(), overridden.getBy(), overridden.getReason());
            case PreemptionOrdered ordered ->
                ofManager(ordered.getPool(), ordered.getJobId(), ordered.getBy(), ordered.getReason());
            default -> unknown(payload);
        };
    }

    /** Told of its pool: who owns a job is known only where the job's own records are read. */
    private static Route ofManager(String pool, String jobId, String by, String reason) {
        return jobId.isBlank() || by.isBlank() || reason.isBlank()
                ? new Route.Refused("an override needs a job, a manager and a reason")
                : new Route.To(pool);
    }

    private static Route ofMember(String key, OrgEvent said) {
        try {
            Member member = MemberCodec.checked(said);
            return key.equals(MemberCodec.key(member))
                    ? new Route.Everyone()
                    : new Route.Refused("what is said of " + MemberCodec.key(member) + " has the key " + key);
        } catch (IllegalArgumentException | UndecodableException e) {
            return new Route.Refused(String.valueOf(e.getMessage()));
        }
    }

    private static Route ofPolicy(PolicyAdopted adopted) {
        try {
            PolicyDocument.parse(adopted.getDocument());
            return new Route.Everyone();
        } catch (IllegalArgumentException e) {
            return new Route.Refused(String.valueOf(e.getMessage()));
        }
    }

    private static Route nodeUp(String nodeId, NodeUp up) {
        if (up.getSilentAfterMs() != null && up.getSilentAfterMs() < 1) {
            return new Route.Refused("a node may be silent for 1 ms or longer, not " + up.getSilentAfterMs());
        }
        return up.getGpus() < 1 || up.getGpus() > Node.MAX_GPUS
                ? new Route.Refused("a node has 1 to " + Node.MAX_GPUS + " GPUs, not " + up.getGpus())
                : new Route.Claim("node/" + nodeId, up.getPool(), true);
    }

    @Override
    public PoolInput gathered(SourceRecord source) {
        return new PoolInput(
                source.coordinates(),
                Instant.ofEpochMilli(source.seenAt()),
                ACTOR,
                new Gathered(
                        source.topic(),
                        source.partition(),
                        source.offset(),
                        source.key(),
                        ByteBuffer.wrap(source.value())));
    }

    @Override
    public PoolInput tick(SourceRecord source, long sequence, long awaited) {
        return new PoolInput(
                source.coordinates(), Instant.ofEpochMilli(source.seenAt()), ACTOR, new Tick(sequence, awaited));
    }
}
