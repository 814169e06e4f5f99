package io.millrace.scheduler.domain;

import static io.millrace.scheduler.domain.PoolScript.START;
import static io.millrace.scheduler.domain.PoolScript.START_WITHIN_S;
import static io.millrace.scheduler.domain.PoolScript.limited;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.scheduler.domain.Attempt.EndKind;
import io.millrace.scheduler.domain.Node.Health;
import io.millrace.scheduler.domain.SchedulingPolicy.QueueLimits;
import io.millrace.scheduler.domain.SchedulingPolicy.Rule;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What moves a promised start, and that it says so. */
class PromiseRevisionsTest {

    private static final long HOUR = 3600;

    /** Between an attempt's limit and its GPUs being surely free, s. */
    private static final long SLACK = PoolScript.GRACE_MS / 1000 + PoolScript.MARGIN_S;

    /** A job of some other user, for whom nobody's quota matters. */
    private static JobRequest others(int gpus, @Nullable Long seconds) {
        return new JobRequest(
                "batch", "vision", "ben", gpus, null, null, seconds == null ? null : seconds * 1000, null);
    }

    /** Nodes n01, n02 and so on, of 8 GPUs. */
    private static PoolScript nodes(PoolScript script, int count) {
        for (int i = 1; i <= count; i++) {
            script.node(String.format("n%02d", i), 8);
        }
        return script;
    }

    /** Two nodes that a job of an hour has whole; a second one of as many GPUs is promised its end. */
    private static PoolScript promised(PolicyDraft policy) {
        PoolScript script = policy.script().at(0);
        nodes(script, 2).submit("first", others(16, HOUR));
        assertThat(Told.starts(script.tick())).containsExactly("place first on n01×8 n02×8");
        script.started("first", 1).submit("gang", limited(16, HOUR));
        assertThat(Told.starts(script.tick())).containsExactly("promise gang by " + (HOUR + SLACK));
        return script;
    }

    @Test
    void shouldRevisePromisesWhenANodeIsLost() {
        PoolScript script = promised(PolicyDraft.easy());
        script.node("n03", 8).tick();
        script.submit("x", others(8, 3 * HOUR)).tick();
        script.started("x", 1).at(60).node("n02", Health.DOWN);
        assertThat(Told.starts(script.tick()))
                .containsExactly("revise gang from " + (HOUR + SLACK) + " to " + (3 * HOUR + SLACK) + ": NODE_LOST");
        script.at(70).node("n03", Health.DOWN);
        assertThat(Told.starts(script.tick()))
                .containsExactly(
                        "revise gang from " + (3 * HOUR + SLACK) + " to none: NODE_LOST",
                        "promise x by " + (HOUR + SLACK));
        assertThat(script.pool().job("gang").promise()).isNull();
        assertThat(script.pool().job("gang").reasons())
                .containsExactly(PendingReason.INSUFFICIENT_GPUS, PendingReason.NODE_DOWN);
    }

    @Test
    void shouldRevisePromisesWhenANodeIsDrained() {
        PoolScript script = promised(PolicyDraft.easy());
        script.at(60).node("n02", Health.DRAINED);
        assertThat(Told.starts(script.tick()))
                .containsExactly("revise gang from " + (HOUR + SLACK) + " to none: NODE_DRAINED");
    }

    @Test
    void shouldRevisePromisesWhenAnAttemptGoesSilent() {
        PoolScript script = PolicyDraft.easy().script().at(0);
        nodes(script, 3).submit("first", others(16, HOUR)).submit("other", others(8, 3 * HOUR));
        script.tick();
        script.started("first", 1)
                .started("other", 1)
                .submit("gang", limited(16, HOUR))
                .tick();
        List<PoolEvent> decided = new ArrayList<>();
        for (long second = 10; second <= 400; second += 10) {
            script.at(second).heartbeat("other", 1);
            decided.addAll(script.tick());
        }
        assertThat(Told.of(decided)).contains("requeue first: LEASE_EXPIRED");
        assertThat(Told.starts(decided)).containsExactly("revise gang from " + (HOUR + SLACK) + " to none: NODE_LOST");
    }

    @Test
    void shouldRevisePromisesWhenThePolicyLengthensLimits() {
        PoolScript script = PolicyDraft.easy()
                .queue("batch", new QueueLimits(null, HOUR * 1000))
                .script()
                .at(0);
        nodes(script, 1).submit("first", others(8, null));
        script.tick();
        script.started("first", 1).submit("next", limited(8, 60)).tick();
        script.at(10)
                .adopt(PolicyDraft.easy()
                        .queue("batch", new QueueLimits(null, 2 * HOUR * 1000))
                        .made());
        assertThat(Told.starts(script.tick()))
                .containsExactly(
                        "revise next from " + (HOUR + SLACK) + " to " + (2 * HOUR + SLACK) + ": POLICY_CHANGED");
    }

    @Test
    void shouldBreakPromisesThatAQuotaForbidsNow() {
        PoolScript script = promised(PolicyDraft.easy());
        script.at(10).adopt(PolicyDraft.easy().perUser(8).made());
        assertThat(Told.starts(script.tick()))
                .containsExactly("revise gang from " + (HOUR + SLACK) + " to none: POLICY_CHANGED");
        assertThat(script.pool().job("gang").reasons())
                .containsExactly(PendingReason.QUOTA_USER, PendingReason.INSUFFICIENT_GPUS);
    }

    @Test
    void shouldBreakPromisesUnderAPolicyThatMakesNone() {
        PoolScript script = promised(PolicyDraft.easy());
        script.at(10).adopt(PolicyDraft.easy().made(Rule.FIFO_STRICT));
        assertThat(Told.starts(script.tick()))
                .containsExactly("revise gang from " + (HOUR + SLACK) + " to none: POLICY_CHANGED");
        assertThat(script.pool().job("gang").promise()).isNull();
        script.at(20).adopt(PolicyDraft.easy().made());
        assertThat(Told.starts(script.tick())).containsExactly("promise gang by " + (HOUR + SLACK));
    }

    @Test
    void shouldRevisePromisesWhenALimitIsOverrunAndAtOnce() {
        PoolScript script = promised(PolicyDraft.easy());
        List<PoolEvent> decided = new ArrayList<>();
        for (long second = 10; second <= HOUR + 2 * SLACK; second += 10) {
            script.at(second).heartbeat("first", 1);
            decided.addAll(script.tick());
        }
        assertThat(Told.starts(decided))
                .containsExactly(
                        "revise gang from " + (HOUR + SLACK) + " to " + (HOUR + 2 * SLACK) + ": LIMIT_OVERRUN",
                        "revise gang from " + (HOUR + 2 * SLACK) + " to " + (HOUR + 3 * SLACK) + ": LIMIT_OVERRUN");
        script.at(HOUR + 2 * SLACK + 1).ended("first", 1, EndKind.STOPPED_BY_SCHEDULER);
        assertThat(Told.starts(script.tick())).containsExactly("place gang on n01×8 n02×8");
    }

    @Test
    void shouldPromiseTheEndOfAnAttemptThatHasNotStartedByItsLatestStart() {
        PoolScript script = PolicyDraft.easy().script().at(0);
        nodes(script, 1).submit("first", others(8, HOUR));
        script.tick();
        script.submit("next", limited(8, HOUR));
        assertThat(Told.starts(script.tick())).containsExactly("promise next by " + (START_WITHIN_S + HOUR + SLACK));
        script.at(20).started("first", 1);
        assertThat(Told.of(script.tick())).containsExactly("keep n01×8 for next at " + (20 + HOUR + SLACK));
        assertThat(script.pool().job("next").promise())
                .extracting(Promise::startBy)
                .isEqualTo(START + (START_WITHIN_S + HOUR + SLACK) * 1000);
    }

    @Test
    void shouldNotFallBehindThosePromisedLaterWhenOneIsLate() {
        PoolScript script = PolicyDraft.conservative(5).script().at(0);
        nodes(script, 1).submit("first", others(8, 1000L));
        script.tick();
        script.started("first", 1).submit("brief", limited(8, 100)).at(1).submit("long", others(8, 10 * HOUR));
        script.tell(new PoolInput.PriorityOverridden(START, "brief", "user:ada", "demo"));
        long behind = 1000 + SLACK + START_WITHIN_S + 100 + SLACK;
        assertThat(Told.starts(script.tick()))
                .containsExactly("promise brief by " + (1000 + SLACK), "promise long by " + behind);
        List<PoolEvent> decided = new ArrayList<>();
        for (long second = 10; second <= 1000 + SLACK; second += 10) {
            script.at(second).heartbeat("first", 1);
            decided.addAll(script.tick());
        }
        assertThat(Told.starts(decided))
                .containsExactly(
                        "revise brief from " + (1000 + SLACK) + " to " + (1000 + 2 * SLACK) + ": LIMIT_OVERRUN",
                        "revise long from " + behind + " to " + (behind + SLACK) + ": LIMIT_OVERRUN");
        script.at(1000 + SLACK + 7).ended("first", 1, EndKind.COMPLETED);
        assertThat(Told.starts(script.tick())).containsExactly("place brief on n01×8");
    }

    @Test
    void shouldStartThePromisedFirstAfterTimeStoodStill() {
        PoolScript script = PolicyDraft.conservative(5).script().at(0);
        nodes(script, 1).submit("first", others(8, 1000L));
        script.tick();
        script.started("first", 1).submit("a", limited(8, 1000)).at(1).submit("b", limited(8, 1000));
        script.tick();
        script.at(250).heartbeat("first", 1).tick();
        script.at(500).ended("first", 1, EndKind.COMPLETED);
        assertThat(Told.starts(script.tick(9000)).getFirst()).isEqualTo("place a on n01×8");
    }
}
