package io.millrace.scheduler.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.events.attempt.Heartbeat;
import io.millrace.events.decision.JobPlaced;
import io.millrace.events.job.JobSubmitted;
import io.millrace.events.node.NodeUp;
import io.millrace.events.org.TeamDefined;
import io.millrace.events.org.UserDefined;
import io.millrace.events.signal.Severity;
import io.millrace.events.signal.SignalEvent;
import io.millrace.events.signal.SignalRaised;
import io.millrace.streams.Topic;
import io.millrace.streams.Topics;
import io.millrace.testkit.TopologyHarness.Bytes;
import io.millrace.testkit.TopologyHarness.Written;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.errors.StreamsException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Records that nothing can be done with. Whatever comes, the next record is handled. */
class SchedulerDeadLetterTest {

    private final SchedulerStory story = SchedulerStory.driven();

    @BeforeEach
    void begin() {
        story.policy(SchedulerStory.POLICY).node("n1", 8);
    }

    @AfterEach
    void end() {
        story.submit("the next", 8).play(Map.of("default", 0L));
        assertThat(story.decisions()).hasAtLeastOneElementOfType(JobPlaced.class);
        story.close();
    }

    static Stream<Arguments> poison() {
        List<Topic<?>> sources = List.of(
                Topics.JOB_EVENTS,
                Topics.ATTEMPT_EVENTS,
                Topics.NODE_EVENTS,
                Topics.POLICY_EVENTS,
                Topics.ORG_EVENTS,
                Topics.CLOCK);
        byte[] unknownId = ByteBuffer.allocate(7).put((byte) 0).putInt(4711).array();
        return sources.stream()
                .flatMap(topic -> Stream.of(
                        Arguments.of(topic, "key", new byte[] {}, "0 bytes are too few for a value of " + topic.name()),
                        Arguments.of(topic, "key", new byte[] {1, 2, 3, 4, 5, 6}, "first byte is 1, not 0"),
                        Arguments.of(topic, "key", unknownId, "no schema has the id 4711"),
                        Arguments.of(topic, "key", null, "it has no value"),
                        Arguments.of(topic, null, new byte[] {0}, "it has no key"),
                        Arguments.of(topic, " ", new byte[] {0}, "it has no key"),
                        Arguments.of(topic, null, null, "it has no value")));
    }

    @ParameterizedTest
    @MethodSource("poison")
    void shouldSetAsideWhatCannotBeRead(Topic<?> topic, @Nullable String key, byte @Nullable [] value, String reason) {
        long offset = topic == Topics.NODE_EVENTS || topic == Topics.POLICY_EVENTS ? 1 : 0;
        story.harness().sendBytes(topic.name(), key, value);
        shouldBeSetAside(topic, offset, key, value, reason);
    }

    private void shouldBeSetAside(
            Topic<?> topic, long offset, @Nullable String key, byte @Nullable [] value, String reason) {
        assertThat(story.harness().readBytes(topic.deadLetterTopic()))
                .usingRecursiveFieldByFieldElementComparator()
                .containsExactly(new Bytes(
                        key,
                        value,
                        Map.of(
                                "millrace.reason",
                                reason,
                                "millrace.source.topic",
                                topic.name(),
                                "millrace.source.partition",
                                "0",
                                "millrace.source.offset",
                                Long.toString(offset))));
        assertThat(story.harness().read(Topics.ALERT_SIGNALS))
                .containsExactly(new Written<>(
                        "DeadLettered/scheduler/" + topic.name(),
                        new SignalEvent(
                                topic.name() + "/0/" + offset,
                                story.now(),
                                "service:scheduler",
                                new SignalRaised(
                                        "DeadLettered",
                                        Severity.P3,
                                        "scheduler could not use a record of " + topic.name() + ": " + reason,
                                        Map.of("service", "scheduler", "topic", topic.name())))));
    }

    private void shouldBeSetAside(Topic<?> topic, long offset, String key, String reason) {
        List<Bytes> letters = story.harness().readBytes(topic.deadLetterTopic());
        assertThat(letters).singleElement().satisfies(letter -> {
            assertThat(letter.key()).isEqualTo(key);
            assertThat(letter.headers())
                    .containsEntry("millrace.reason", reason)
                    .containsEntry("millrace.source.offset", Long.toString(offset));
        });
        assertThat(story.harness().read(Topics.ALERT_SIGNALS)).hasSize(1);
    }

    @ParameterizedTest
    @MethodSource("sources")
    <E extends SpecificRecord> void shouldSetAsideAValueOfAnotherTopic(Topic<E> topic) {
        byte[] signal = story.harness()
                .serde(Topics.ALERT_SIGNALS)
                .serialize(
                        "",
                        new SignalEvent(
                                "event", story.now(), "actor", new SignalRaised("name", Severity.P4, "", Map.of())));
        story.harness().sendBytes(topic.name(), "key", signal);
        assertThat(story.harness().readBytes(topic.deadLetterTopic()))
                .singleElement()
                .satisfies(letter -> assertThat(letter.headers().get("millrace.reason"))
                        .endsWith("not " + topic.schema().getFullName()));
    }

    static Stream<Topic<?>> sources() {
        return Stream.of(
                Topics.JOB_EVENTS, Topics.ATTEMPT_EVENTS, Topics.NODE_EVENTS, Topics.POLICY_EVENTS, Topics.CLOCK);
    }

    @Test
    void shouldSetAsideAJobForAnUnknownPool() {
        story.job("a", SchedulerStory.submission("nowhere", "research", "ann", 1));
        shouldBeSetAside(Topics.JOB_EVENTS, 0, "a", "there is no pool nowhere; there are default");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " "})
    void shouldSetAsideAJobOfNobody(String nobody) {
        story.job("a", SchedulerStory.submission("default", "research", nobody, 1));
        shouldBeSetAside(Topics.JOB_EVENTS, 0, "a", "a submission needs a team and a user");
        story.job("a", SchedulerStory.submission("default", nobody, "ann", 1));
        shouldBeSetAside(Topics.JOB_EVENTS, 1, "a", "a submission needs a team and a user");
    }

    @Test
    void shouldSetAsideATeamThatCouldPassForAUser() {
        story.job("a", SchedulerStory.submission("default", "research/ann", "ben", 1));
        shouldBeSetAside(Topics.JOB_EVENTS, 0, "a", "a team's name must hold no '/': usage is kept by team/user");
    }

    @Test
    void shouldHaltAtWhatItCannotReadInItsOwnLog() {
        try (SchedulerStory halted = SchedulerStory.driven()) {
            assertThatThrownBy(() -> halted.harness()
                            .sendBytes(Topics.POOL_INPUTS.name(), "default", new byte[] {1, 2, 3, 4, 5, 6}))
                    .isInstanceOf(StreamsException.class)
                    .hasStackTraceContaining("first byte is 1, not 0");
        }
    }

    @Test
    void shouldSetAsideWhatIsSaidOfAJobNobodySubmitted() {
        story.cancel("a");
        shouldBeSetAside(Topics.JOB_EVENTS, 0, "a", "nobody has heard of job/a");
        story.started("a", 1);
        shouldBeSetAside(Topics.ATTEMPT_EVENTS, 0, "a", "nobody has heard of job/a");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 65})
    void shouldSetAsideANodeOfImpossibleSize(int gpus) {
        story.node("n2", gpus);
        shouldBeSetAside(Topics.NODE_EVENTS, 1, "n2", "a node has 1 to 64 GPUs, not " + gpus);
    }

    @Test
    void shouldSetAsideANodeOfAnotherPool() {
        story.node("n2", new NodeUp("nowhere", 8, "V100", null, null));
        shouldBeSetAside(Topics.NODE_EVENTS, 1, "n2", "there is no pool nowhere; there are default");
        story.node("n1", new NodeUp("nowhere", 8, "V100", null, null));
        shouldBeSetAside(Topics.NODE_EVENTS, 2, "n1", "node/n1 belongs to default, not to nowhere");
    }

    @Test
    void shouldSetAsideAPolicyThatNoPoolCouldAdopt() {
        story.policy("policy: lifo\nqueues: {batch: {}}\nleases: {}");
        assertThat(story.harness().readBytes(Topics.POLICY_EVENTS.deadLetterTopic()))
                .singleElement()
                .satisfies(letter -> assertThat(letter.headers().get("millrace.reason"))
                        .isEqualTo("there is no policy lifo; policies are fifo-strict, fifo-skip, sjf-strict, sjf-skip,"
                                + " millrace"));
    }

    static Stream<Arguments> strangeMembers() {
        return Stream.of(
                Arguments.of("team/a/b", team("a/b", 1, null), "team/a/b: a name must not be empty and hold no '/'"),
                Arguments.of("team/", team("", 1, null), "team/: a name must not be empty and hold no '/'"),
                Arguments.of("team/a", team("a", -1, null), "team/a: shares must be 0 to 1000000000, not -1"),
                Arguments.of("team/a", team("a", 1, -7), "team/a: base priority must be 0 to 1000000, not -7"),
                Arguments.of("team/b", team("a", 1, null), "what is said of team/a has the key team/b"),
                Arguments.of("a", team("a", 1, null), "what is said of team/a has the key a"),
                Arguments.of("user/a/b", user("a/b", 1, 1), "user/a/b: a name must not be empty and hold no '/'"),
                Arguments.of("user/a", user("a", -1, 1), "user/a: shares must be 0 to 1000000000, not -1"),
                Arguments.of("user/a", user("a", 1, 81), "user/a: seniority_years must be 0 to 80, not 81"),
                Arguments.of("user/a", user("a", 1, -1), "user/a: seniority_years must be 0 to 80, not -1"),
                Arguments.of("team/a", user("a", 1, 1), "what is said of user/a has the key team/a"));
    }

    private static TeamDefined team(String name, int shares, @Nullable Integer base) {
        return new TeamDefined(name, shares, base, List.of(), false, List.of(), null);
    }

    private static UserDefined user(String name, int shares, int years) {
        return new UserDefined(name, shares, years, List.of(), null);
    }

    @ParameterizedTest
    @MethodSource("strangeMembers")
    void shouldSetAsideWhatNoOrganisationWouldSay(String key, Object payload, String reason) {
        story.org(key, payload);
        shouldBeSetAside(Topics.ORG_EVENTS, 0, key, reason);
    }

    @Test
    void shouldSetAsideAnOverrideWithoutAPoolAManagerOrAReason() {
        story.submit("a", 1).override("a", "nowhere", "user:ada", "because");
        shouldBeSetAside(Topics.POLICY_EVENTS, 1, "a", "there is no pool nowhere; there are default");
        story.override("a", "default", " ", "because");
        shouldBeSetAside(Topics.POLICY_EVENTS, 2, "a", "an override needs a job, a manager and a reason");
        story.override("a", "default", "user:ada", "");
        shouldBeSetAside(Topics.POLICY_EVENTS, 3, "a", "an override needs a job, a manager and a reason");
    }

    @Test
    void shouldSetAsideWhatHappenedBeforeTimeBegan() {
        story.attemptAt(Instant.ofEpochMilli(-1), "a", new Heartbeat(1));
        shouldBeSetAside(Topics.ATTEMPT_EVENTS, 0, "a", "it says that it happened before 1970 or after 9999");
    }

    @Test
    void shouldSetAsideAnAdvanceOfAPoolThatIsNotThere() {
        story.play(Map.of("nowhere", 0L));
        shouldBeSetAside(Topics.CLOCK, 0, "play", "there is no pool nowhere; there are default");
    }

    @Test
    void shouldSetAsideAJobWhoseIdBelongsToAnotherPool() {
        story.submit("a", 1).job("a", SchedulerStory.submission("nowhere", "research", "ann", 1));
        shouldBeSetAside(Topics.JOB_EVENTS, 1, "a", "job/a belongs to default, not to nowhere");
    }

    @Test
    void shouldRejectWhatAJobMayNotAskForRatherThanSetItAside() {
        JobSubmitted none = SchedulerStory.submission("default", "research", "ann", 0);
        story.job("a", none);
        assertThat(story.harness().readBytes(Topics.JOB_EVENTS.deadLetterTopic()))
                .isEmpty();
    }
}
