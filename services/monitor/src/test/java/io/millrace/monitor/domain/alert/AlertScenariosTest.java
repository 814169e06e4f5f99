package io.millrace.monitor.domain.alert;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.monitor.domain.alert.AlertPolicy.Chain;
import io.millrace.monitor.domain.alert.AlertPolicy.Inhibition;
import io.millrace.monitor.domain.alert.AlertPolicy.Step;
import io.millrace.monitor.domain.alert.AlertRule.Comparison;
import io.millrace.monitor.domain.alert.AlertRule.Condition;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who is told what and when, second by second: groups wait 30 s, are looked at every 5 min, repeat every 4 h. */
class AlertScenariosTest {

    private static final Matcher ALL = new Matcher(Map.of());

    static AlertPolicy policy() {
        return new AlertPolicy(
                "v1",
                "",
                List.of(
                        new AlertRule(
                                "ErrorRate",
                                new Condition.Metric("error_rate", Comparison.ABOVE, 0.05, ALL),
                                minutes(5),
                                hours(24),
                                Severity.P2,
                                "{model}: {value} of all requests fail",
                                "runbooks/error-rate.md",
                                Map.of()),
                        new AlertRule(
                                "Down",
                                new Condition.Signal("Down", ALL),
                                0,
                                hours(24),
                                Severity.P1,
                                "{node} is down: {summary}",
                                "runbooks/down.md",
                                Map.of()),
                        new AlertRule(
                                "Signal",
                                new Condition.Signal("Noise*", ALL),
                                0,
                                minutes(10),
                                null,
                                "{summary}",
                                "runbooks/signals.md",
                                Map.of())),
                List.of("alertname", "team"),
                30_000,
                minutes(5),
                hours(4),
                Map.of(
                        Severity.P1,
                                new Chain("pager", List.of(new Step(minutes(15), "manager"), new Step(hours(1), "vp"))),
                        Severity.P2, new Chain("chat", List.of()),
                        Severity.P3, new Chain("chat", List.of())),
                List.of(new Inhibition(
                        new Matcher(Map.of("alertname", "Down")),
                        new Matcher(Map.of("alertname", "Signal")),
                        Set.of("node"))));
    }

    static long minutes(long count) {
        return count * 60_000;
    }

    static long hours(long count) {
        return count * 3_600_000;
    }

    /** The engine as its log drives it: a tick at the end of each second in which something is due. */
    static final class Engine {
        final AlertDecider decider = new AlertDecider();
        AlertBook book = decider.initialState();
        final List<String> told = new ArrayList<>();
        final List<AlertEvent> decided = new ArrayList<>();
        long now;

        Engine() {
            take(new AlertInput.RulesAdopted(0, policy()));
        }

        void take(AlertInput input) {
            book = decider.evolve(book, input);
            Iterator<AlertEvent> events = decider.decide(book, input);
            while (events.hasNext()) {
                AlertEvent event = events.next();
                book = decider.evolveDecided(book, event);
                decided.add(event);
                if (event instanceof AlertEvent.Told(Notification told)) {
                    this.told.add(clock(now) + " " + told.receiver() + " " + told.reason() + " " + names(told.firing())
                            + (told.resolved().isEmpty() ? "" : " resolved " + names(told.resolved())));
                }
            }
        }

        private static String names(List<Alert> alerts) {
            return alerts.stream()
                    .map(alert ->
                            alert.labels().getOrDefault("node", alert.labels().getOrDefault("model", "?")))
                    .sorted()
                    .collect(Collectors.joining("+"));
        }

        private static String clock(long ms) {
            long s = ms / 1000;
            return s % 3600 == 0 && s > 0 ? s / 3600 + "h" : s >= 3600 ? s / 3600 + "h" + s % 3600 + "s" : s + "s";
        }

        void to(long ms) {
            while (book.nextDue() <= ms) {
                now = Math.max(now, book.nextDue());
                take(new AlertInput.Tick(now));
            }
            now = ms;
        }
    }

    /**
     * What happens, as the table has it: {@code 20 noise b x} is a signal of node b and team x at second 20, {@code
     * 60-300 fails m 0.2} that model m failed 0.2 of its requests in each minute, told from second 60 to 300.
     */
    static void play(Engine engine, String step) {
        String[] words = step.strip().split(" ");
        String[] seconds = words[0].split("-");
        long last = Long.parseLong(seconds[seconds.length - 1]);
        for (long second = Long.parseLong(seconds[0]); second <= last; second += 60) {
            long ms = second * 1000;
            engine.to(ms);
            engine.take(input(engine, ms, words));
        }
    }

    static AlertInput input(Engine engine, long ms, String... words) {
        String who = words[2];
        return switch (words[1]) {
            case "noise" ->
                new AlertInput.Signalled(
                        ms, ms, "NoiseHeard", Severity.P3, "noise", Map.of("node", who, "team", words[3]));
            case "down" -> new AlertInput.Signalled(ms, ms, "Down", Severity.P4, "no answer", Map.of("node", who));
            case "fails" ->
                new AlertInput.Observed(
                        ms,
                        ms - 60_000,
                        ms,
                        Map.of("model", who),
                        Map.of("error_rate", Figure.exact(Double.parseDouble(words[3]))));
            case "silence" ->
                new AlertInput.SilenceSet(
                        ms,
                        new Silence(
                                "s-" + who,
                                new Matcher(Map.of("node", who)),
                                Long.parseLong(words[3]) * 1000,
                                Long.parseLong(words[4]) * 1000,
                                "user:ada",
                                "maintenance"));
            case "unsilence" -> new AlertInput.SilenceEnded(ms, "s-" + who, "user:ada");
            case "acknowledge" ->
                new AlertInput.Acknowledged(
                        ms,
                        engine.book.alerts().stream()
                                .filter(alert -> who.equals(alert.labels().get("node")))
                                .findFirst()
                                .orElseThrow()
                                .fingerprint(),
                        "user:ada",
                        "on it");
            default -> throw new IllegalArgumentException("no scenario knows " + words[1]);
        };
    }

    private static List<String> parts(@Nullable String cell) {
        return cell == null ? List.of() : List.of(cell.split("; "));
    }

    /** Until is the second that is played to. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            # scenario                                       | until | what happens | who is told
            a first alert waits for its group                | 60    | 0 noise a x | 30s chat FIRST a
            what comes within the wait is told together      | 60    | 0 noise a x; 20 noise b x; 29 noise c x | 30s chat FIRST a+b+c
            groups are apart                                 | 60    | 0 noise a x; 5 noise b y | 30s chat FIRST a; 35s chat FIRST b
            a new alert waits for the interval               | 400   | 0 noise a x; 40 noise b x | 30s chat FIRST a; 330s chat NEW_ALERT a+b
            the same signal again is the same alert          | 600   | 0 noise a x; 40 noise a x; 300 noise a x | 30s chat FIRST a
            what is not heard of again is resolved           | 1000  | 0 noise a x | 30s chat FIRST a; 630s chat ALL_RESOLVED  resolved a
            one of two is resolved                           | 1000  | 0 noise a x; 0 noise b x; 550 noise b x | 30s chat FIRST a+b; 630s chat SOME_RESOLVED b resolved a
            resolved before it was told is told to nobody    | 60    | 60-300 fails m 0.2; 310 fails m 0 |
            it has to hold for as long as its rule asks      | 700   | 60-300 fails m 0.2 | 330s chat FIRST m
            and without a break                              | 700   | 60-120 fails m 0.2; 180 fails m 0.05; 240-360 fails m 0.2 |
            a figure that is good again resolves             | 800   | 60-300 fails m 0.2; 360 fails m 0.01 | 330s chat FIRST m; 630s chat ALL_RESOLVED  resolved m
            what goes on is repeated after four hours        | 32400 | 60-300 fails m 0.2 | 330s chat FIRST m; 4h630s chat REPEATED m; 8h930s chat REPEATED m
            nobody acknowledges: manager, vice president     | 7200  | 0 down n1 | 30s pager FIRST n1; 930s manager ESCALATED n1; 1h30s vp ESCALATED n1
            acknowledged is neither escalated nor repeated   | 32400 | 0 down n1; 600 acknowledge n1 | 30s pager FIRST n1
            an acknowledged group still tells of a new alert | 700   | 0 down n1; 60 acknowledge n1; 100 down n2 | 30s pager FIRST n1; 330s pager NEW_ALERT n1+n2
            silenced until its window is over                | 900   | 0 silence n1 0 400; 10 down n1 | 640s pager FIRST n1
            a maintenance window set in advance              | 900   | 0 silence n1 100 800; 10 down n1; 200 down n2 | 40s pager FIRST n1; 340s pager NEW_ALERT n2
            a silence ended early                            | 400   | 0 silence n1 0 4000; 10 down n1; 300 unsilence n1 | 340s pager FIRST n1
            a source keeps its own node's others quiet       | 200   | 0 down n1; 5 noise n1 x; 5 noise n2 y | 30s pager FIRST n1; 35s chat FIRST n2
            """)
    void shouldTellWhomItShouldWhenItShould(String scenario, long until, String steps, @Nullable String told) {
        Engine engine = new Engine();
        parts(steps).forEach(step -> play(engine, step));
        engine.to(Math.max(engine.now, until * 1000));
        assertThat(engine.told).as(scenario).containsExactlyElementsOf(parts(told));
    }
}
