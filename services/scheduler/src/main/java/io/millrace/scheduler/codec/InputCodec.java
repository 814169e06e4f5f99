package io.millrace.scheduler.codec;

import io.millrace.events.attempt.AttemptEvent;
import io.millrace.events.attempt.Heartbeat;
import io.millrace.events.attempt.JobCompleted;
import io.millrace.events.attempt.JobFailed;
import io.millrace.events.attempt.JobStarted;
import io.millrace.events.attempt.JobStopped;
import io.millrace.events.attempt.StopCause;
import io.millrace.events.job.ArrayMembership;
import io.millrace.events.job.CheckpointSaved;
import io.millrace.events.job.DependencyCondition;
import io.millrace.events.job.JobCancelRequested;
import io.millrace.events.job.JobEvent;
import io.millrace.events.job.JobSubmitted;
import io.millrace.events.job.ProgressReported;
import io.millrace.events.job.Work;
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
import io.millrace.events.pool.Tick;
import io.millrace.scheduler.domain.Attempt.EndKind;
import io.millrace.scheduler.domain.Dependency;
import io.millrace.scheduler.domain.Dependency.Condition;
import io.millrace.scheduler.domain.Job.Checkpoint;
import io.millrace.scheduler.domain.JobRequest;
import io.millrace.scheduler.domain.JobType;
import io.millrace.scheduler.domain.Node.Health;
import io.millrace.scheduler.domain.PoolInput;
import io.millrace.streams.Envelope;
import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.Topics;
import io.millrace.streams.UndecodableException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/** Reads records of {@code pool-inputs} into the pool's words. */
public final class InputCodec {

    private final Map<String, EventSerde<? extends SpecificRecord>> sources;

    public InputCodec(SchemaLookup schemas) {
        sources = new LinkedHashMap<>();
        sources.put(Topics.JOB_EVENTS.name(), EventSerde.of(Topics.JOB_EVENTS, schemas));
        sources.put(Topics.ATTEMPT_EVENTS.name(), EventSerde.of(Topics.ATTEMPT_EVENTS, schemas));
        sources.put(Topics.NODE_EVENTS.name(), EventSerde.of(Topics.NODE_EVENTS, schemas));
        sources.put(Topics.POLICY_EVENTS.name(), EventSerde.of(Topics.POLICY_EVENTS, schemas));
        sources.put(Topics.ORG_EVENTS.name(), EventSerde.of(Topics.ORG_EVENTS, schemas));
        sources.put(Topics.CLOCK.name(), EventSerde.of(Topics.CLOCK, schemas));
    }

    /** How to read each topic that a pool's log is gathered from. */
    public Map<String, EventSerde<? extends SpecificRecord>> sources() {
        return sources;
    }

    /** @throws UndecodableException when the record is none a pool can understand */
    public PoolInput input(io.millrace.events.pool.PoolInput logged) {
        long at = logged.getOccurredAt().toEpochMilli();
        Object payload = logged.getPayload();
        if (payload instanceof Tick tick) {
            return new PoolInput.Tick(at, tick.getSequence(), tick.getAwaited());
        }
        if (!(payload instanceof Gathered gathered)) {
            throw new UndecodableException(
                    "a pool's log can't hold " + payload.getClass().getName());
        }
        EventSerde<? extends SpecificRecord> serde = sources.get(gathered.getTopic());
        if (serde == null) {
            throw new UndecodableException("a pool's log can't hold records of " + gathered.getTopic());
        }
        SpecificRecord event = serde.decode(gathered.getValue());
        String key = Objects.requireNonNull(gathered.getKey(), "gathered records have keys");
        return switch (event) {
            case JobEvent job -> input(at, key, job);
            case AttemptEvent attempt -> input(at, key, attempt);
            case NodeEvent node -> input(at, key, node);
            case PolicyEvent policy -> input(at, policy);
            case OrgEvent said -> new PoolInput.MemberDefined(at, MemberCodec.member(said));
            default ->
                throw new UndecodableException(
                        "a pool's log can't hold " + event.getSchema().getFullName());
        };
    }

    private static PoolInput input(long at, String jobId, JobEvent event) {
        return switch (event.getPayload()) {
            case JobSubmitted submitted ->
                new PoolInput.JobSubmitted(
                        at,
                        event.getEventId(),
                        jobId,
                        new JobRequest(
                                submitted.getQueue(),
                                submitted.getTeam(),
                                submitted.getUser(),
                                submitted.getGpus(),
                                submitted.getGpuType(),
                                submitted.getGpusPerNode(),
                                submitted.getLimitMs(),
                                submitted.getEstimateMs(),
                                type(submitted.getJobType()),
                                submitted.getDeadline() == null
                                        ? null
                                        : submitted.getDeadline().toEpochMilli(),
                                array(submitted.getArray()),
                                after(submitted.getAfter())),
                        work(submitted.getWork()));
            case JobCancelRequested cancel -> new PoolInput.CancelRequested(at, jobId);
            case CheckpointSaved saved ->
                new PoolInput.CheckpointSaved(
                        at, jobId, new Checkpoint(saved.getAttempt(), saved.getStep(), saved.getPath(), at));
            case ProgressReported progress -> new PoolInput.ProgressReported(at, jobId);
            default -> throw unknown(event.getPayload());
        };
    }

    private static io.millrace.scheduler.domain.@Nullable ArrayMembership array(@Nullable ArrayMembership said) {
        return said == null
                ? null
                : new io.millrace.scheduler.domain.ArrayMembership(said.getArrayId(), said.getIndex(), said.getSize());
    }

    private static List<Dependency> after(List<io.millrace.events.job.Dependency> said) {
        return said.stream()
                .map(one -> new Dependency(
                        one.getJobId(),
                        one.getCondition() == DependencyCondition.ENDED ? Condition.ENDED : Condition.COMPLETED))
                .toList();
    }

    private static io.millrace.scheduler.domain.@Nullable Work work(@Nullable Work said) {
        return said == null
                ? null
                : new io.millrace.scheduler.domain.Work(
                        List.copyOf(said.getCommand()), new TreeMap<>(said.getEnvironment()), said.getDirectory());
    }

    /** A type that is not known counts as the one that claims nothing. */
    private static JobType type(io.millrace.events.job.JobType named) {
        return named == io.millrace.events.job.JobType.UNKNOWN
                ? JobType.EXPERIMENTATION
                : JobType.valueOf(named.name());
    }

    private static PoolInput input(long seenAt, String jobId, AttemptEvent event) {
        // An agent's clock may be behind ours, and is believed; one ahead is not.
        long at = Math.min(seenAt, Envelope.of(event).occurredAt());
        return switch (event.getPayload()) {
            case JobStarted started -> new PoolInput.AttemptStarted(at, jobId, started.getAttempt());
            case Heartbeat heartbeat -> new PoolInput.HeartbeatSeen(at, jobId, heartbeat.getAttempt());
            case JobCompleted completed ->
                new PoolInput.AttemptEnded(at, jobId, completed.getAttempt(), EndKind.COMPLETED, "");
            case JobFailed failed ->
                new PoolInput.AttemptEnded(
                        at,
                        jobId,
                        failed.getAttempt(),
                        EndKind.FAILED,
                        failed.getReason().isEmpty() ? "exit code " + failed.getExitCode() : failed.getReason());
            case JobStopped stopped ->
                new PoolInput.AttemptEnded(
                        at, jobId, stopped.getAttempt(), endKind(stopped.getCause()), stopped.getReason());
            default -> throw unknown(event.getPayload());
        };
    }

    private static EndKind endKind(StopCause cause) {
        return switch (cause) {
            case USER -> EndKind.STOPPED_BY_USER;
            case SCHEDULER -> EndKind.STOPPED_BY_SCHEDULER;
            case LEASE_EXPIRED -> EndKind.STOPPED_BY_LEASE;
            case NODE_LOST -> EndKind.STOPPED_BY_NODE_LOSS;
            case UNKNOWN -> EndKind.STOPPED;
        };
    }

    private static PoolInput input(long seenAt, String nodeId, NodeEvent event) {
        long at = Math.min(seenAt, Envelope.of(event).occurredAt());
        String eventId = event.getEventId();
        return switch (event.getPayload()) {
            case NodeUp up ->
                new PoolInput.NodeUp(
                        at, eventId, nodeId, up.getGpus(), up.getGpuType(), up.getAddress(), up.getSilentAfterMs());
            case NodeHeartbeat heartbeat -> new PoolInput.NodeHeard(at, nodeId);
            case NodeDown down -> new PoolInput.NodeHealthChanged(at, eventId, nodeId, Health.DOWN);
            case NodeDrained drained -> new PoolInput.NodeHealthChanged(at, eventId, nodeId, Health.DRAINED);
            case SpotInterruptionNotice notice ->
                new PoolInput.NodeHealthChanged(at, eventId, nodeId, Health.INTERRUPTED);
            default -> throw unknown(event.getPayload());
        };
    }

    private static PoolInput input(long at, PolicyEvent event) {
        return switch (event.getPayload()) {
            case PolicyAdopted adopted ->
                new PoolInput.PolicyAdopted(
                        at,
                        PolicyDocument.parse(adopted.getDocument()),
                        adopted.getDocument(),
                        adopted.getDocumentSha256());
            case PriorityOverridden overridden ->
                new PoolInput.PriorityOverridden(at, overridden.getJobId(), overridden.getBy(), overridden.getReason());
            case PreemptionOrdered ordered ->
                new PoolInput.PreemptionOrdered(at, ordered.getJobId(), ordered.getBy(), ordered.getReason());
            default -> throw unknown(event.getPayload());
        };
    }

    private static UndecodableException unknown(Object payload) {
        return new UndecodableException(
                "a pool doesn't know " + payload.getClass().getSimpleName());
    }
}
