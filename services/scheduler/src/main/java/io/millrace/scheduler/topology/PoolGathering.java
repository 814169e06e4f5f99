package io.millrace.scheduler.topology;

import io.millrace.events.attempt.AttemptEvent;
import io.millrace.events.clock.ClockAdvanced;
import io.millrace.events.clock.ClockEvent;
import io.millrace.events.job.JobEvent;
import io.millrace.events.job.JobSubmitted;
import io.millrace.events.node.NodeEvent;
import io.millrace.events.node.NodeUp;
import io.millrace.events.policy.PolicyAdopted;
import io.millrace.events.policy.PolicyEvent;
import io.millrace.events.pool.Gathered;
import io.millrace.events.pool.PoolInput;
import io.millrace.events.pool.Tick;
import io.millrace.scheduler.codec.InputCodec;
import io.millrace.scheduler.codec.PolicyDocument;
import io.millrace.scheduler.domain.Node;
import io.millrace.streams.EventSerde;
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
    public Set<String> deciders() {
        return pools;
    }

    @Override
    public Route route(String topic, String key, SpecificRecord event) {
        return switch (event) {
            case JobEvent job ->
                job.getPayload() instanceof JobSubmitted submitted ? submission(key, submitted) : ofJob(key);
            case AttemptEvent attempt -> ofJob(key);
            case NodeEvent node ->
                node.getPayload() instanceof NodeUp up ? nodeUp(key, up) : new Route.OwnerOf("node/" + key);
            case PolicyEvent policy -> policy(policy);
            case ClockEvent clock -> {
                ClockAdvanced advanced = (ClockAdvanced) clock.getPayload();
                yield new Route.Advance(advanced.getSequence(), advanced.getSent());
            }
            default ->
                new Route.Refused("a pool has no use for " + event.getSchema().getName());
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

    /** What a pool could not adopt would stop it for good. */
    private static Route policy(PolicyEvent event) {
        try {
            PolicyDocument.parse(((PolicyAdopted) event.getPayload()).getDocument());
            return new Route.Everyone();
        } catch (IllegalArgumentException e) {
            return new Route.Refused(String.valueOf(e.getMessage()));
        }
    }

    private static Route nodeUp(String nodeId, NodeUp up) {
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
