package io.millrace.cost.domain.statement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.millrace.cost.codec.StatementText;
import io.millrace.cost.domain.ledger.Amount;
import io.millrace.cost.domain.ledger.CostEvent;
import io.millrace.cost.domain.ledger.Holder;
import io.millrace.cost.domain.ledger.LineKey;
import io.millrace.cost.domain.prices.PriceKey;
import io.millrace.cost.domain.prices.PurchaseOption;
import io.millrace.testkit.SeededRandom;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class StatementBookTest {

    private static final long HOUR = 3_600_000;
    private static final YearMonth MARCH = YearMonth.of(2026, 3);
    private static final long BEGIN = Instant.parse("2026-03-01T00:00:00Z").toEpochMilli();
    private static final long EVER = Long.MAX_VALUE;
    private static final PriceKey KEY = new PriceKey("A100", PurchaseOption.OWN);

    private final StatementBook book = new StatementBook();
    private int ids;

    private static StatementInput accrued(String job, long hour, long micros) {
        long at = BEGIN + hour * HOUR;
        return new StatementInput.CostSaid(
                new CostEvent.CostAccrued(key(job, hour), new Amount(HOUR, 0, micros * HOUR, micros), at + HOUR));
    }

    private static StatementInput corrected(String job, long hour, long micros, int revision, long saidHour) {
        return new StatementInput.CostSaid(new CostEvent.CostCorrected(
                key(job, hour),
                new Amount(0, 0, micros * HOUR, micros),
                CostEvent.Cause.PRICE_RESTATED,
                revision,
                BEGIN + saidHour * HOUR));
    }

    private static LineKey key(String job, long hour) {
        return new LineKey(BEGIN + hour * HOUR, "n1", job.isEmpty() ? Holder.IDLE : new Holder.Job(job), KEY);
    }

    private StatementInput tagged(String job, String team, String project, long hour) {
        return new StatementInput.JobTagged(
                "t" + ids++,
                new Charge(team, project, "prod", "ada", "cc1", "user:ada", job, "run-" + job, "lanes/3"),
                BEGIN + hour * HOUR);
    }

    private void hear(StatementInput... inputs) {
        for (StatementInput input : inputs) {
            book.take(input);
            book.take(input); // twice is once
        }
    }

    @Test
    void shouldChargeTeamsAndKeepWhatNobodyCanBeCharged() {
        hear(tagged("a", "vision", "lanes", 0), tagged("b", "speech", "", 0), tagged("u", "", "lost", 0));
        hear(accrued("a", 0, 5), accrued("a", 1, 6), accrued("b", 0, 7), accrued("u", 0, 8), accrued("w", 0, 9));
        hear(accrued("", 0, 11), corrected("a", 0, -2, 1, 9), accrued("a", 31 * 24, 100), accrued("a", -1, 100));

        Statement march = book.statement(Period.ofMonth(MARCH), EVER);
        assertThat(march.rows())
                .extracting(
                        Statement.Row::kind,
                        row -> row.charge().team(),
                        row -> row.charge().job(),
                        Statement.Row::gpuMs,
                        Statement.Row::accruedMicros,
                        Statement.Row::correctedMicros,
                        Statement.Row::micros)
                .containsExactly(
                        tuple(Statement.Kind.CHARGED, "speech", "b", HOUR, 7L, 0L, 7L),
                        tuple(Statement.Kind.CHARGED, "vision", "a", 2 * HOUR, 11L, -2L, 9L),
                        tuple(Statement.Kind.UNTAGGED, "", "w", HOUR, 9L, 0L, 9L),
                        tuple(Statement.Kind.UNTAGGED, "", "u", HOUR, 8L, 0L, 8L),
                        tuple(Statement.Kind.IDLE, "", "", HOUR, 11L, 0L, 11L));
        assertThat(march.micros()).isEqualTo(44);
        assertThat(march.ofTeam("vision").micros()).isEqualTo(9);
    }

    @Test
    void shouldKnowOnlyWhatWasKnownThen() {
        hear(accrued("a", 0, 5), tagged("a", "vision", "lanes", 2), corrected("a", 0, 3, 1, 4));
        hear(tagged("a", "speech", "", 6));
        Period march = Period.ofMonth(MARCH);

        assertThat(book.statement(march, BEGIN).rows()).isEmpty();
        assertThat(book.statement(march, BEGIN + HOUR).ofTeam("").micros()).isEqualTo(5);
        assertThat(book.statement(march, BEGIN + 2 * HOUR).ofTeam("vision").micros())
                .isEqualTo(5);
        assertThat(book.statement(march, BEGIN + 4 * HOUR).ofTeam("vision").micros())
                .isEqualTo(8);
        assertThat(book.statement(march, BEGIN + 6 * HOUR).ofTeam("vision").rows())
                .isEmpty();
        assertThat(book.statement(march, BEGIN + 6 * HOUR).ofTeam("speech").micros())
                .isEqualTo(8);
    }

    /** What is heard later or in another order changes no byte of a statement of the past; nothing of it is lost. */
    @Test
    void shouldComeOutAlikeByteForByte() {
        SeededRandom random = SeededRandom.of("StatementBookTest.shouldComeOutAlikeByteForByte");
        Period march = Period.ofMonth(MARCH);
        for (int round = 0; round < 50; round++) {
            List<StatementInput> inputs = new ArrayList<>();
            for (int i = random.nextInt(60); i > 0; i--) {
                String job = random.pick("", "a", "b", "c");
                inputs.add(accrued(job, i, random.nextInt(1_000)));
                if (random.onceIn(3)) {
                    inputs.add(corrected(job, i, random.nextInt(500) - 250, 1, i + 1 + random.nextInt(40)));
                }
                if (!job.isEmpty() && random.onceIn(2)) {
                    inputs.add(tagged(job, random.pick("", "x", "y"), random.pick("", "p"), random.nextInt(60)));
                }
            }
            long asOf = BEGIN + random.nextInt(60) * HOUR;
            StatementBook then = new StatementBook();
            inputs.stream().filter(input -> input.at() <= asOf).forEach(then::take);
            Collections.shuffle(inputs, random);
            StatementBook later = new StatementBook();
            inputs.forEach(later::take);
            inputs.forEach(later::take);

            Statement statement = later.statement(march, asOf);
            assertThat(StatementText.csv(statement)).isEqualTo(StatementText.csv(then.statement(march, asOf)));
            assertThat(StatementText.json(statement)).isEqualTo(StatementText.json(then.statement(march, asOf)));
            assertThat(statement.micros())
                    .isEqualTo(inputs.stream()
                            .filter(input -> input.at() <= asOf)
                            .mapToLong(input -> input instanceof StatementInput.CostSaid(CostEvent event)
                                    ? event.amount().micros()
                                    : 0)
                            .sum());
            assertThat(List.of("", "x", "y").stream()
                            .mapToLong(team -> statement.ofTeam(team).micros())
                            .sum())
                    .isEqualTo(statement.micros());
        }
    }

    @Test
    void shouldCompareWeeksAndMonths() {
        hear(tagged("a", "vision", "lanes", 0));
        hear(accrued("a", -1, 30), accrued("a", 0, 40), accrued("a", 7 * 24, 50), accrued("a", 14 * 24 - 1, 20));

        Change week = book.weekOverWeek("vision", LocalDate.of(2026, 3, 8), EVER);
        assertThat(week).isEqualTo(new Change(40, 70));
        assertThat(week.differenceMicros()).isEqualTo(30);
        assertThat(week.perMille()).hasValue(750);
        Change month = book.monthOverMonth("vision", MARCH, EVER);
        assertThat(month).isEqualTo(new Change(30, 110));
        assertThat(month.perMille()).hasValue(2_666);
        assertThat(book.monthOverMonth("vision", MARCH.minusMonths(1), EVER).perMille())
                .isEmpty();
        assertThat(new Change(200, 150).perMille()).hasValue(-250);
    }

    @Test
    void shouldSayWhatAThousandPredictionsCost() {
        hear(tagged("a", "vision", "lanes", 0), accrued("a", 0, 2_000), accrued("b", 0, 9_000));
        Period march = Period.ofMonth(MARCH);
        assertThat(book.per1000Predictions("lanes/3", march, EVER)).isEmpty();

        hear(new StatementInput.PredictionsCounted("p1", "lanes/3", 2_000, BEGIN, BEGIN + HOUR));
        hear(new StatementInput.PredictionsCounted("p2", "lanes/3", 1_000, BEGIN + HOUR, BEGIN + 2 * HOUR));
        hear(new StatementInput.PredictionsCounted("p3", "lanes/4", 5_000, BEGIN, BEGIN + HOUR));
        assertThat(book.per1000Predictions("lanes/3", march, EVER)).hasValue(667);
        assertThat(book.per1000Predictions("lanes/3", march, BEGIN + HOUR)).hasValue(1_000);
    }
}
