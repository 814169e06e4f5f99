package io.millrace.scheduler.domain;

import static io.millrace.scheduler.domain.PoolScript.START;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.data.Percentage.withPercentage;

import io.millrace.scheduler.domain.Attempt.EndKind;
import io.millrace.scheduler.domain.PriorityPolicy.FairShareRule;
import io.millrace.scheduler.domain.PriorityPolicy.Formula;
import io.millrace.scheduler.domain.SchedulingPolicy.QueueLimits;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PrioritiesTest {

    private static final long HOUR_MS = 3_600_000;
    private static final long DAY_MS = 24 * HOUR_MS;

    private static final JobRequest PLAIN = request("research", "ann", JobType.PRODUCTION_MODEL, null);

    private static JobRequest request(String team, String user, JobType type, @Nullable Long deadlineMs) {
        return new JobRequest("batch", team, user, 1, null, null, null, null, type, deadlineMs);
    }

    private static Member.Team team(String name, int shares, boolean deadlines, JobType... types) {
        return new Member.Team(name, shares, null, new TreeSet<>(Set.of(types)), deadlines);
    }

    private static Priorities priorities(Pool pool, long now) {
        return new Priorities(pool, requireNonNull(pool.policy()).policy(), now);
    }

    private static Priority priority(PoolScript script, String jobId, long now) {
        return priorities(script.pool(), now).of(script.pool().job(jobId));
    }

    private static PoolScript waiting(PolicyDraft policy, JobRequest request, Member... members) {
        PoolScript script = policy.script().at(0);
        for (Member member : members) {
            script.tell(new PoolInput.MemberDefined(START, member));
        }
        script.submit("job", request).tick();
        return script;
    }

    /** The account that a team's user has after {@code gpus} ran from one second to another. */
    private static PoolScript used(PoolScript script, String team, String user, int gpus, long from, long to) {
        String job = team + "/" + user + " from " + from;
        script.at(from)
                .node("node of " + job, gpus)
                .submit(job, new JobRequest("batch", team, user, gpus, null, null, null, null));
        script.tick();
        script.started(job, 1);
        for (long second = from + 10; second < to; second += 10) {
            script.at(second).heartbeat(job, 1).tick();
        }
        script.at(to).ended(job, 1, EndKind.COMPLETED).node("node of " + job, Node.Health.DRAINED);
        script.tick();
        return script;
    }

    // ---- the worked example

    @Test
    void shouldSumTheExampleTo260() {
        // Base 100, urgency 50, fair share +30, usage -20, deadline +100.
        PriorityPolicy standard = PriorityPolicy.standard();
        PriorityPolicy terms = new PriorityPolicy(
                standard.formula(),
                standard.rule(),
                100,
                50,
                30,
                100,
                2,
                PriorityPolicy.types(50, 0, 0, 0),
                100,
                standard.ageFullMs(),
                20,
                20,
                DAY_MS,
                200,
                0,
                HOUR_MS);
        PoolScript script = PolicyDraft.easy().priority(terms).script().at(0);
        script.tell(new PoolInput.MemberDefined(START, team("research", 1, true, JobType.PRODUCTION_MODEL)));
        script.node("n1", 1)
                .submit("before", request("research", "ann", JobType.SWEEP, null))
                .tick();
        script.submit("job", request("research", "ann", JobType.PRODUCTION_MODEL, START))
                .tick();
        Priority found = priority(script, "job", START);
        assertThat(found).isEqualTo(new Priority(100_000, 30_000, 100_000, 0, 50_000, 0, 0, 0, -20_000, 0));
        assertThat(found.total()).isEqualTo(260 * Priority.POINT);
    }

    // ---- what users say of themselves

    @Test
    void shouldCountNothingThatAnUnknownTeamClaims() {
        PoolScript script =
                waiting(PolicyDraft.easy(), request("made up", "ann", JobType.PRODUCTION_MODEL, START + HOUR_MS));
        Priority found = priority(script, "job", START);
        assertThat(found.type()).isZero();
        assertThat(found.deadline()).isZero();
        assertThat(found.total()).isEqualTo(found.base() + found.fairShare());
    }

    @Test
    void shouldCountATypeOnlyWhereTheTeamMayClaimIt() {
        Member.Team team = team("research", 1, false, JobType.RESEARCH);
        assertThat(priority(waiting(PolicyDraft.easy(), PLAIN, team), "job", START)
                        .type())
                .isZero();
        JobRequest claimed = request("research", "ann", JobType.RESEARCH, null);
        assertThat(priority(waiting(PolicyDraft.easy(), claimed, team), "job", START)
                        .type())
                .isEqualTo(50_000);
    }

    @ParameterizedTest
    @CsvSource({
        "0,100000",
        "3600000,99000",
        "86400000,76000",
        "360000000,0",
        "360003600,0",
        "1000000000000,0",
        "-1,100000",
        "-8640000000,100000",
        "1800000,99500",
        "1,100000",
        "3601,99999"
    })
    void shouldCountOnePointLessForEachHourBeforeADeadline(long before, long expected) {
        JobRequest due = request("research", "ann", JobType.SWEEP, START + before);
        assertThat(priority(waiting(PolicyDraft.easy(), due, team("research", 1, true)), "job", START)
                        .deadline())
                .isEqualTo(expected);
        assertThat(priority(waiting(PolicyDraft.easy(), due, team("research", 1, false)), "job", START)
                        .deadline())
                .isZero();
    }

    @Test
    void shouldKnowYearsFromTheOrganisationAlone() {
        PoolScript script = waiting(PolicyDraft.easy(), PLAIN);
        assertThat(priority(script, "job", START).seniority()).isZero();
        script.tell(new PoolInput.MemberDefined(START, new Member.User("ann", 1, 7)));
        assertThat(priority(script, "job", START).seniority()).isEqualTo(14_000);
    }

    @Test
    void shouldTakeTheTeamsOwnBase() {
        Member.Team team = new Member.Team("research", 1, 250, new TreeSet<>(), false);
        assertThat(priority(waiting(PolicyDraft.easy(), PLAIN, team), "job", START)
                        .base())
                .isEqualTo(250_000);
    }

    @Test
    void shouldAddTheQueuesBonus() {
        PolicyDraft policy = PolicyDraft.easy().queue("batch", new QueueLimits(null, null, null, 40));
        assertThat(priority(waiting(policy, PLAIN), "job", START).queue()).isEqualTo(40_000);
    }

    @Test
    void shouldCountAnOverrideOnce() {
        PoolScript script = waiting(PolicyDraft.easy(), PLAIN);
        script.tell(new PoolInput.PriorityOverridden(START, "job", "user:ada", "demo"));
        script.tell(new PoolInput.PriorityOverridden(START, "job", "user:bob", "demo"));
        assertThat(priority(script, "job", START).override()).isEqualTo(200_000);
    }

    @Test
    void shouldIgnoreAnOverrideOfAJobThatIsNotThere() {
        PoolScript script = PolicyDraft.easy().script().at(0);
        script.tell(new PoolInput.PriorityOverridden(START, "job", "user:ada", "demo"));
        script.submit("job", PLAIN).tick();
        assertThat(priority(script, "job", START).override()).isZero();
    }

    // ---- age

    @ParameterizedTest
    @CsvSource({"0,0", "-5000,0", "604800,100", "302400000,50000", "604800000,100000", "6048000000,100000"})
    void shouldGrowWithAgeUpToItsCap(long waited, long expected) {
        PoolScript script = waiting(PolicyDraft.easy(), PLAIN);
        assertThat(priority(script, "job", START + waited).age()).isEqualTo(expected);
    }

    @Test
    void shouldNotOverflowWithTheLargestPoints() {
        PoolScript script = waiting(PolicyDraft.easy().age(1_000_000, 365 * DAY_MS), PLAIN);
        assertThat(priority(script, "job", START + 73 * DAY_MS).age()).isEqualTo(200_000_000);
        assertThat(priority(script, "job", START + 3_650 * DAY_MS).age()).isEqualTo(1_000_000_000);
    }

    @Test
    void shouldKeepTheAgeOfAJobThatIsRequeued() {
        PoolScript script = PolicyDraft.easy().script().at(0).node("n1", 1);
        script.submit("job", PLAIN).tick();
        script.started("job", 1).at(604).node("n1", Node.Health.DOWN).tick();
        assertThat(priority(script, "job", START + 604_800).age()).isEqualTo(100);
    }

    // ---- usage

    @Test
    void shouldGiveTheFullShareToATeamThatUsedNothing() {
        assertThat(priority(waiting(PolicyDraft.easy(), PLAIN), "job", START).fairShare())
                .isEqualTo(200_000);
    }

    @Test
    void shouldGiveNothingToATeamWithoutShares() {
        PoolScript script = waiting(PolicyDraft.easy(), PLAIN, team("research", 0, false));
        assertThat(priority(script, "job", START).fairShare()).isZero();
    }

    @Test
    void shouldDivideTheAverageUsageByTheTeams() {
        PoolScript script = PolicyDraft.easy().script();
        script.at(0).tell(new PoolInput.MemberDefined(START, team("research", 1, false)));
        script.tell(new PoolInput.MemberDefined(START, team("vision", 1, false)));
        used(script, "research", "ann", 6, 0, 600);
        used(script, "vision", "ben", 2, 610, 1210);
        script.submit("job", PLAIN)
                .submit("other", request("vision", "ben", JobType.SWEEP, null))
                .tick();
        // 6 and 2 of 8: the average is 4, so 50 · 4/6 and 50 · 4/2, but for what decayed in ten minutes.
        assertThat(priority(script, "job", START + 1_210_000).fairShare()).isBetween(33_300L, 33_400L);
        assertThat(priority(script, "other", START + 1_210_000).fairShare()).isBetween(99_900L, 100_000L);
        // With shares of 3 and 1 both have had just their parts.
        script.tell(new PoolInput.MemberDefined(START, team("research", 3, false)));
        assertThat(priority(script, "job", START + 1_210_000).fairShare()).isBetween(50_000L, 50_030L);
        assertThat(priority(script, "other", START + 1_210_000).fairShare()).isBetween(49_900L, 50_000L);
    }

    @Test
    void shouldHalveUsageWithEachHalfLife() {
        PoolScript script = PolicyDraft.easy().script();
        used(script, "research", "ann", 4, 0, 600);
        UserAccount account = script.pool().accounts().iterator().next();
        double then = account.usage().decayedGpuSeconds(START + 600_000);
        for (long after : new long[] {1, DAY_MS, UsageAccount.HALF_LIFE_MS, 5 * UsageAccount.HALF_LIFE_MS}) {
            assertThat(account.usage().decayedGpuSeconds(START + 600_000 + after))
                    .isCloseTo(then * Math.pow(2, -(double) after / UsageAccount.HALF_LIFE_MS), withPercentage(1e-7));
        }
        assertThat(account.usage().gpuMs()).isEqualTo(4 * 600_000);
    }

    @Test
    void shouldWeighUsageByGpuType() {
        PoolScript script = PolicyDraft.easy().weight("A100", 2500).script();
        script.at(0).node("a", 2, "A100").node("v", 2, "V100");
        script.submit("job-a", new JobRequest("batch", "research", "ann", 2, "A100", null, null, null));
        script.submit("job-v", new JobRequest("batch", "vision", "ben", 2, "V100", null, null, null));
        script.tick();
        script.started("job-a", 1).started("job-v", 1).tick(10);
        List<Double> usage = script.pool().accounts().stream()
                .map(account -> account.usage().decayedGpuSeconds(START + 60_000))
                .toList();
        assertThat(usage.get(0) / usage.get(1)).isEqualTo(2.5, within(1e-9));
    }

    @Test
    void shouldTakeOffWhatAUserPlacedOfLateUpToTheCap() {
        PoolScript script =
                PolicyDraft.easy().penalty(10, 25, DAY_MS).script().at(0).node("n1", 8);
        // Of both teams, since it is the same user: another team is no way around.
        script.submit("a", request("research", "ann", JobType.SWEEP, null));
        script.submit("b", request("vision", "ann", JobType.SWEEP, null)).tick();
        assertThat(penalty(script, START)).isEqualTo(-20_000);
        assertThat(penalty(script, START + DAY_MS)).isEqualTo(-10_000);
        script.submit("c", request("vision", "ann", JobType.SWEEP, null)).tick();
        assertThat(penalty(script, START)).isEqualTo(-25_000);
    }

    private static long penalty(PoolScript script, long now) {
        Job asked = Job.submitted("asked", "event", START, request("research", "ann", JobType.SWEEP, null));
        return priorities(script.pool(), now).of(asked).usagePenalty();
    }

    // ---- formulas

    @Test
    void shouldDivideTheBaseUnderTheQuotient() {
        PolicyDraft policy = PolicyDraft.easy().formula(Formula.QUOTIENT).shortness(500, HOUR_MS);
        PoolScript script = policy.script();
        used(script, "research", "ann", 4, 0, 600);
        script.submit("job", PLAIN);
        script.submit("other", request("vision", "ann", JobType.PRODUCTION_MODEL, START));
        script.tell(new PoolInput.PriorityOverridden(START, "job", "user:ada", "demo"));
        script.tick();
        // Of two teams of one share each one used all, twice its part, and the other nothing.
        script.tell(new PoolInput.MemberDefined(START, team("vision", 1, true, JobType.PRODUCTION_MODEL)));
        assertThat(priority(script, "job", START + 600_000)).isEqualTo(Priority.ofBase(33_333));
        assertThat(priority(script, "other", START + 600_000)).isEqualTo(Priority.ofBase(100_000));
        Priorities priorities = priorities(script.pool(), START + 600_000);
        assertThat(priorities.shortness(new RunLengths.Of("ann", PLAIN.shape())))
                .isZero();
    }

    @Test
    void shouldCountShortnessOnlyAmongThoseThatPass() {
        PoolScript script = PolicyDraft.easy().shortness(60, HOUR_MS).script();
        used(script, "research", "ann", 1, 0, 1800);
        script.at(2000).submit("job", PLAIN).tick();
        Priority found = priority(script, "job", START + 2_000_000);
        assertThat(found.shortness()).isEqualTo(40_000);
        assertThat(found.total()).isEqualTo(found.base() + found.fairShare() + found.age() + found.usagePenalty());
    }

    @ParameterizedTest
    @EnumSource(FairShareRule.class)
    void shouldNotDependOnTheOrderInWhichAccountsCameToBe(FairShareRule rule) {
        List<PoolEntity> entities = new ArrayList<>(List.of(
                account("research", "ann", 100.1),
                account("research", "ben", 0.3),
                account("vision", "ann", 7.7),
                account("vision", "cem", 1e6 / 3),
                account("robotics", "dan", Math.PI)));
        PoolScript script = waiting(PolicyDraft.easy().rule(rule), PLAIN);
        entities.add(new PoolEntity.JobEntity(script.pool().job("job")));
        entities.add(requireNonNull(script.pool().policy()));
        entities.add(script.pool().header());
        List<Priority> found = new ArrayList<>();
        for (int i = 0; i < entities.size(); i++) {
            Collections.rotate(entities, 1);
            Pool pool = Pool.restore(entities);
            found.add(priorities(pool, START).of(pool.job("job")));
        }
        assertThat(Set.copyOf(found)).hasSize(1);
    }

    @Test
    void shouldRankAUserWhoseOnlyJobHasAPromise() {
        PoolScript script = PolicyDraft.easy().rule(FairShareRule.FAIR_TREE).script();
        script.at(0).node("n1", 1).tell(new PoolInput.MemberDefined(START, team("none", 0, false)));
        script.submit("runs", request("research", "ann", JobType.SWEEP, null)).tick();
        script.submit("promised", request("none", "zoe", JobType.SWEEP, null));
        script.tick();
        script.submit("waits", request("research", "ben", JobType.SWEEP, null)).tick();
        assertThat(script.pool().job("promised").promise()).isNotNull();
        // Last of ann, ben and zoe.
        assertThat(priority(script, "promised", START).fairShare()).isEqualTo(66_667);
        assertThat(priority(script, "waits", START).fairShare()).isEqualTo(200_000);
    }

    private static PoolEntity account(String team, String user, double gpus) {
        return new PoolEntity.AccountEntity(
                new UserAccount(team, user, new UsageAccount(0, 0, 0, -gpus, START), 1 / 3.0, START));
    }
}
