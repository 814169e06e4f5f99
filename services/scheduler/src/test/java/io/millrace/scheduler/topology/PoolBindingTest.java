package io.millrace.scheduler.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.events.decision.JobPlaced;
import io.millrace.events.decision.JobQueued;
import io.millrace.events.decision.JobType;
import io.millrace.events.decision.NodeShare;
import io.millrace.scheduler.codec.InputCodec;
import io.millrace.scheduler.codec.PolicyDocument;
import io.millrace.scheduler.domain.Pool;
import io.millrace.scheduler.domain.PoolDecider;
import io.millrace.scheduler.domain.PoolEvent;
import io.millrace.scheduler.domain.PoolInput;
import io.millrace.streams.Topics;
import io.millrace.testkit.RecordedSchemas;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When a pool ticks by itself, also when the machine's clock is set back. */
class PoolBindingTest {

    private static final long NOW = SchedulerStory.START.toEpochMilli();
    private static final long HOUR = 3_600_000;

    private final PoolDecider decider = new PoolDecider();
    private final Pool pool = decider.initialState();
    private final PoolBinding binding = new PoolBinding(new InputCodec(new RecordedSchemas()));

    private void take(PoolInput input) {
        decider.evolve(pool, input);
        for (Iterator<PoolEvent> decided = decider.decide(pool, input); decided.hasNext(); ) {
            decider.evolveDecided(pool, decided.next());
        }
    }

    private void adopt() {
        take(new PoolInput.PolicyAdopted(
                NOW,
                PolicyDocument.parse(SchedulerStory.POLICY),
                SchedulerStory.POLICY,
                PolicyDocument.sha256(SchedulerStory.POLICY)));
    }

    @Test
    void shouldNotTickWithoutAPolicy() {
        take(new PoolInput.NodeUp(NOW, "up", "n1", 8, "V100"));
        assertThat(binding.tickDue(pool, NOW)).isFalse();
        adopt();
        assertThat(binding.tickDue(pool, NOW)).isTrue();
    }

    @Test
    void shouldTickForAChangeWhateverTheClockSays() {
        adopt();
        take(new PoolInput.Tick(NOW, 0, 0));
        assertThat(binding.tickDue(pool, NOW + HOUR)).isFalse();
        take(new PoolInput.NodeUp(NOW, "up", "n1", 8, "V100"));
        for (long now : new long[] {0, NOW - HOUR, NOW, NOW + HOUR}) {
            assertThat(binding.tickDue(pool, now)).isTrue();
        }
        take(new PoolInput.Tick(NOW - HOUR, 0, 0));
        assertThat(pool.header().now()).isEqualTo(NOW);
        assertThat(binding.tickDue(pool, NOW - HOUR)).isFalse();
    }

    @Test
    void shouldTickAtTheIntervalWhileANodeMayFallSilent() {
        adopt();
        take(new PoolInput.NodeUp(NOW, "up", "n1", 8, "V100", null, 600_000L));
        take(new PoolInput.Tick(NOW, 0, 0));
        assertThat(binding.tickDue(pool, NOW + 9_999)).isFalse();
        assertThat(binding.tickDue(pool, NOW + 10_000)).isTrue();
    }

    @Test
    void shouldDecideAtTheLatestTimeItKnewWhenTheClockIsSetBack() {
        try (SchedulerStory story = SchedulerStory.wall()) {
            story.policy(SchedulerStory.POLICY).node("n1", 8).advance(Duration.ofMillis(50));
            assertThat(story.cycles()).hasSize(1);
            Instant last = story.now();
            story.setBack(Duration.ofHours(1)).submit("a", 8);
            Instant submitted = story.now();
            story.advance(Duration.ofMillis(50));
            var decided = story.harness().read(Topics.JOB_DECISIONS);
            assertThat(decided)
                    .extracting(written -> written.value().getOccurredAt())
                    .containsOnly(last);
            assertThat(decided)
                    .extracting(written -> written.value().getPayload())
                    .containsExactly(
                            new JobQueued(
                                    submitted,
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
                            new JobPlaced(
                                    1,
                                    List.of(new NodeShare("n1", List.of(0, 1, 2, 3, 4, 5, 6, 7), null)),
                                    last.plusSeconds(60),
                                    300_000L,
                                    "research",
                                    "ann",
                                    "V100",
                                    null,
                                    1000,
                                    null,
                                    null,
                                    null,
                                    null));
            story.advance(Duration.ofHours(1)).completed("a", 1).advance(Duration.ofMillis(50));
            assertThat(story.harness().read(Topics.JOB_DECISIONS))
                    .singleElement()
                    .satisfies(written ->
                            assertThat(written.value().getOccurredAt()).isAfterOrEqualTo(last));
        }
    }
}
