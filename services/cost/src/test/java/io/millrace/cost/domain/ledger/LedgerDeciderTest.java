package io.millrace.cost.domain.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cost.domain.prices.Price;
import io.millrace.cost.domain.prices.PriceKey;
import io.millrace.cost.domain.prices.PurchaseOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LedgerDeciderTest {

    private static final long HOUR = NodeLedger.HOUR_MS;
    private static final long MINUTE = 60_000;
    private static final PriceKey V100 = new PriceKey("V100", PurchaseOption.ON_DEMAND);

    private final LedgerDecider decider = new LedgerDecider("n1");
    private NodeLedger ledger = decider.initialState();

    private List<CostEvent> hear(LedgerInput... inputs) {
        List<CostEvent> events = new ArrayList<>();
        for (LedgerInput input : inputs) {
            ledger = decider.evolve(ledger, input);
            decider.decide(ledger, input).forEachRemaining(event -> {
                ledger = decider.evolveDecided(ledger, event);
                events.add(event);
            });
        }
        return events;
    }

    private static LineKey job(long hour, String job) {
        return new LineKey(hour * HOUR, "n1", new Holder.Job(job), V100);
    }

    private static LineKey idle(long hour) {
        return new LineKey(hour * HOUR, "n1", Holder.IDLE, V100);
    }

    private static LedgerInput price(String id, long micros, long effectiveAt, long publishedAt) {
        return new LedgerInput.PricePublished(new Price(id, V100, "USD", micros, effectiveAt, publishedAt));
    }

    private static LedgerInput up(long at, int gpus) {
        return new LedgerInput.NodeUp("up" + at, at, gpus, V100);
    }

    private static LedgerInput started(String job, long at, int gpus) {
        return new LedgerInput.AttemptStarted("s" + job + at, at, job, 1, gpus, V100);
    }

    private static LedgerInput ended(String job, long at) {
        return new LedgerInput.AttemptEnded("e" + job + at, at, job, 1);
    }

    private static LedgerInput tick(long at) {
        return new LedgerInput.Tick(at);
    }

    private static Amount priced(long gpuMs, long microsPerHour, long micros) {
        return new Amount(gpuMs, 0, gpuMs * microsPerHour, micros);
    }

    @Test
    void shouldSayWhatAnHourCostsWhenItIsOver() {
        assertThat(hear(price("p", 2_000_000, 0, 0), up(0, 4), started("a", 15 * MINUTE, 2), tick(HOUR - 1)))
                .isEmpty();

        assertThat(hear(tick(HOUR + 5)))
                .containsExactly(
                        new CostEvent.CostAccrued(job(0, "a"), priced(90 * MINUTE, 2_000_000, 3_000_000), HOUR + 5),
                        new CostEvent.CostAccrued(idle(0), priced(150 * MINUTE, 2_000_000, 5_000_000), HOUR + 5));

        assertThat(hear(tick(HOUR + 10), ended("a", HOUR + 30 * MINUTE), tick(2 * HOUR)))
                .containsExactly(
                        new CostEvent.CostAccrued(job(1, "a"), priced(60 * MINUTE, 2_000_000, 2_000_000), 2 * HOUR),
                        new CostEvent.CostAccrued(idle(1), priced(180 * MINUTE, 2_000_000, 6_000_000), 2 * HOUR));
    }

    @Test
    void shouldCutWhereThePriceChanges() {
        assertThat(hear(
                        price("p", 2_000_000, 0, 0),
                        price("q", 5_000_000, 45 * MINUTE, 0),
                        started("a", 0, 1),
                        ended("a", HOUR),
                        tick(HOUR)))
                .containsExactly(new CostEvent.CostAccrued(
                        job(0, "a"),
                        new Amount(HOUR, 0, 45 * MINUTE * 2_000_000 + 15 * MINUTE * 5_000_000, 2_750_000),
                        HOUR));
    }

    @Test
    void shouldCorrectByTheDifferenceWhenAPriceIsRestated() {
        hear(price("p", 2_000_000, 0, 0), started("a", 0, 1), ended("a", 2 * HOUR), tick(2 * HOUR));

        assertThat(hear(price("late", 1_500_000, HOUR, 2 * HOUR + 1), tick(3 * HOUR)))
                .containsExactly(new CostEvent.CostCorrected(
                        job(1, "a"),
                        new Amount(0, 0, -500_000 * HOUR, -500_000),
                        CostEvent.Cause.PRICE_RESTATED,
                        1,
                        3 * HOUR));
        assertThat(hear(tick(4 * HOUR))).isEmpty();
    }

    @Test
    void shouldNotSeeAPriceBeforeItIsPublished() {
        hear(price("p", 2_000_000, 0, 0), price("q", 1_000_000, 0, 90 * MINUTE), started("a", 0, 1), ended("a", HOUR));

        assertThat(hear(tick(HOUR)))
                .containsExactly(new CostEvent.CostAccrued(job(0, "a"), priced(HOUR, 2_000_000, 2_000_000), HOUR));
        assertThat(hear(tick(2 * HOUR)))
                .extracting(event -> event.amount().micros())
                .containsExactly(-1_000_000L);
    }

    @Test
    void shouldSayWhatHasNoPriceAndChargeItOncePublished() {
        assertThat(hear(started("a", 0, 2), ended("a", HOUR), tick(HOUR)))
                .containsExactly(new CostEvent.CostAccrued(job(0, "a"), new Amount(2 * HOUR, 2 * HOUR, 0, 0), HOUR));
        assertThat(hear(price("p", 0, 0, HOUR + 1), tick(2 * HOUR)))
                .as("free of charge is a price")
                .containsExactly(new CostEvent.CostCorrected(
                        job(0, "a"), new Amount(0, -2 * HOUR, 0, 0), CostEvent.Cause.PRICE_RESTATED, 1, 2 * HOUR));
    }

    @Test
    void shouldTakeBackWhatALateEndShowsToBeTooMuch() {
        hear(price("p", 2_000_000, 0, 0), up(0, 1), started("a", 0, 1), tick(3 * HOUR));

        assertThat(hear(ended("a", 90 * MINUTE), tick(3 * HOUR + 1)))
                .containsExactly(
                        corrected(job(1, "a"), -30 * MINUTE, -1_000_000),
                        accrued(idle(1), 30 * MINUTE, 1_000_000),
                        corrected(job(2, "a"), -HOUR, -2_000_000),
                        accrued(idle(2), HOUR, 2_000_000));
    }

    private static CostEvent corrected(LineKey key, long gpuMs, long micros) {
        return new CostEvent.CostCorrected(
                key, priced(gpuMs, 2_000_000, micros), CostEvent.Cause.LATE_EVENT, 1, 3 * HOUR + 1);
    }

    private static CostEvent accrued(LineKey key, long gpuMs, long micros) {
        return new CostEvent.CostAccrued(key, priced(gpuMs, 2_000_000, micros), 3 * HOUR + 1);
    }

    @Test
    void shouldEndWhatRanOnANodeThatIsGone() {
        hear(price("p", 1_000_000, 0, 0), up(0, 2), started("a", 0, 2));
        hear(new LedgerInput.NodeDown("d", 20 * MINUTE), up(50 * MINUTE, 2));

        assertThat(ledger.lines(0, HOUR, 0))
                .isEqualTo(Map.of(
                        job(0, "a"), priced(40 * MINUTE, 1_000_000, 666_667),
                        idle(0), priced(20 * MINUTE, 1_000_000, 333_333)));
    }

    @Test
    void shouldShareOutTheMicroDollarThatDoesNotDivide() {
        hear(price("p", 1, 0, 0), up(0, 3), started("a", 0, 1), ended("a", 20 * MINUTE), started("b", 0, 1));
        hear(ended("b", 20 * MINUTE));

        // Thirds of a micro-dollar for each job, and 2 and a third for the idle: 3 in all.
        assertThat(ledger.lines(0, HOUR, 0).values()).extracting(Amount::micros).containsExactly(1L, 0L, 2L);
    }

    @Test
    void shouldSayWhatARunningJobCostsSoFar() {
        hear(price("p", 6_000_000, 0, 0), started("a", 0, 1));

        assertThat(ledger.lines(0, 70 * MINUTE, 0))
                .isEqualTo(Map.of(
                        job(0, "a"), priced(HOUR, 6_000_000, 6_000_000),
                        job(1, "a"), priced(10 * MINUTE, 6_000_000, 1_000_000)));
    }

    @Test
    void shouldGiveEachEventAnIdOfItsOwn() {
        List<CostEvent> events =
                new ArrayList<>(hear(price("p", 2_000_000, 0, 0), up(0, 1), started("a", 0, 1), tick(2 * HOUR)));
        events.addAll(hear(ended("a", 90 * MINUTE), tick(3 * HOUR)));
        events.addAll(hear(price("q", 1_000_000, 0, 3 * HOUR), tick(4 * HOUR)));

        assertThat(events).extracting(CostEvent::id).doesNotHaveDuplicates();
        assertThat(events.getFirst().id()).isEqualTo("n1/0/V100/ON_DEMAND/0/job/a");
    }
}
