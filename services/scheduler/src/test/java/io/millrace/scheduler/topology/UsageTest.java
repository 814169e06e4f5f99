package io.millrace.scheduler.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.events.attempt.Heartbeat;
import io.millrace.events.attempt.JobStarted;
import io.millrace.events.usage.UsageMeasured;
import io.millrace.scheduler.domain.UsageAccount;
import io.millrace.streams.Topics;
import io.millrace.testkit.TopologyHarness.Written;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UsageTest {

    private final SchedulerStory story = SchedulerStory.driven();

    private record Row(String key, String team, String user, long gpuMs, long runningGpus) {}

    @BeforeEach
    void placeAJob() {
        story.policy(SchedulerStory.POLICY).node("n1", 8).submit("a", 8).play();
    }

    @AfterEach
    void close() {
        story.close();
    }

    private List<Row> rows() {
        return story.harness().read(Topics.FAIR_SHARE_USAGE).stream()
                .map(UsageTest::row)
                .toList();
    }

    private static Row row(Written<io.millrace.events.usage.UsageEvent> written) {
        UsageMeasured usage = (UsageMeasured) written.value().getPayload();
        return new Row(
                written.key(),
                usage.getTeam(),
                usage.getUser() == null ? "-" : usage.getUser(),
                usage.getGpuMs(),
                usage.getRunningGpus());
    }

    private static List<Row> both(long gpuMs, long runningGpus) {
        return List.of(
                new Row("research", "research", "-", gpuMs, runningGpus),
                new Row("research/ann", "research", "ann", gpuMs, runningGpus));
    }

    @Test
    void shouldTellNothingBeforeAnAttemptStarts() {
        assertThat(rows()).isEmpty();
    }

    @Test
    void shouldTellOfTheTeamAndTheUserWhenAnAttemptStartsAndEnds() {
        story.started("a", 1).play();
        assertThat(rows()).isEqualTo(both(0, 8));
        story.advance(Duration.ofSeconds(100)).completed("a", 1).play();
        assertThat(rows()).isEqualTo(both(800_000, 0));
    }

    @Test
    void shouldSayHowUsageGoesOnWhileAnAttemptRuns() {
        story.started("a", 1).play();
        var team = story.harness().read(Topics.FAIR_SHARE_USAGE).getFirst().value();
        UsageMeasured usage = (UsageMeasured) team.getPayload();
        assertThat(usage.getHalfLifeMs()).isEqualTo(UsageAccount.HALF_LIFE_MS);
        assertThat(UsageAccount.decayedGpuSeconds(usage.getRunningWeight(), usage.getDecayBaseGpuS(), 600_000))
                .isCloseTo(8 * 600, within(2.0));
        story.advance(Duration.ofMinutes(10)).heartbeat("a", 1).play();
        assertThat(rows()).isEmpty();
    }

    @Test
    void shouldSumUsersOfATeam() {
        story.started("a", 1)
                .node("n2", 8)
                .job("b", SchedulerStory.submission("default", "research", "ben", 4))
                .play();
        story.started("b", 1).play();
        story.advance(Duration.ofSeconds(10))
                .completed("a", 1)
                .completed("b", 1)
                .play();
        assertThat(rows())
                .endsWith(
                        new Row("research", "research", "-", 80_000, 4),
                        new Row("research/ann", "research", "ann", 80_000, 0),
                        new Row("research", "research", "-", 120_000, 0),
                        new Row("research/ben", "research", "ben", 40_000, 0));
    }

    @Test
    void shouldCountEveryAttemptOfAJob() {
        story.started("a", 1).play();
        story.advance(Duration.ofSeconds(10)).stopped("a", 1).play();
        story.started("a", 2).play();
        rows();
        story.advance(Duration.ofSeconds(5)).completed("a", 2).play();
        assertThat(rows()).isEqualTo(both(80_000 + 40_000, 0));
    }

    @Test
    void shouldTellNothingOfAnAttemptThatNeverStarted() {
        story.completed("a", 1).play();
        assertThat(rows()).isEmpty();
    }

    @Test
    void shouldIgnoreStaleAndRepeatedStarts() {
        story.started("a", 1).started("a", 1).heartbeat("a", 7).play();
        assertThat(rows()).isEqualTo(both(0, 8));
    }

    @Test
    void shouldChargeNothingForAStartBeforeItsPlacement() {
        story.submit("b", 8).started("b", 1).play();
        story.completed("a", 1).play();
        story.advance(Duration.ofSeconds(1)).completed("b", 1).play();
        assertThat(rows()).isEmpty();
    }

    @Test
    void shouldNotLetAClockThatIsAheadSpoilTheAccounts() {
        try (SchedulerStory wall = SchedulerStory.wall()) {
            wall.policy(SchedulerStory.POLICY).node("n1", 8).submit("a", 8).advance(Duration.ofMillis(50));
            Instant seen = wall.now();
            wall.attemptAt(seen.plus(Duration.ofDays(36_500)), "a", new JobStarted(1, List.of("n1")));
            wall.advance(Duration.ofSeconds(10));
            assertThat(wall.harness().read(Topics.FAIR_SHARE_USAGE))
                    .hasSize(2)
                    .allSatisfy(written ->
                            assertThat(written.value().getOccurredAt()).isEqualTo(seen));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE, -1, Long.MAX_VALUE})
    void shouldGoOnAfterAHeartbeatAtNoTimeAtAll(long ms) {
        try (SchedulerStory wall = SchedulerStory.wall()) {
            wall.policy(SchedulerStory.POLICY).node("n1", 8).submit("a", 8).advance(Duration.ofMillis(50));
            wall.attemptAt(Instant.ofEpochMilli(ms), "nobody", new Heartbeat(1));
            wall.attemptAt(Instant.ofEpochMilli(ms), "a", new Heartbeat(1));
            wall.attemptAt(Instant.ofEpochMilli(ms), "a", new Heartbeat(2));
            wall.advance(Duration.ofSeconds(10));
            assertThat(wall.harness().read(Topics.FAIR_SHARE_USAGE)).isEmpty();
            wall.started("a", 1).advance(Duration.ofSeconds(10));
            wall.completed("a", 1).advance(Duration.ofSeconds(10));
            assertThat(wall.harness().read(Topics.FAIR_SHARE_USAGE).stream().map(UsageTest::row))
                    .endsWith(both(80_000, 0).toArray(Row[]::new));
        }
    }
}
