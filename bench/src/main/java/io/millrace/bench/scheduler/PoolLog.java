package io.millrace.bench.scheduler;

import io.millrace.events.attempt.AttemptEvent;
import io.millrace.events.job.JobEvent;
import io.millrace.events.node.NodeEvent;
import io.millrace.events.policy.PolicyAdopted;
import io.millrace.events.policy.PolicyEvent;
import io.millrace.events.pool.Gathered;
import io.millrace.events.pool.PoolInput;
import io.millrace.events.pool.Tick;
import io.millrace.scheduler.codec.PolicyDocument;
import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.Topic;
import io.millrace.streams.Topics;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;

/** Records of {@code pool-inputs} as gather writes them. */
final class PoolLog {

    private static final String ACTOR = "service:scheduler";

    private final String pool;
    private final EventSerde<JobEvent> jobs;
    private final EventSerde<AttemptEvent> attempts;
    private final EventSerde<NodeEvent> nodes;
    private final EventSerde<PolicyEvent> policies;
    private long offset;

    PoolLog(String pool, SchemaLookup schemas) {
        this.pool = pool;
        jobs = EventSerde.of(Topics.JOB_EVENTS, schemas);
        attempts = EventSerde.of(Topics.ATTEMPT_EVENTS, schemas);
        nodes = EventSerde.of(Topics.NODE_EVENTS, schemas);
        policies = EventSerde.of(Topics.POLICY_EVENTS, schemas);
    }

    PoolInput job(long at, String jobId, Object payload) {
        JobEvent event = new JobEvent(eventId(), Instant.ofEpochMilli(at), "user:bench", payload);
        return gathered(Topics.JOB_EVENTS, at, jobId, jobs, event);
    }

    PoolInput attempt(long at, String jobId, Object payload) {
        AttemptEvent event = new AttemptEvent(eventId(), Instant.ofEpochMilli(at), "agent:bench", payload);
        return gathered(Topics.ATTEMPT_EVENTS, at, jobId, attempts, event);
    }

    PoolInput node(long at, String nodeId, Object payload) {
        NodeEvent event = new NodeEvent(eventId(), Instant.ofEpochMilli(at), "agent:bench", payload);
        return gathered(Topics.NODE_EVENTS, at, nodeId, nodes, event);
    }

    PoolInput policy(long at, String document) {
        PolicyEvent event = new PolicyEvent(
                eventId(),
                Instant.ofEpochMilli(at),
                "deployment",
                new PolicyAdopted("scheduling", document, PolicyDocument.sha256(document), List.of(pool), null));
        return gathered(Topics.POLICY_EVENTS, at, "scheduling", policies, event);
    }

    PoolInput tick(long at) {
        return new PoolInput("tick/" + at, Instant.ofEpochMilli(at), ACTOR, new Tick(0L, 0L));
    }

    /** Ids sort in the order of their making. */
    private String eventId() {
        return String.format("%012d", ++offset);
    }

    private <E extends SpecificRecord> PoolInput gathered(
            Topic<E> topic, long at, String key, EventSerde<E> serde, E event) {
        byte[] value = serde.serializer().serialize(topic.name(), event);
        return new PoolInput(
                topic.name() + "/0/" + offset,
                Instant.ofEpochMilli(at),
                ACTOR,
                new Gathered(topic.name(), 0, offset, key, ByteBuffer.wrap(value)));
    }
}
