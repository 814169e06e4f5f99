package io.millrace.scheduler.topology;

import static org.assertj.core.api.Assertions.assertThat;

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
import io.millrace.events.attempt.StopCause;
import io.millrace.events.clock.ClockAdvanced;
import io.millrace.events.clock.ClockEvent;
import io.millrace.events.job.CheckpointSaved;
import io.millrace.events.job.JobCancelRequested;
import io.millrace.events.job.JobEvent;
import io.millrace.events.job.ProgressReported;
import io.millrace.events.node.NodeDown;
import io.millrace.events.node.NodeDrained;
import io.millrace.events.node.NodeEvent;
import io.millrace.events.node.NodeHeartbeat;
import io.millrace.events.node.NodeUp;
import io.millrace.events.node.SpotInterruptionNotice;
import io.millrace.events.org.JobType;
import io.millrace.events.org.OrgEvent;
import io.millrace.events.org.TeamDefined;
import io.millrace.events.org.UserDefined;
import io.millrace.events.policy.PolicyAdopted;
import io.millrace.events.policy.PolicyEvent;
import io.millrace.events.policy.PreemptionOrdered;
import io.millrace.events.policy.PriorityOverridden;
import io.millrace.scheduler.codec.InputCodec;
import io.millrace.scheduler.codec.PolicyDocument;
import io.millrace.scheduler.domain.PoolInput;
import io.millrace.streams.EventSerde;
import io.millrace.streams.Topic;
import io.millrace.streams.Topics;
import io.millrace.streams.gather.Gathering.SourceRecord;
import io.millrace.streams.gather.Route;
import io.millrace.testkit.RecordedSchemas;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every event that a source topic's schema knows has a way into a pool. */
class SourceEventsTest {

    private static final Instant AT = SchedulerStory.START;

    private static final Map<Topic<?>, List<Object>> PAYLOADS = Map.of(
            Topics.JOB_EVENTS,
            List.of(
                    SchedulerStory.submission("default", "research", "ann", 8),
                    new JobCancelRequested(""),
                    new CheckpointSaved(1, "path", 10L),
                    new ProgressReported(1, 0.5, 10L)),
            Topics.ATTEMPT_EVENTS,
            List.of(
                    new JobStarted(1, List.of("n1")),
                    new Heartbeat(1),
                    new JobCompleted(1, 0, ""),
                    new JobFailed(1, 137, "", ""),
                    new JobStopped(1, StopCause.UNKNOWN, "", ""),
                    new ShareReady(1, "n1"),
                    new ShareAborted(1, "n1", ""),
                    new ShareHeartbeat(1, "n1"),
                    new ShareEnded(1, "n1", 0, "")),
            Topics.NODE_EVENTS,
            List.of(
                    new NodeUp("default", 8, "V100", null, null),
                    new NodeHeartbeat(),
                    new NodeDown(""),
                    new NodeDrained(""),
                    new SpotInterruptionNotice(AT)),
            Topics.POLICY_EVENTS,
            List.of(
                    new PolicyAdopted(
                            "test",
                            SchedulerStory.POLICY,
                            PolicyDocument.sha256(SchedulerStory.POLICY),
                            List.of("default"),
                            null),
                    new PriorityOverridden("a", "default", "user:ada", "password", "a deadline moved"),
                    new PreemptionOrdered("a", "default", "user:ada", "password", "a demonstration")),
            Topics.ORG_EVENTS,
            List.of(
                    new TeamDefined("research", 1, null, List.of(JobType.RESEARCH), true, List.of("default"), null),
                    new UserDefined("ann", 1, 7, List.of("default"), null)),
            Topics.CLOCK,
            List.of(new ClockAdvanced(1L, Map.of("default", 0L))));

    private final RecordedSchemas schemas = new RecordedSchemas();
    private final InputCodec codec = new InputCodec(schemas);
    private final PoolGathering gathering = new PoolGathering(codec, Set.of("default"));

    static Stream<Topic<?>> topics() {
        return PAYLOADS.keySet().stream();
    }

    @Test
    void shouldGatherJustTheseTopics() {
        assertThat(gathering.sources().keySet())
                .containsExactlyInAnyOrderElementsOf(topics().map(Topic::name).toList());
    }

    @ParameterizedTest
    @MethodSource("topics")
    void shouldHaveASampleOfEveryEvent(Topic<?> topic) {
        assertThat(PAYLOADS.get(topic))
                .extracting(payload -> ((SpecificRecord) payload).getSchema().getFullName())
                .containsExactlyInAnyOrderElementsOf(topic.schema().getField("payload").schema().getTypes().stream()
                        .map(Schema::getFullName)
                        .toList());
    }

    @ParameterizedTest
    @MethodSource("topics")
    void shouldRouteAndReadEveryEvent(Topic<?> topic) {
        for (Object payload : PAYLOADS.getOrDefault(topic, List.of())) {
            SpecificRecord event = event(topic, payload);
            String key = key(payload);
            Route route = gathering.route(topic.name(), key, event);
            assertThat(route).as(payload.toString()).isNotInstanceOf(Route.Refused.class);
            if (!(route instanceof Route.Advance || route instanceof Route.Nobody)) {
                SourceRecord source =
                        new SourceRecord(topic.name(), 0, 7, key, bytes(topic, event), "event", AT.toEpochMilli());
                PoolInput input = codec.input(gathering.gathered(source));
                assertThat(input.at()).isEqualTo(AT.toEpochMilli());
                assertThat(input).isNotInstanceOf(PoolInput.Tick.class);
            }
        }
    }

    private static String key(Object payload) {
        return switch (payload) {
            case TeamDefined team -> "team/" + team.getTeam();
            case UserDefined user -> "user/" + user.getUser();
            default -> "key";
        };
    }

    private <E extends SpecificRecord> byte[] bytes(Topic<E> topic, SpecificRecord event) {
        return Objects.requireNonNull(EventSerde.of(topic, schemas)
                .serialize(topic.name(), topic.valueType().cast(event)));
    }

    private static SpecificRecord event(Topic<?> topic, Object payload) {
        if (topic == Topics.JOB_EVENTS) {
            return new JobEvent("event", AT, "user:ann", payload);
        }
        if (topic == Topics.ATTEMPT_EVENTS) {
            return new AttemptEvent("event", AT, "agent:n1", payload);
        }
        if (topic == Topics.NODE_EVENTS) {
            return new NodeEvent("event", AT, "agent:n1", payload);
        }
        if (topic == Topics.ORG_EVENTS) {
            return new OrgEvent("event", AT, "deployment", payload);
        }
        return topic == Topics.POLICY_EVENTS
                ? new PolicyEvent("event", AT, "deployment", payload)
                : new ClockEvent("event", AT, "simulator", (ClockAdvanced) payload);
    }
}
