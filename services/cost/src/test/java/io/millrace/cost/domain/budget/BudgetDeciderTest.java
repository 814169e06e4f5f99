package io.millrace.cost.domain.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class BudgetDeciderTest {

    private static final long DAY = BudgetAccount.DAY_MS;
    private static final Scope ORG = new Scope("acme");
    private static final Scope TEAM = new Scope("acme/vision");
    private static final Scope PROJECT = new Scope("acme/vision/lanes");

    private final BudgetDecider decider = new BudgetDecider();
    private BudgetBook book = decider.initialState();
    private int ids;

    private List<BudgetEvent> hear(BudgetInput input) {
        List<BudgetEvent> events = new ArrayList<>();
        book = decider.evolve(book, input);
        decider.decide(book, input).forEachRemaining(event -> {
            book = decider.evolveDecided(book, event);
            events.add(event);
        });
        return events;
    }

    private List<BudgetEvent> set(String id, Scope scope, long limit) {
        return hear(new BudgetInput.BudgetSet("set" + ids++, new Budget(id, scope, 0, 30 * DAY, limit), 0));
    }

    private List<BudgetEvent> ask(String job, Scope scope, long micros, boolean critical) {
        return hear(new BudgetInput.ReservationAsked(job, scope, micros, critical, 5));
    }

    private List<BudgetEvent> spend(String job, Scope scope, long micros, long at) {
        return hear(new BudgetInput.Spent("spent" + ids++, job, scope, micros, at));
    }

    @Test
    void shouldReserveAtEveryLevel() {
        set("o", ORG, 1_000);
        set("t", TEAM, 500);

        assertThat(ask("a", PROJECT, 400, false))
                .containsExactly(new BudgetEvent.Reserved("a", List.of("o", "t"), 400, false, 5));
        assertThat(ask("b", PROJECT, 101, false)).containsExactly(new BudgetEvent.Refused("b", TEAM, 1, 5));
        assertThat(ask("c", new Scope("acme/speech"), 601, false))
                .containsExactly(new BudgetEvent.Refused("c", ORG, 1, 5));
        assertThat(ask("d", new Scope("acme/speech"), 600, false))
                .containsExactly(new BudgetEvent.Reserved("d", List.of("o"), 600, false, 5));
        assertThat(ask("e", PROJECT, 101, false)).containsExactly(new BudgetEvent.Refused("e", ORG, 101, 5));
    }

    @Test
    void shouldSayWhereNothingLimitsAJob() {
        set("t", TEAM, 500);

        assertThat(ask("a", new Scope("acme/speech"), 400, false)).containsExactly(new BudgetEvent.NoBudget("a", 5));
        assertThat(ask("b", new Scope("acme/visions"), 9_000, false)).containsExactly(new BudgetEvent.NoBudget("b", 5));
        assertThat(hear(new BudgetInput.ReservationAsked("c", TEAM, 9_000, false, 30 * DAY)))
                .as("its period is over")
                .containsExactly(new BudgetEvent.NoBudget("c", 30 * DAY));
    }

    @Test
    void shouldAnswerOnce() {
        set("t", TEAM, 500);
        assertThat(ask("a", TEAM, 400, false)).hasSize(1);
        assertThat(ask("a", TEAM, 400, false)).isEmpty();
        assertThat(book.account("t").reservedMicros()).isEqualTo(400);
    }

    @Test
    void shouldDrawSpendingFromWhatIsKept() {
        set("t", TEAM, 500);
        ask("a", TEAM, 400, false);
        spend("a", PROJECT, 150, 6);

        assertThat(book.account("t").spentMicros()).isEqualTo(150);
        assertThat(book.account("t").reservedMicros()).isEqualTo(250);
    }

    @Test
    void shouldReleaseAtTheEndWhatIsNotNeededAndKeepWhatIsYetToBeSaid() {
        set("t", TEAM, 500);
        ask("a", TEAM, 400, false);
        spend("a", TEAM, 100, 6);

        assertThat(hear(new BudgetInput.JobEnded("a", 160, 7))).containsExactly(new BudgetEvent.Released("a", 240, 7));
        assertThat(book.account("t").reservedMicros()).isEqualTo(60);
        assertThat(hear(new BudgetInput.JobEnded("a", 160, 8))).isEmpty();

        spend("a", TEAM, 60, 6);
        assertThat(book.account("t").spentMicros()).isEqualTo(160);
        assertThat(book.account("t").reservedMicros()).isZero();
    }

    @Test
    void shouldReleaseWhatIsAskedForAJobThatIsOver() {
        set("t", TEAM, 500);
        hear(new BudgetInput.JobEnded("a", 40, 4));

        assertThat(ask("a", TEAM, 400, false))
                .containsExactly(
                        new BudgetEvent.Reserved("a", List.of("t"), 400, false, 5),
                        new BudgetEvent.Released("a", 360, 5));
        assertThat(book.account("t").reservedMicros()).isEqualTo(40);
    }

    @Test
    void shouldTellOfEachThresholdAndStopJobsThatAreNotCritical() {
        set("t", TEAM, 1_000);
        ask("b", TEAM, 100, false);
        ask("a", PROJECT, 100, false);
        ask("c", TEAM, 100, true);
        ask("over", TEAM, 100, false);
        hear(new BudgetInput.JobEnded("over", 0, 6));

        assertThat(spend("", TEAM, 749, 7)).isEmpty();
        assertThat(spend("", TEAM, 1, 7)).containsExactly(crossed(Threshold.AT_75, 750));
        assertThat(spend("", TEAM, 150, 7))
                .containsExactly(crossed(Threshold.AT_80, 900), crossed(Threshold.AT_90, 900));
        assertThat(spend("a", PROJECT, 60, 7))
                .containsExactly(
                        crossed(Threshold.AT_95, 960),
                        new BudgetEvent.StopAsked("a", "t", 7),
                        new BudgetEvent.StopAsked("b", "t", 7));
        assertThat(Threshold.AT_80.severity()).isEqualTo(Threshold.Severity.WARNING);
        assertThat(Threshold.AT_95.severity()).isEqualTo(Threshold.Severity.CRITICAL);

        hear(new BudgetInput.JobEnded("a", 60, 8));
        hear(new BudgetInput.JobEnded("b", 0, 8));
        hear(new BudgetInput.JobEnded("c", 0, 8));
        assertThat(ask("d", TEAM, 10, false)).containsExactly(new BudgetEvent.Refused("d", TEAM, 10, 5));
        assertThat(ask("e", TEAM, 10, true)).containsExactly(new BudgetEvent.Reserved("e", List.of("t"), 10, true, 5));
        assertThat(spend("", TEAM, 40, 9))
                .containsExactly(new BudgetEvent.ThresholdCrossed("t", Threshold.AT_100, 1_000, 1_000, 9));
    }

    private static BudgetEvent crossed(Threshold threshold, long spent) {
        return new BudgetEvent.ThresholdCrossed("t", threshold, spent, 1_000, 7);
    }

    @Test
    void shouldNotTellTwiceWhenACostIsTakenBackAndComesAgain() {
        set("t", TEAM, 1_000);
        spend("", TEAM, 760, 7);
        spend("", TEAM, -100, 7);
        assertThat(spend("", TEAM, 100, 7)).isEmpty();
    }

    @Test
    void shouldCountFromTheNewLimitWhenABudgetIsChanged() {
        set("t", TEAM, 1_000);
        spend("", TEAM, 950, 7);
        assertThat(set("t", TEAM, 2_000)).isEmpty();
        assertThat(ask("a", TEAM, 1_050, false)).hasOnlyElementsOfType(BudgetEvent.Reserved.class);
        assertThat(set("t", TEAM, 1_200))
                .containsExactly(new BudgetEvent.ThresholdCrossed("t", Threshold.AT_75, 950, 1_200, 0));
    }

    @Test
    void shouldForecastTheEndOfThePeriod() {
        set("t", TEAM, 3_000);
        spend("", TEAM, 1_200, DAY);

        assertThat(book.account("t").forecast(10 * DAY))
                .isEqualTo(new BudgetAccount.Forecast(3_600, OptionalLong.of(25 * DAY)));
        assertThat(book.account("t").forecast(15 * DAY))
                .isEqualTo(new BudgetAccount.Forecast(2_400, OptionalLong.empty()));
        assertThat(book.account("t").forecast(0)).isEqualTo(new BudgetAccount.Forecast(1_200, OptionalLong.empty()));
        assertThat(book.account("t").forecast(90 * DAY))
                .isEqualTo(new BudgetAccount.Forecast(1_200, OptionalLong.empty()));
    }

    @Test
    void shouldTellOfADayThatCostsMoreThanTwiceTheAverage() {
        set("t", TEAM, 1_000_000);
        spend("", TEAM, 100, 0);
        spend("", TEAM, 500, DAY);
        spend("", TEAM, 300, 3 * DAY);

        assertThat(spend("", TEAM, 450, 4 * DAY))
                .as("twice the average, no more")
                .isEmpty();
        assertThat(spend("", TEAM, 1, 4 * DAY + 9))
                .containsExactly(new BudgetEvent.SpendSpiked("t", 4 * DAY, 451, 225, 4 * DAY + 9));
        assertThat(spend("", TEAM, 1_000, 4 * DAY + 10)).as("told once").isEmpty();
    }

    @Test
    void shouldTellOfNoSpikeWithoutDaysToCompareWith() {
        set("t", TEAM, 1_000_000);
        spend("", TEAM, 1, 0);
        assertThat(spend("", TEAM, 9_000, 2 * DAY)).isEmpty();
    }

    @Test
    void shouldKnowTheLevelsOfAScope() {
        assertThat(PROJECT.levels()).containsExactly(ORG, TEAM, PROJECT);
        for (String path : List.of("", "/a", "a/", "a//b")) {
            assertThatIllegalArgumentException().isThrownBy(() -> new Scope(path));
        }
    }
}
