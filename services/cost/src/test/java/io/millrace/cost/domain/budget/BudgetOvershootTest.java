package io.millrace.cost.domain.budget;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testkit.SeededRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A thousand jobs ask, spend and end in any order; what may be spent is counted by hand beside it. */
class BudgetOvershootTest {

    private static final int SUBMISSIONS = 1_000;

    /** A job that was let in. */
    private static final class Running {
        private final String job;
        private final String project;
        private final long asked;
        private final List<Long> costs = new ArrayList<>();
        private boolean over;

        Running(String job, String project, long asked) {
            this.job = job;
            this.project = project;
            this.asked = asked;
        }
    }

    private final BudgetDecider decider = new BudgetDecider();
    private final BudgetBook book = decider.initialState();
    private final List<BudgetEvent> events = new ArrayList<>();

    private List<BudgetEvent> hear(BudgetInput input) {
        List<BudgetEvent> now = new ArrayList<>();
        decider.evolve(book, input);
        decider.decide(book, input).forEachRemaining(event -> {
            decider.evolveDecided(book, event);
            now.add(event);
        });
        events.addAll(now);
        return now;
    }

    @Test
    void shouldNeverOvershootAndTellOfEachThresholdOnce() {
        SeededRandom random = SeededRandom.of("BudgetOvershootTest.shouldNeverOvershootAndTellOfEachThresholdOnce");
        Map<String, Long> limits = new TreeMap<>();
        limits.put("o", 100_000L);
        for (String team : List.of("o/a", "o/b", "o/c")) {
            limits.put(team, 20_000L + random.nextInt(40_000));
            limits.put(team + "/x", 5_000L + random.nextInt(30_000));
        }
        limits.forEach((scope, limit) -> hear(
                new BudgetInput.BudgetSet("set" + scope, new Budget(scope, new Scope(scope), 0, 1_000, limit), 0)));
        List<Running> running = new ArrayList<>();
        Map<String, Long> used = new HashMap<>();
        Map<String, Long> spent = new HashMap<>();
        List<BudgetInput> told = new ArrayList<>();
        int submitted = 0;
        int spending = 0;
        int refused = 0;
        while (submitted < SUBMISSIONS || !running.isEmpty()) {
            if (submitted < SUBMISSIONS && (running.isEmpty() || random.onceIn(3))) {
                String project = random.pick("o/a/x", "o/a/y", "o/b/x", "o/c/x", "o/c");
                long asked = random.nextInt(900);
                BudgetInput ask = new BudgetInput.ReservationAsked(
                        "j" + submitted++, new Scope(project), asked, random.onceIn(4), 5);
                told.add(ask);
                BudgetEvent answer = hear(ask).getFirst();
                boolean fits = levels(project)
                        .allMatch(level -> !limits.containsKey(level)
                                || used.getOrDefault(level, 0L) + asked <= limits.get(level));
                if (answer instanceof BudgetEvent.Reserved reserved) {
                    assertThat(fits).isTrue();
                    Running run = new Running(reserved.job(), project, asked);
                    for (long left = asked; left > 0 && random.nextInt(5) > 0; ) {
                        long cost = 1 + random.nextInt((int) left);
                        run.costs.add(cost);
                        left -= cost;
                    }
                    running.add(run);
                    levels(project).forEach(level -> used.merge(level, asked, Long::sum));
                } else {
                    refused++;
                    assertThat(answer).isInstanceOf(BudgetEvent.Refused.class);
                }
            } else {
                Running run = random.pick(running);
                if (!run.over && (run.costs.isEmpty() || random.onceIn(4))) {
                    run.over = true;
                    long cost = run.costs.stream().mapToLong(Long::longValue).sum() + spent.getOrDefault(run.job, 0L);
                    BudgetInput end = new BudgetInput.JobEnded(run.job, cost, 7);
                    told.add(end);
                    hear(end);
                    levels(run.project).forEach(level -> used.merge(level, cost - run.asked, Long::sum));
                } else if (!run.costs.isEmpty()) {
                    long cost = run.costs.removeLast();
                    BudgetInput spend =
                            new BudgetInput.Spent("s" + spending++, run.job, new Scope(run.project), cost, 6);
                    told.add(spend);
                    hear(spend);
                    spent.merge(run.job, cost, Long::sum);
                }
                if (run.over && run.costs.isEmpty()) {
                    running.remove(run);
                }
            }
            if (random.onceIn(5)) {
                assertThat(hear(random.pick(told))).as("it was heard of before").isEmpty();
            }
            limits.forEach((scope, limit) -> {
                BudgetAccount account = book.account(scope);
                assertThat(account.spentMicros() + account.reservedMicros())
                        .isEqualTo(used.getOrDefault(scope, 0L))
                        .isLessThanOrEqualTo(limit);
            });
        }
        assertThat(refused).as("the limits were felt").isPositive();
        List<BudgetEvent.ThresholdCrossed> expected = new ArrayList<>();
        limits.forEach((scope, limit) -> {
            assertThat(book.account(scope).reservedMicros()).isZero();
            for (Threshold threshold : Threshold.values()) {
                if (book.account(scope).spentMicros() * 100 >= limit * threshold.percent()) {
                    expected.add(new BudgetEvent.ThresholdCrossed(scope, threshold, 0, limit, 6));
                }
            }
        });
        assertThat(events.stream()
                        .filter(BudgetEvent.ThresholdCrossed.class::isInstance)
                        .map(BudgetEvent.ThresholdCrossed.class::cast)
                        .map(event -> new BudgetEvent.ThresholdCrossed(
                                event.budget(), event.threshold(), 0, event.limitMicros(), event.at())))
                .containsExactlyInAnyOrderElementsOf(expected);
        assertThat(expected).as("some were reached").isNotEmpty();
    }

    private static Stream<String> levels(String project) {
        return new Scope(project).levels().stream().map(Scope::path);
    }
}
