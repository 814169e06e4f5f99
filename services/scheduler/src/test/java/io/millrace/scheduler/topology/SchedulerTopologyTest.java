package io.millrace.scheduler.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.events.cycle.CycleDecided;
import io.millrace.events.cycle.CycleEvent;
import io.millrace.events.decision.EndState;
import io.millrace.events.decision.JobDecision;
import io.millrace.events.decision.JobEnded;
import io.millrace.events.decision.JobPlaced;
import io.millrace.events.decision.JobQueued;
import io.millrace.events.decision.JobRequeued;
import io.millrace.events.decision.JobType;
import io.millrace.events.decision.NodeShare;
import io.millrace.events.decision.RequeueCause;
import io.millrace.events.decision.StopRequestCause;
import io.millrace.events.decision.StopRequested;
import io.millrace.events.node.NodeDrained;
import io.millrace.events.pool.Gathered;
import io.millrace.events.pool.PoolInput;
import io.millrace.events.pool.Tick;
import io.millrace.events.reason.PendingEvent;
import io.millrace.events.reason.PendingReason;
import io.millrace.events.reason.PendingReasonsChanged;
import io.millrace.scheduler.codec.InputCodec;
import io.millrace.scheduler.codec.PolicyDocument;
import io.millrace.scheduler.domain.PoolDecider;
import io.millrace.scheduler.domain.PoolEvent;
import io.millrace.streams.Envelope;
import io.millrace.streams.EventSerde;
import io.millrace.streams.ServiceClock;
import io.millrace.streams.Topics;
import io.millrace.streams.decider.DeciderRun;
import io.millrace.testkit.RecordedSchemas;
import io.millrace.testkit.TopologyHarness.Bytes;
import io.millrace.testkit.TopologyHarness.Written;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SchedulerTopologyTest {

    private static final Path PINNED = Path.of(System.getProperty("millrace.root", "."))
            .resolve("services/scheduler/src/test/resources/io/millrace/scheduler/topology/topology.txt");

    private final List<SchedulerStory> stories = new ArrayList<>();

    @AfterEach
    void close() {
        stories.forEach(SchedulerStory::close);
    }

    private SchedulerStory tell(SchedulerStory story) {
        stories.add(story);
        return story.policy(SchedulerStory.POLICY);
    }

    @Test
    void shouldKeepItsShape() throws IOException {
        String wall = describe(new ServiceClock.Wall(() -> SchedulerStory.START));
        if ("topology".equals(System.getenv("MILLRACE_RECORD"))) {
            Files.writeString(PINNED, wall);
        }
        assertThat(wall)
                .as("Names of sources, stores and sinks name topics on the broker: a change of them leaves old state "
                        + "behind. If the change is meant, record it by running this test once with the environment "
                        + "variable MILLRACE_RECORD=topology")
                .isEqualTo(Files.readString(PINNED));
        assertThat(describe(new ServiceClock.Driven())).contains("clock-source");
    }

    private static String describe(ServiceClock clock) {
        return SchedulerTopology.build(Map.of("default", 0), clock, new RecordedSchemas(), (p, s, o, h) -> {})
                .describe()
                .toString()
                .replaceAll("extractor class: [^)]*", "extractor");
    }

    @Test
    void shouldPutAJobsTraceBesideItsDecisions() {
        SchedulerStory story = tell(SchedulerStory.driven())
                .node("n1", 8)
                .submit("a", 8)
                .submit("b", 8)
                .play();
        List<Bytes> decisions = story.harness().readBytes(Topics.JOB_DECISIONS.name());
        assertThat(decisions).hasSizeGreaterThan(2).allSatisfy(decision -> {
            String id = story.harness()
                    .serde(Topics.JOB_DECISIONS)
                    .decode(Objects.requireNonNull(decision.value()))
                    .getEventId();
            assertThat(decision.headers())
                    .containsEntry("traceparent", Envelope.traceparent(Objects.requireNonNull(decision.key()), id));
        });
    }

    @Test
    void shouldTakeAJobFromSubmissionToItsEnd() {
        SchedulerStory story =
                tell(SchedulerStory.driven()).node("n1", 8).submit("a", 8).play();
        assertThat(story.harness().read(Topics.JOB_DECISIONS))
                .containsExactly(
                        new Written<>("a", decision(story, 1, 0, queued(story))),
                        new Written<>("a", decision(story, 1, 1, placed(story, 1))));
        assertThat(story.cycles()).singleElement().satisfies(cycle -> {
            assertThat(cycle.getCycle()).isEqualTo(1);
            assertThat(cycle.getInputOffset()).isEqualTo(3);
            assertThat(cycle.getClockSequence()).isEqualTo(1);
            assertThat(cycle.getPolicySha256()).isEqualTo(PolicyDocument.sha256(SchedulerStory.POLICY));
            assertThat(cycle.getDeciderVersion()).isEqualTo(PoolDecider.VERSION);
            assertThat(cycle.getDecisions()).isEqualTo(2);
            assertThat(cycle.getPending()).isZero();
            assertThat(cycle.getGpusHeld()).isEqualTo(8);
            assertThat(cycle.getNextTimerAt()).isEqualTo(story.now().plusSeconds(90));
        });
        story.started("a", 1).play();
        assertThat(story.decisions()).isEmpty();
        assertThat(story.cycles())
                .singleElement()
                .extracting(CycleDecided::getCycle)
                .isEqualTo(2L);
        story.advance(Duration.ofSeconds(100)).completed("a", 1).play();
        assertThat(story.decisions())
                .containsExactly(new JobEnded(EndState.COMPLETED, 1, SchedulerStory.START, story.now(), 800_000L, ""));
    }

    private static JobDecision decision(SchedulerStory story, long cycle, int index, Object payload) {
        return new JobDecision(
                String.format("default/%012d/%06d", cycle, index),
                story.now(),
                "service:scheduler",
                "default",
                cycle,
                payload);
    }

    private static JobQueued queued(SchedulerStory story) {
        return new JobQueued(
                story.now(),
                "event-2",
                "batch",
                "research",
                "ann",
                8,
                null,
                null,
                null,
                null,
                JobType.EXPERIMENTATION,
                null);
    }

    private static JobPlaced placed(SchedulerStory story, int attempt) {
        return new JobPlaced(
                attempt,
                List.of(new NodeShare("n1", List.of(0, 1, 2, 3, 4, 5, 6, 7), null)),
                story.now().plusSeconds(60),
                300_000L,
                "research",
                "ann",
                "V100",
                null,
                1000,
                null,
                null,
                null,
                null);
    }

    @Test
    void shouldTickByItselfOnAWallClockAndOnlyWhenThereIsSomethingToDo() {
        SchedulerStory story = tell(SchedulerStory.wall()).advance(Duration.ofMillis(50));
        assertThat(story.cycles()).hasSize(1);
        story.advance(Duration.ofHours(1));
        assertThat(story.cycles()).isEmpty();
        story.node("n1", 8).submit("a", 8).advance(Duration.ofMillis(50));
        assertThat(story.decisions())
                .containsExactly(
                        new JobQueued(
                                story.now().minusMillis(50),
                                "event-2",
                                "batch",
                                "research",
                                "ann",
                                8,
                                null,
                                null,
                                null,
                                null,
                                JobType.EXPERIMENTATION,
                                null),
                        placed(story, 1));
        assertThat(ticks(story)).isEqualTo(2);
        story.advance(Duration.ofSeconds(9));
        assertThat(ticks(story)).isZero();
        story.advance(Duration.ofSeconds(1));
        assertThat(ticks(story)).isEqualTo(1);
    }

    private static long ticks(SchedulerStory story) {
        return story.harness().read(Topics.POOL_INPUTS).stream()
                .filter(input -> input.value().getPayload() instanceof Tick)
                .count();
    }

    @Test
    void shouldStopWhatADrainedNodeRunsAndRequeueIt() {
        SchedulerStory story =
                tell(SchedulerStory.driven()).node("n1", 8).submit("a", 8).play();
        story.started("a", 1).node("n1", new NodeDrained("maintenance")).play();
        assertThat(story.decisions()).contains(new StopRequested(1, StopRequestCause.NODE_DRAINED, 100_000L));
        story.advance(Duration.ofSeconds(5)).stopped("a", 1).play();
        assertThat(story.decisions())
                .containsExactly(
                        new JobRequeued(1, RequeueCause.NODE_DRAINED, SchedulerStory.START, story.now(), 40_000L));
    }

    @Test
    void shouldPublishReasonsAndDeleteThemWhenTheJobIsPlaced() {
        SchedulerStory story = tell(SchedulerStory.driven())
                .node("n1", 8)
                .submit("a", 8)
                .submit("b", 1)
                .play();
        assertThat(story.harness().read(Topics.PENDING_REASONS))
                .containsExactly(new Written<>(
                        "b",
                        new PendingEvent(
                                "default/000000000001/b",
                                story.now(),
                                "service:scheduler",
                                "default",
                                1L,
                                new PendingReasonsChanged(List.of(PendingReason.INSUFFICIENT_GPUS), null))));
        story.completed("a", 1).play();
        assertThat(story.harness().readBytes(Topics.PENDING_REASONS.name()))
                .containsExactly(new Bytes("b", null, Map.of()));
    }

    @Test
    void shouldLogEveryRecordOnceByteForByteInTheOrderItCame() {
        SchedulerStory story = tell(SchedulerStory.driven());
        story.node("n1", 8).submit("a", 8).submit("b", 8).play();
        story.started("a", 1).heartbeat("a", 1).cancel("b").completed("a", 1).play();
        List<Written<PoolInput>> log = story.harness().read(Topics.POOL_INPUTS);
        assertThat(log).extracting(Written::key).containsOnly("default");
        assertThat(log).extracting(input -> input.value().getEventId()).doesNotHaveDuplicates();
        assertThat(log.stream().map(input -> input.value().getPayload()).map(SchedulerTopologyTest::source))
                .containsExactly(
                        "policy-events/0 scheduling",
                        "node-events/0 n1",
                        "job-events/0 a",
                        "job-events/1 b",
                        "tick 1",
                        "attempt-events/0 a",
                        "attempt-events/1 a",
                        "job-events/2 b",
                        "attempt-events/2 a",
                        "tick 2");
    }

    private static String source(Object payload) {
        return payload instanceof Gathered gathered
                ? gathered.getTopic() + "/" + gathered.getOffset() + " " + gathered.getKey()
                : "tick " + ((Tick) payload).getSequence();
    }

    private SchedulerStory longStory() {
        SchedulerStory story = tell(SchedulerStory.driven()).node("n1", 8).node("n2", 8);
        for (int round = 0; round < 20; round++) {
            story.submit("a" + round, 1 + round % 9).submit("b" + round, 8).play();
            story.advance(Duration.ofSeconds(30))
                    .started("a" + round, 1)
                    .heartbeat("b" + round, 1)
                    .play();
            story.advance(Duration.ofSeconds(60))
                    .completed("a" + round, 1)
                    .cancel("b" + round / 2)
                    .play();
        }
        return story;
    }

    @Test
    void shouldDecideTheSameFromTheSameRecords() {
        List<CycleDecided> once = longStory().cycles();
        assertThat(once).hasSize(60);
        assertThat(once.stream().map(CycleDecided::getDecisionsSha256).distinct())
                .hasSizeGreaterThan(30);
        assertThat(longStory().cycles()).isEqualTo(once);
    }

    @Test
    void shouldDecideItsLogAgainAndGetTheSameCycles() {
        SchedulerStory story = longStory();
        List<CycleEvent> recorded = story.harness().read(Topics.SCHEDULING_CYCLES).stream()
                .map(Written::value)
                .toList();
        List<JobDecision> decided = story.harness().read(Topics.JOB_DECISIONS).stream()
                .map(Written::value)
                .toList();
        PoolBinding binding = new PoolBinding(new InputCodec(story.schemas()));
        var run = new DeciderRun<>(new PoolDecider(), binding, (entity, bytes) -> {});
        List<CycleEvent> cyclesAgain = new ArrayList<>();
        List<JobDecision> decisionsAgain = new ArrayList<>();
        EventSerde<PoolInput> serde = story.harness().serde(Topics.POOL_INPUTS);
        long offset = 0;
        for (Bytes logged : story.harness().readBytes(Topics.POOL_INPUTS.name())) {
            List<PoolEvent> events = run.step(serde.decode(Objects.requireNonNull(logged.value())));
            if (!events.isEmpty()) {
                binding.publish("default", run.state(), events, offset, run.stateHash(), (child, key, value, at) -> {
                    if (value instanceof CycleEvent cycle) {
                        cyclesAgain.add(cycle);
                    } else if (value instanceof JobDecision decision) {
                        decisionsAgain.add(decision);
                    }
                });
            }
            offset++;
        }
        assertThat(cyclesAgain).isEqualTo(recorded);
        assertThat(decisionsAgain).isEqualTo(decided);
    }

    @Test
    void shouldStoreWhatAPoolIsMadeOf() {
        SchedulerStory story =
                tell(SchedulerStory.driven()).node("n1", 8).submit("a", 8).play();
        var store = story.harness().entities(SchedulerTopology.POOL_STORE);
        assertThat(new String(store.get("default\u0000offset"), StandardCharsets.UTF_8))
                .isEqualTo("3");
        for (String entity : List.of("header", "policy", "node/n1", "job/a")) {
            assertThat(store.get("default\u0000" + entity)).as(entity).isNotNull();
        }
    }
}
