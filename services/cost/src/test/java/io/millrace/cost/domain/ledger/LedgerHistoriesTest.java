package io.millrace.cost.domain.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cost.domain.prices.Price;
import io.millrace.cost.domain.prices.PriceKey;
import io.millrace.cost.domain.prices.PurchaseOption;
import io.millrace.testkit.SeededRandom;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Random histories of a node, told in any order, against a count of each five minutes by itself. */
class LedgerHistoriesTest {

    private static final long HOUR = NodeLedger.HOUR_MS;
    private static final int HOURS = 4;
    private static final long STEP = 300_000;
    private static final int STEPS = (int) (HOURS * HOUR / STEP);
    private static final int GPUS = 8;
    private static final PriceKey KEY = new PriceKey("A100", PurchaseOption.SPOT);

    private record Run(String job, int attempt, int from, int to, int gpus) {}

    private record History(List<int[]> ups, List<Run> runs, List<Price> prices, List<LedgerInput> inputs) {}

    private static long ms(int step) {
        return step * STEP;
    }

    /** Runs never hold more than the node has, and lie within the times in which it is up. */
    private static History history(SeededRandom random) {
        List<int[]> ups = new ArrayList<>();
        List<Run> runs = new ArrayList<>();
        List<Price> prices = new ArrayList<>();
        List<LedgerInput> inputs = new ArrayList<>();
        for (int at = random.nextInt(6); at < STEPS; ) {
            int until = Math.min(STEPS, at + 1 + random.nextInt(25));
            ups.add(new int[] {at, until});
            inputs.add(new LedgerInput.NodeUp("up" + at, ms(at), GPUS, KEY));
            inputs.add(new LedgerInput.NodeDown("down" + until, ms(until)));
            int[] free = new int[STEPS];
            Arrays.fill(free, GPUS);
            for (int i = random.nextInt(8); i > 0; i--) {
                int from = at + random.nextInt(until - at);
                int to = from + 1 + random.nextInt(until - from);
                int gpus = 1 + random.nextInt(3);
                boolean fits = true;
                for (int s = from; s < to; s++) {
                    fits &= free[s] >= gpus;
                }
                if (fits) {
                    for (int s = from; s < to; s++) {
                        free[s] -= gpus;
                    }
                    Run run = new Run("j" + random.nextInt(4), at * 100 + i, from, to, gpus);
                    runs.add(run);
                    inputs.add(new LedgerInput.AttemptStarted(
                            "s" + run.attempt(), ms(from), run.job(), run.attempt(), gpus, KEY));
                    if (to < until || random.nextBoolean()) { // else the node's end is its end
                        inputs.add(new LedgerInput.AttemptEnded("e" + run.attempt(), ms(to), run.job(), run.attempt()));
                    }
                }
            }
            at = until + random.nextInt(5);
        }
        for (int i = random.nextInt(6); i > 0; i--) {
            Price price = new Price(
                    "p" + i,
                    KEY,
                    "USD",
                    random.nextInt(5_000_000),
                    ms(random.nextInt(STEPS)),
                    ms(random.nextInt(STEPS)));
            prices.add(price);
            inputs.add(new LedgerInput.PricePublished(price));
        }
        return new History(ups, runs, prices, inputs);
    }

    private static List<CostEvent> play(List<LedgerInput> inputs) {
        LedgerDecider decider = new LedgerDecider("n");
        NodeLedger[] ledger = {decider.initialState()};
        List<CostEvent> events = new ArrayList<>();
        for (LedgerInput input : inputs) {
            ledger[0] = decider.evolve(ledger[0], input);
            decider.decide(ledger[0], input).forEachRemaining(event -> {
                ledger[0] = decider.evolveDecided(ledger[0], event);
                events.add(event);
            });
        }
        return events;
    }

    private static TreeMap<LineKey, Amount> sums(List<CostEvent> events) {
        TreeMap<LineKey, Amount> sums = new TreeMap<>();
        events.forEach(event -> sums.merge(event.of(), event.amount(), Amount::plus));
        sums.values().removeIf(Amount.ZERO::equals);
        return sums;
    }

    /** In order, then shuffled, with repetitions, and with ticks in between that make it say things too early. */
    @Test
    void shouldSayTheSameInAllHoweverItIsTold() {
        SeededRandom random = SeededRandom.of("LedgerHistoriesTest.shouldSayTheSameInAllHoweverItIsTold");
        for (int round = 0; round < 300; round++) {
            List<LedgerInput> told = history(random).inputs();
            LedgerInput end = new LedgerInput.Tick(HOURS * HOUR);
            List<LedgerInput> once = new ArrayList<>(told);
            once.add(end);
            TreeMap<LineKey, Amount> expected = sums(play(once));
            for (int shuffle = 0; shuffle < 3; shuffle++) {
                List<LedgerInput> again = new ArrayList<>(told);
                told.stream().filter(any -> random.onceIn(3)).forEach(again::add);
                Collections.shuffle(again, random);
                for (int hour = 1; hour < HOURS; hour++) {
                    again.add(random.nextInt(again.size() + 1), new LedgerInput.Tick(hour * HOUR + random.nextInt(9)));
                }
                again.add(end);
                List<CostEvent> events = play(again);
                assertThat(sums(events)).isEqualTo(expected);
                assertThat(events).extracting(CostEvent::id).doesNotHaveDuplicates();
            }
        }
    }

    /** Held and idle is what the node costs, to the micro-dollar; each line is within one of its exact cost. */
    @Test
    void shouldAddUpToWhatTheNodeCosts() {
        SeededRandom random = SeededRandom.of("LedgerHistoriesTest.shouldAddUpToWhatTheNodeCosts");
        for (int round = 0; round < 300; round++) {
            History history = history(random);
            List<LedgerInput> told = new ArrayList<>(history.inputs());
            Collections.shuffle(told, random);
            told.add(new LedgerInput.Tick(HOURS * HOUR));
            TreeMap<LineKey, Amount> lines = sums(play(told));
            Map<String, BigInteger> exact = counted(history);
            for (int hour = 0; hour < HOURS; hour++) {
                long total = 0;
                for (Map.Entry<LineKey, Amount> line : lines.entrySet()) {
                    if (line.getKey().hour() == hour * HOUR) {
                        long micros = line.getValue().micros();
                        total += micros;
                        BigInteger own = Objects.requireNonNull(
                                exact.remove(hour + "/" + name(line.getKey().holder())));
                        assertThat(own)
                                .isEqualTo(BigInteger.valueOf(line.getValue().exact()));
                        assertThat(own.subtract(BigInteger.valueOf(micros * HOUR))
                                        .abs())
                                .isLessThan(BigInteger.valueOf(HOUR));
                    }
                }
                BigInteger node = Objects.requireNonNull(exact.remove(hour + "/node"));
                assertThat(total).isEqualTo(roundedHalfUp(node));
            }
            assertThat(exact.values()).allMatch(rest -> rest.signum() == 0);
        }
    }

    private static String name(Holder holder) {
        return switch (holder) {
            case Holder.Job(String id) -> id;
            case Holder.Idle() -> "idle";
        };
    }

    private static long roundedHalfUp(BigInteger exact) {
        return exact.add(BigInteger.valueOf(HOUR / 2))
                .divide(BigInteger.valueOf(HOUR))
                .longValueExact();
    }

    /** Step by step, GPU by GPU: what each job, the idle GPUs and the whole node cost in each hour. */
    private static Map<String, BigInteger> counted(History history) {
        Map<String, BigInteger> exact = new TreeMap<>();
        for (int hour = 0; hour < HOURS; hour++) {
            exact.put(hour + "/node", BigInteger.ZERO);
        }
        for (int[] up : history.ups()) {
            for (int step = up[0]; step < up[1]; step++) {
                int now = step;
                String hour = ms(step) / HOUR + "/";
                BigInteger ofOne = BigInteger.valueOf(STEP)
                        .multiply(BigInteger.valueOf(history.prices().stream()
                                .filter(price -> price.effectiveAt() <= ms(now))
                                .max(Comparator.comparingLong(Price::effectiveAt)
                                        .thenComparingLong(Price::publishedAt)
                                        .thenComparing(Price::id))
                                .map(Price::microsPerGpuHour)
                                .orElse(0L)));
                int idle = GPUS;
                for (Run run : history.runs()) {
                    if (run.from() <= step && step < run.to()) {
                        idle -= run.gpus();
                        exact.merge(hour + run.job(), ofOne.multiply(BigInteger.valueOf(run.gpus())), BigInteger::add);
                    }
                }
                exact.merge(hour + "idle", ofOne.multiply(BigInteger.valueOf(idle)), BigInteger::add);
                exact.merge(hour + "node", ofOne.multiply(BigInteger.valueOf(GPUS)), BigInteger::add);
            }
        }
        return exact;
    }
}
