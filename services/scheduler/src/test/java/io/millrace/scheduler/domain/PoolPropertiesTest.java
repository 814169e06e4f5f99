package io.millrace.scheduler.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.scheduler.domain.PoolInput.Tick;
import io.millrace.scheduler.domain.SchedulingPolicy.Rule;
import io.millrace.testkit.SeededRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What must hold after every tick of any history. */
class PoolPropertiesTest {

    /** Ticks of a history; each comes with some inputs. */
    private static final int TICKS = 10_000;

    @ParameterizedTest
    @EnumSource(Rule.class)
    void shouldHoldInAFreshHistory(Rule rule) {
        withItsSeed(rule, SeededRandom.of("PoolPropertiesTest " + rule));
    }

    @ParameterizedTest
    @CsvSource({"FIFO_STRICT,1", "FIFO_SKIP,2", "SJF_STRICT,3", "SJF_SKIP,4", "MILLRACE,5"})
    void shouldHoldInAKeptHistory(Rule rule, long seed) {
        withItsSeed(rule, SeededRandom.of("PoolPropertiesTest " + rule, seed));
    }

    /** The seed belongs into the failure: what tests print may lie elsewhere. */
    private static void withItsSeed(Rule rule, SeededRandom random) {
        try {
            run(rule, random);
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(
                    rule + ", seed " + random.seed() + ": keep it in shouldHoldInAKeptHistory. " + e.getMessage(), e);
        }
    }

    private static void run(Rule rule, SeededRandom random) {
        PoolAuditor auditor = new PoolAuditor();
        RandomInputs inputs = new RandomInputs(random, auditor);
        TrackedPool live = new TrackedPool();
        TrackedPool replayed = new TrackedPool();
        TrackedPool restored = new TrackedPool();
        TrackedPool shuffled = new TrackedPool();
        for (int tick = 1; tick <= TICKS; tick++) {
            long at = inputs.tickAt();
            boolean played = tick > 1 && random.onceIn(4);
            List<PoolInput> batch = new ArrayList<>();
            if (tick == 1 || (!played && random.onceIn(100))) {
                batch.add(inputs.policy(tick == 1 || random.onceIn(2) ? rule : random.pick(List.of(Rule.values()))));
            }
            if (!played && random.onceIn(10)) {
                batch.add(inputs.ofManagers());
            }
            int count = tick < 10 ? 3 : random.nextInt(6);
            for (int i = 0; i < count; i++) {
                batch.add(tick < 10 ? inputs.nodeUp() : inputs.next());
            }
            List<PoolInput> other = shuffled(batch, random);
            if (played) {
                Tick ahead = new Tick(at, tick, live.pool().header().folded() + count);
                batch.addFirst(ahead);
                other.addFirst(ahead);
            } else {
                Tick last = new Tick(at, 0, 0);
                batch.add(last);
                other.add(last);
            }
            if (random.onceIn(20)) {
                restored = live.restored();
                assertThat(restored.hash()).isEqualTo(live.hash());
            }
            List<PoolEvent> decided = new ArrayList<>();
            List<PoolEvent> decidedRestored = new ArrayList<>();
            for (PoolInput input : batch) {
                auditor.told(input);
                List<PoolEvent> events = live.take(input, event -> auditor.decided(event, live.pool()));
                replayed.replay(input, events);
                decided.addAll(events);
                decidedRestored.addAll(restored.take(input));
            }
            List<PoolEvent> decidedShuffled = new ArrayList<>();
            other.forEach(input -> decidedShuffled.addAll(shuffled.take(input)));

            assertThat(decided).as("tick %s took effect", tick).hasAtLeastOneElementOfType(PoolEvent.TimeReached.class);
            assertThat(decidedRestored).as("restored, tick %s", tick).isEqualTo(decided);
            assertThat(decidedShuffled).as("shuffled, tick %s", tick).isEqualTo(decided);
            assertThat(List.of(replayed.hash(), restored.hash(), shuffled.hash()))
                    .as("replayed, restored, shuffled, tick %s", tick)
                    .containsOnly(live.hash());
            auditor.check(live.pool());
        }
        assertThat(replayed.entities()).isEqualTo(live.entities());
        assertThat(live.restored().entities()).isEqualTo(live.entities());
        assertThat(auditor.counts()).allMatch(count -> count > 500);
    }

    /** Another order that keeps the order of each job, of each node and of policies. */
    private static List<PoolInput> shuffled(List<PoolInput> batch, SeededRandom random) {
        Map<String, Deque<PoolInput>> byKey = new LinkedHashMap<>();
        for (PoolInput input : batch) {
            byKey.computeIfAbsent(key(input), key -> new ArrayDeque<>()).add(input);
        }
        List<Deque<PoolInput>> left = new ArrayList<>(byKey.values());
        List<PoolInput> shuffled = new ArrayList<>();
        while (!left.isEmpty()) {
            Deque<PoolInput> next = random.pick(left);
            shuffled.add(next.removeFirst());
            if (next.isEmpty()) {
                left.remove(next);
            }
        }
        return shuffled;
    }

    private static String key(PoolInput input) {
        return switch (input) {
            case PoolInput.JobSubmitted submitted -> "job/" + submitted.jobId();
            case PoolInput.CancelRequested cancel -> "job/" + cancel.jobId();
            case PoolInput.CheckpointSaved saved -> "job/" + saved.jobId();
            case PoolInput.ProgressReported progress -> "job/" + progress.jobId();
            case PoolInput.AttemptStarted started -> "job/" + started.jobId();
            case PoolInput.HeartbeatSeen heartbeat -> "job/" + heartbeat.jobId();
            case PoolInput.AttemptEnded ended -> "job/" + ended.jobId();
            case PoolInput.NodeUp up -> "node/" + up.nodeId();
            case PoolInput.NodeHeard heard -> "node/" + heard.nodeId();
            case PoolInput.NodeHealthChanged changed -> "node/" + changed.nodeId();
            case PoolInput.PolicyAdopted adopted -> "policy";
            case PoolInput.MemberDefined(long at, Member.Team team) -> "team/" + team.name();
            case PoolInput.MemberDefined(long at, Member.User user) -> "user/" + user.name();
            case PoolInput.PriorityOverridden overridden -> "job/" + overridden.jobId();
            case PoolInput.PreemptionOrdered ordered -> "job/" + ordered.jobId();
            case PoolInput.Tick tick -> "tick";
        };
    }
}
