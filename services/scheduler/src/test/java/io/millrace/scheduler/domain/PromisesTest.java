package io.millrace.scheduler.domain;

import static io.millrace.scheduler.domain.PoolScript.START;
import static io.millrace.scheduler.domain.PoolScript.START_WITHIN_S;
import static io.millrace.scheduler.domain.PoolScript.limited;
import static io.millrace.scheduler.domain.PoolScript.of;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.scheduler.domain.Attempt.EndKind;
import io.millrace.scheduler.domain.Node.Health;
import io.millrace.scheduler.domain.SchedulingPolicy.QueueLimits;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PromisesTest {

    private static final long MINUTE = 60;
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

    // ---- the worked example

    @Test
    void shouldBackfillTheExampleAndKeepTheHeadsStart() {
        PoolScript script = PolicyDraft.easy().script().at(0);
        nodes(script, 12).node("n13", 4).submit("busy", others(56, 2 * HOUR - SLACK));
        script.submit("rest", new JobRequest("batch", "vision", "ben", 4, null, null, (2 * HOUR - SLACK) * 1000, null));
        script.tick();
        assertThat(script.pool().gpusHeld()).isEqualTo(60);
        script.started("busy", 1).started("rest", 1).submit("head", limited(64, 24 * HOUR));
        assertThat(Told.starts(script.tick())).containsExactly("promise head by 7200");

        script.submit("hour", limited(8, HOUR)).submit("half", limited(4, 30 * MINUTE));
        assertThat(Told.starts(script.tick())).containsExactly("place half on n08×4", "place hour on n09×8");
        assertThat(script.pool().job("head").promise())
                .extracting(Promise::startBy)
                .isEqualTo(START + 7_200_000);
        script.started("hour", 1).started("half", 1);

        List<PoolEvent> decided = new ArrayList<>();
        for (long second = 300; second < 2 * HOUR; second += 300) {
            script.at(second).heartbeat("busy", 1).heartbeat("rest", 1);
            if (second <= HOUR) {
                script.heartbeat("hour", 1);
            }
            if (second <= 30 * MINUTE) {
                script.heartbeat("half", 1);
            }
            if (second == 30 * MINUTE) {
                script.ended("half", 1, EndKind.COMPLETED);
            }
            if (second == HOUR) {
                script.ended("hour", 1, EndKind.COMPLETED);
            }
            decided.addAll(script.tick());
        }
        assertThat(Told.starts(decided)).isEmpty();
        script.at(2 * HOUR).ended("busy", 1, EndKind.COMPLETED).ended("rest", 1, EndKind.COMPLETED);
        assertThat(Told.starts(script.tick()))
                .containsExactly("place head on n01×8 n02×8 n03×8 n04×8 n05×8 n06×8 n07×8 n08×8");
    }

    @Test
    void shouldLetALongJobHaveWhatTheHeadLeaves() {
        PoolScript script = PolicyDraft.easy().script().at(0);
        nodes(script, 4).submit("busy", others(16, HOUR));
        script.tick();
        script.started("busy", 1).submit("head", limited(24, HOUR)).tick();
        // The head will take n01, n02 and n03; n04 it leaves.
        script.submit("long", others(8, null)).submit("longer", others(8, null));
        assertThat(Told.starts(script.tick())).containsExactly("place long on n04×8");
        assertThat(script.pool().job("longer").reasons()).containsExactly(PendingReason.RESERVED_FOR);
        assertThat(script.pool().job("longer").reservedFor()).isEqualTo("head");
    }

    @Test
    void shouldLetAJobPassThatIsJustOverInTime() {
        PoolScript script = PolicyDraft.easy().script().at(0);
        nodes(script, 2).submit("busy", others(8, HOUR));
        script.tick();
        script.started("busy", 1).submit("head", limited(16, HOUR)).tick();
        long room = HOUR + SLACK - START_WITHIN_S - SLACK;
        script.submit("over", others(8, room + 1));
        assertThat(Told.starts(script.tick())).isEmpty();
        assertThat(script.pool().job("over").reservedFor()).isEqualTo("head");
        script.submit("just", others(8, room));
        assertThat(Told.starts(script.tick())).containsExactly("place just on n02×8");
    }

    // ---- what a promise withstands

    @Test
    void shouldKeepAPromiseAgainstALaterJobOfHigherPriority() {
        PoolScript script = promised(PolicyDraft.easy());
        script.submit("urgent", others(16, HOUR));
        script.tell(new PoolInput.PriorityOverridden(START, "urgent", "user:ada", "demo"));
        assertThat(Told.starts(script.tick())).isEmpty();
        script.at(10 * MINUTE).ended("first", 1, EndKind.COMPLETED);
        assertThat(Told.starts(script.tick()))
                .containsExactly(
                        "place gang on n01×8 n02×8",
                        "promise urgent by " + (10 * MINUTE + START_WITHIN_S + HOUR + SLACK));
    }

    @Test
    void shouldNotBePassedByWhatWouldDelayIt() {
        PoolScript script = promised(PolicyDraft.easy());
        script.submit("small", others(1, 10L));
        assertThat(Told.starts(script.tick())).isEmpty();
        assertThat(script.pool().job("small").reasons()).containsExactly(PendingReason.INSUFFICIENT_GPUS);
        script.node("n03", 8);
        assertThat(Told.starts(script.tick())).containsExactly("place small on n03×1");
    }

    @Test
    void shouldKeepAPromiseWhenOthersAreCancelled() {
        PoolScript script = promised(PolicyDraft.conservative(5));
        script.submit("behind", others(16, HOUR));
        assertThat(Told.starts(script.tick()))
                .containsExactly("promise behind by " + (HOUR + SLACK + START_WITHIN_S + HOUR + SLACK));
        script.cancel("gang");
        assertThat(Told.of(script.tick()))
                .contains("end gang: CANCELLED", "keep n01×8 n02×8 for behind at " + (HOUR + SLACK))
                .noneMatch(told -> told.startsWith("revise"));
        assertThat(script.pool().job("behind").promise())
                .extracting(Promise::startBy)
                .isEqualTo(START + (HOUR + SLACK + START_WITHIN_S + HOUR + SLACK) * 1000);
    }

    @Test
    void shouldFreeWhatWasKeptForACancelledJob() {
        PoolScript script = PolicyDraft.easy().script().at(0);
        nodes(script, 2).submit("first", others(8, HOUR));
        script.tick();
        script.started("first", 1).submit("gang", limited(16, HOUR)).submit("small", limited(8, 24 * HOUR));
        assertThat(Told.starts(script.tick())).containsExactly("promise gang by " + (HOUR + SLACK));
        assertThat(script.pool().job("small").reservedFor()).isEqualTo("gang");
        script.cancel("gang");
        assertThat(Told.starts(script.tick())).containsExactly("place small on n02×8");
    }

    @Test
    void shouldStartALargeGangUnderAnEndlessStreamOfSmallJobs() {
        PoolScript script = PolicyDraft.easy().script().at(0);
        nodes(script, 4);
        int jobs = 0;
        for (; jobs < 40; jobs++) {
            script.submit("small-" + jobs, others(1, 10 * MINUTE));
        }
        script.tick();
        script.submit("gang", limited(32, HOUR));
        List<String> told = new ArrayList<>();
        long promised = 0;
        for (long second = 10; promised == 0 || second <= promised; second += 10) {
            script.at(second);
            for (Job job : List.copyOf(script.pool().jobs())) {
                Attempt attempt = job.active();
                if (attempt != null && attempt.startedAt() == null) {
                    script.started(job.id(), 1);
                } else if (attempt != null && START + second * 1000 >= attempt.placedAt() + 600_000) {
                    script.ended(job.id(), 1, EndKind.COMPLETED);
                } else if (attempt != null && second % 60 == 0) {
                    script.heartbeat(job.id(), 1);
                }
            }
            for (int i = 0; i < 4; i++) {
                script.submit("small-" + jobs++, others(1, (1 + i) * MINUTE));
            }
            for (String one : Told.starts(script.tick())) {
                if (one.startsWith("promise gang by ")) {
                    promised = (long) Double.parseDouble(one.substring("promise gang by ".length()));
                }
                if (one.contains("gang")) {
                    told.add(one.replaceFirst(" by .*| on .*", ""));
                }
            }
        }
        assertThat(told).containsExactly("promise gang", "place gang");
        assertThat(promised).isLessThan(30 * MINUTE);
    }

    // ---- how many are promised

    @Test
    void shouldPromiseOneStartUnderEasyAndManyUnderConservative() {
        PoolScript easy = promised(PolicyDraft.easy());
        easy.submit("second", others(16, HOUR)).submit("third", others(16, HOUR));
        assertThat(Told.starts(easy.tick())).isEmpty();

        PoolScript conservative = promised(PolicyDraft.conservative(3));
        for (String job : List.of("second", "third", "fourth")) {
            conservative.submit(job, others(16, HOUR));
        }
        long each = START_WITHIN_S + HOUR + SLACK;
        assertThat(Told.starts(conservative.tick()))
                .containsExactlyInAnyOrder(
                        "promise fourth by " + (HOUR + SLACK + each), "promise second by " + (HOUR + SLACK + 2 * each));
    }

    @Test
    void shouldPromiseTheNextOfTheSameUserInTheSameCycle() {
        PoolScript script = promised(PolicyDraft.conservative(3));
        script.submit("x1", others(16, HOUR)).at(1).submit("x2", others(16, HOUR));
        script.submit("y", of("robotics", "eve", 16));
        script.tell(new PoolInput.PriorityOverridden(START, "x1", "user:ada", "demo"));
        script.tell(new PoolInput.PriorityOverridden(START, "x2", "user:ada", "demo"));
        assertThat(Told.starts(script.tick()))
                .extracting(told -> told.replaceFirst(" by .*", ""))
                .containsExactly("promise x1", "promise x2");
    }

    // ---- jobs without a limit

    @Test
    void shouldHoldGpusBehindAJobWithoutALimitAndPromiseOnceItCan() {
        PoolScript script = PolicyDraft.easy().script().at(0);
        nodes(script, 2).submit("endless", others(8, null)).submit("short", others(8, HOUR));
        script.tick();
        script.started("endless", 1).started("short", 1).submit("gang", limited(16, HOUR));
        assertThat(Told.of(script.tick()))
                .containsExactly("queue gang", "hold n01×8 n02×8 for gang", "gang waits for INSUFFICIENT_GPUS");
        script.at(1).ended("short", 1, EndKind.COMPLETED).submit("small", others(1, 10L));
        assertThat(Told.starts(script.tick())).isEmpty();
        assertThat(script.pool().job("small").reservedFor()).isEqualTo("gang");

        SchedulingPolicy limits = PolicyDraft.easy()
                .queue("batch", new QueueLimits(null, 2 * HOUR * 1000))
                .made();
        script.adopt(limits);
        assertThat(Told.starts(script.tick(2)))
                .containsExactly("promise gang by " + (2 * HOUR + SLACK), "place small on n02×1");
    }

    @Test
    void shouldStartAHeldGangOnceTheEndlessJobEnds() {
        PoolScript script = PolicyDraft.easy().script().at(0);
        nodes(script, 2).submit("endless", others(8, null));
        script.tick();
        script.started("endless", 1).submit("gang", limited(16, HOUR)).submit("long", others(8, null));
        assertThat(Told.starts(script.tick())).isEmpty();
        script.at(100).ended("endless", 1, EndKind.COMPLETED);
        assertThat(Told.starts(script.tick()))
                .containsExactly(
                        "place gang on n01×8 n02×8", "promise long by " + (100 + START_WITHIN_S + HOUR + SLACK));
    }

    @Test
    void shouldHoldGpusBehindThoseWhoWerePromisedThem() {
        PoolScript script = PolicyDraft.conservative(5).script().at(0);
        nodes(script, 2).submit("a-limited", others(8, 1000L)).submit("b-endless", others(8, null));
        assertThat(Told.starts(script.tick())).containsExactly("place a-limited on n01×8", "place b-endless on n02×8");
        script.started("a-limited", 1).started("b-endless", 1);
        script.at(1).submit("one", limited(8, 1000)).at(2).submit("both", limited(16, 500));
        script.tell(new PoolInput.PriorityOverridden(START, "one", "user:ada", "demo"));
        assertThat(Told.of(script.tick())).contains("promise one by " + (1000 + SLACK), "hold n01×8 n02×8 for both");
        script.submit("tiny", others(1, 1L));
        assertThat(Told.starts(script.tick(10))).isEmpty();
        script.at(500).ended("a-limited", 1, EndKind.COMPLETED);
        assertThat(Told.starts(script.tick())).containsExactly("place one on n01×8");
    }

    // ---- nodes and quotas

    @Test
    void shouldNeverPlanOnNodesThatTakeNothingNew() {
        PoolScript script = PolicyDraft.easy().script().at(0);
        nodes(script, 3)
                .submit("a", others(8, HOUR))
                .submit("b", others(8, 2 * HOUR))
                .submit("c", others(8, 3 * HOUR));
        script.tick();
        script.started("a", 1).started("b", 1).started("c", 1).node("n01", Health.DRAINED);
        script.submit("next", limited(8, HOUR));
        assertThat(Told.starts(script.tick())).containsExactly("promise next by " + (2 * HOUR + SLACK));
    }

    @Test
    void shouldPlanGpusOnEachNodeOfAFragmentedPool() {
        PoolScript script = PolicyDraft.easy().script().at(0);
        nodes(script, 3)
                .submit("a", others(6, HOUR))
                .submit("b", others(6, 2 * HOUR))
                .submit("c", others(6, 3 * HOUR));
        script.tick();
        script.started("a", 1).started("b", 1).started("c", 1);
        script.submit("spread", new JobRequest("batch", "research", "ann", 8, null, 4, HOUR * 1000, null));
        assertThat(Told.of(script.tick()))
                .containsExactly(
                        "queue spread",
                        "keep n01×4 n02×4 for spread at " + (2 * HOUR + SLACK),
                        "promise spread by " + (2 * HOUR + SLACK),
                        "spread waits for INSUFFICIENT_GPUS");
        // What it leaves of a node is for others, however long.
        script.submit("long", others(2, null));
        assertThat(Told.starts(script.tick())).containsExactly("place long on n01×2");
    }

    @Test
    void shouldCountWholeNodesThatAreKeptAgainstAQuota() {
        PoolScript script = PolicyDraft.easy().perUser(16).script().at(0);
        nodes(script, 2).node("n03", 4).submit("first", others(16, HOUR));
        script.tick();
        script.started("first", 1).submit("gang", limited(9, HOUR));
        assertThat(Told.starts(script.tick())).containsExactly("promise gang by " + (HOUR + SLACK));
        script.submit("small", limited(4, 10));
        assertThat(Told.starts(script.tick())).isEmpty();
        assertThat(script.pool().job("small").reasons()).containsExactly(PendingReason.QUOTA_USER);
        script.at(100).ended("first", 1, EndKind.COMPLETED);
        assertThat(Told.starts(script.tick())).containsExactly("place gang on n01×8 n02×8");
    }

    @Test
    void shouldPromiseNothingToAJobThatAQuotaHoldsBack() {
        PoolScript script = PolicyDraft.easy().perTeam(16).script().at(0);
        nodes(script, 3).submit("first", limited(16, HOUR)).submit("mate", limited(16, HOUR));
        script.submit("other", others(16, HOUR));
        assertThat(Told.starts(script.tick()))
                .containsExactly("place first on n01×8 n02×8", "promise other by " + (START_WITHIN_S + HOUR + SLACK));
        assertThat(script.pool().job("mate").reasons())
                .containsExactly(PendingReason.QUOTA_TEAM, PendingReason.INSUFFICIENT_GPUS);
    }

    // ---- start SLAs

    @Test
    void shouldTellAMissedStartOnceAndOnlyWhenItIsMissed() {
        PoolScript script = PolicyDraft.easy()
                .queue("batch", new QueueLimits(null, null, 300_000L, 0))
                .script()
                .at(0);
        nodes(script, 1).submit("first", others(8, HOUR));
        script.tick();
        script.started("first", 1).submit("late", limited(8, HOUR)).tick();
        script.heartbeat("first", 1);
        assertThat(Told.of(script.tick(300))).isEmpty();
        assertThat(Timers.next(script.pool())).contains(START + 300_001);
        assertThat(Told.of(script.tick(310))).containsExactly("miss late due 300");
        assertThat(Told.of(script.tick(320))).isEmpty();
    }

    @Test
    void shouldNotCallAStartLateThatWasInTimeBecauseTheJobMovedLater() {
        PoolScript script = PolicyDraft.easy()
                .queue("batch", new QueueLimits(null, null, 300_000L, 0))
                .script()
                .at(0);
        nodes(script, 2).submit("a", limited(8, HOUR)).tick();
        script.started("a", 1).at(400).node("n01", Health.DOWN);
        assertThat(Told.of(script.tick())).containsExactly("requeue a: NODE_LOST", "place a on n02×8");
        script.started("a", 2).at(500).node("n02", Health.DOWN);
        script.tick();
        assertThat(Told.of(script.tick(2000))).noneMatch(told -> told.startsWith("miss"));
    }
}
