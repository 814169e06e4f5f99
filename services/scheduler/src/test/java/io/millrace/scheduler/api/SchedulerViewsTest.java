package io.millrace.scheduler.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.millrace.events.attempt.AttemptEvent;
import io.millrace.events.attempt.JobStarted;
import io.millrace.events.job.ArrayMembership;
import io.millrace.events.job.JobEvent;
import io.millrace.events.job.JobSubmitted;
import io.millrace.events.job.JobType;
import io.millrace.events.node.NodeDown;
import io.millrace.events.node.NodeDrained;
import io.millrace.events.node.NodeEvent;
import io.millrace.events.node.NodeUp;
import io.millrace.events.node.SpotInterruptionNotice;
import io.millrace.events.policy.PolicyAdopted;
import io.millrace.events.policy.PolicyEvent;
import io.millrace.events.reason.PendingEvent;
import io.millrace.events.reason.PendingReason;
import io.millrace.events.reason.PendingReasonsChanged;
import io.millrace.scheduler.RestoredPools;
import io.millrace.scheduler.api.SchedulerViews.NodeView;
import io.millrace.scheduler.api.SchedulerViews.PolicyView;
import io.millrace.scheduler.codec.PolicyDocument;
import io.millrace.streams.ServiceClock;
import io.millrace.streams.Topic;
import io.millrace.streams.Topics;
import jakarta.ws.rs.NotFoundException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SchedulerViewsTest {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    private static final String POLICY = """
            policy: fifo-strict
            queues: {batch: {}}
            leases: {start_within: 60s, lease: 5m, margin: 30s, grace: 100s, tick_interval: 10s, suspect_for: 10m, remember_ended_for: 1d}
            """;

    private final SchedulerViews views = new SchedulerViews(Set.of("default", "spare"));
    private final SchedulerResource resource =
            new SchedulerResource(views, new PoolReplicas(), new RestoredPools(), new ServiceClock.Wall(() -> NOW));

    private void apply(Topic<?> topic, String key, @Nullable SpecificRecord event) {
        views.apply(topic.name(), key, event, NOW.toEpochMilli());
    }

    private void node(String nodeId, Object payload) {
        apply(Topics.NODE_EVENTS, nodeId, new NodeEvent("event", NOW, "agent:" + nodeId, payload));
    }

    private List<NodeView> nodes() {
        return views.read(all -> List.copyOf(all.nodes().values()));
    }

    private @Nullable PolicyView policy() {
        return views.read(SchedulerViews.Snapshot::policy);
    }

    private void policy(String document) {
        apply(
                Topics.POLICY_EVENTS,
                "scheduling",
                new PolicyEvent(
                        "event",
                        NOW,
                        "deployment",
                        new PolicyAdopted(
                                "test", document, PolicyDocument.sha256(document), List.of("default"), null)));
    }

    @Test
    void shouldFollowANodesHealth() {
        node("n1", new NodeUp("default", 8, "V100", null, null));
        assertThat(nodes()).containsExactly(new NodeView("n1", "default", 8, "V100", "UP", false));
        node("n1", new NodeDrained(""));
        assertThat(nodes()).containsExactly(new NodeView("n1", "default", 8, "V100", "DRAINED", false));
        node("n1", new SpotInterruptionNotice(NOW));
        assertThat(nodes()).containsExactly(new NodeView("n1", "default", 8, "V100", "INTERRUPTED", false));
        node("n1", new NodeDown(""));
        assertThat(nodes()).containsExactly(new NodeView("n1", "default", 8, "V100", "DOWN", false));
        node("n1", new NodeUp("default", 4, "P100", null, null));
        assertThat(nodes()).containsExactly(new NodeView("n1", "default", 4, "P100", "UP", false));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 65, Integer.MAX_VALUE})
    void shouldShowNoNodeOfASizeThatGatherRefuses(int gpus) {
        node("n1", new NodeUp("default", gpus, "V100", null, null));
        assertThat(nodes()).isEmpty();
        node("n1", new NodeUp("default", 8, "V100", null, null));
        node("n1", new NodeUp("default", gpus, "V100", null, null));
        assertThat(nodes()).containsExactly(new NodeView("n1", "default", 8, "V100", "UP", false));
    }

    @Test
    void shouldShowNoNodeOfAPoolThatGatherRefuses() {
        node("n1", new NodeUp("nowhere", 8, "V100", null, null));
        node("n2", new NodeDown("never heard of"));
        assertThat(nodes()).isEmpty();
        node("n1", new NodeUp("default", 8, "V100", null, null));
        node("n1", new NodeUp("spare", 4, "P100", null, null));
        assertThat(nodes()).containsExactly(new NodeView("n1", "default", 8, "V100", "UP", false));
    }

    @Test
    void shouldShowNoJobThatOnlyAnAgentSpeaksOf() {
        apply(Topics.ATTEMPT_EVENTS, "a", new AttemptEvent("event", NOW, "agent:n1", new JobStarted(1, List.of("n1"))));
        apply(Topics.PENDING_REASONS, "b", null);
        assertThat(resource.jobs(null, null, null, null, 1000)).isEmpty();
        assertThatThrownBy(() -> resource.job("a"))
                .isInstanceOf(NotFoundException.class)
                .hasMessage("there is no job a");
        apply(
                Topics.JOB_EVENTS,
                "a",
                new JobEvent(
                        "event",
                        NOW,
                        "user:ann",
                        new JobSubmitted(
                                "default",
                                "batch",
                                "research",
                                "ann",
                                8,
                                null,
                                null,
                                null,
                                null,
                                Map.of(),
                                JobType.EXPERIMENTATION,
                                null,
                                null,
                                List.of(),
                                null)));
        assertThat(resource.jobs(null, null, null, null, 1000))
                .extracting(JobRow::jobId)
                .containsExactly("a");
    }

    @Test
    void shouldShowTheJobsThatAreAskedFor() {
        for (String name : List.of("sweep-0", "sweep-1", "train")) {
            apply(
                    Topics.JOB_EVENTS,
                    name,
                    new JobEvent(
                            "event of " + name,
                            NOW,
                            "user:ann",
                            JobSubmitted.newBuilder()
                                    .setPool("default")
                                    .setTeam(name.equals("train") ? "vision" : "speech")
                                    .setUser(name.equals("sweep-0") ? "ann" : "bob")
                                    .setGpus(1)
                                    .setArray(
                                            name.equals("train")
                                                    ? null
                                                    : new ArrayMembership(
                                                            "sweep", Integer.parseInt(name.substring(6)), 2))
                                    .build()));
        }
        assertThat(resource.jobs(null, "speech", null, null, 1000))
                .extracting(JobRow::jobId)
                .containsExactly("sweep-0", "sweep-1");
        assertThat(resource.jobs("submitted", null, "bob", null, 1000))
                .extracting(JobRow::jobId)
                .containsExactly("sweep-1", "train");
        assertThat(resource.jobs(null, null, "bob", null, 1))
                .extracting(JobRow::jobId)
                .containsExactly("sweep-1");
        assertThat(resource.jobs(null, null, null, "sweep", 1000))
                .extracting(JobRow::submissionEventId, JobRow::arrayId)
                .containsExactly(tuple("event of sweep-0", "sweep"), tuple("event of sweep-1", "sweep"));
        assertThat(resource.job("train").arrayId()).isNull();
    }

    @Test
    void shouldForgetReasonsThatAreDeleted() {
        apply(
                Topics.PENDING_REASONS,
                "a",
                new PendingEvent(
                        "event",
                        NOW,
                        "service:scheduler",
                        "default",
                        1L,
                        new PendingReasonsChanged(List.of(PendingReason.QUOTA_USER, PendingReason.NODE_DOWN), null)));
        assertThat(reasons()).containsExactly("QUOTA_USER", "NODE_DOWN");
        apply(Topics.NODE_EVENTS, "a", null);
        assertThat(reasons()).containsExactly("QUOTA_USER", "NODE_DOWN");
        apply(Topics.PENDING_REASONS, "a", null);
        assertThat(reasons()).isEmpty();
    }

    private List<String> reasons() {
        return views.read(all -> List.copyOf(Objects.requireNonNull(all.jobs().get("a"), "the view has no job a")
                .reasons()));
    }

    @Test
    void shouldKeepThePolicyWhenAnotherCannotBeRead() {
        policy(POLICY);
        PolicyView adopted = new PolicyView(PolicyDocument.sha256(POLICY), PolicyDocument.parse(POLICY));
        assertThat(policy()).isEqualTo(adopted);
        assertThatThrownBy(() -> policy("policy: lifo\nqueues: {batch: {}}\nleases: {}"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(policy()).isEqualTo(adopted);
        String next = POLICY.replace("fifo-strict", "sjf-skip");
        policy(next);
        assertThat(policy()).isEqualTo(new PolicyView(PolicyDocument.sha256(next), PolicyDocument.parse(next)));
    }

    @Test
    void shouldBeEmptyOnceCleared() {
        node("n1", new NodeUp("default", 8, "V100", null, null));
        policy(POLICY);
        views.clear();
        assertThat(nodes()).isEmpty();
        assertThat(policy()).isNull();
    }
}
