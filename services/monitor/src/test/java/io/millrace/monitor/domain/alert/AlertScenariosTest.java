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
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

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

    /** One step of a scenario: when, in seconds, and what. */
    record At(long second, What what) {
        interface What {
            AlertInput at(long ms, Engine engine);
        }
    }

    static At noise(long second, String node, String team) {
        return new At(
                second,
                (ms, engine) -> new AlertInput.Signalled(
                        ms, ms, "NoiseHeard", Severity.P3, "noise", Map.of("node", node, "team", team)));
    }

    static At down(long second, String node) {
        return new At(
                second,
                (ms, engine) ->
                        new AlertInput.Signalled(ms, ms, "Down", Severity.P4, "no answer", Map.of("node", node)));
    }

    static At observed(long second, String model, double errorRate) {
        return new At(
                second,
                (ms, engine) -> new AlertInput.Observed(
                        ms, ms - 60_000, ms, Map.of("model", model), Map.of("error_rate", Figure.exact(errorRate))));
    }

    static At silence(long second, String node, long from, long until) {
        return new At(
                second,
                (ms, engine) -> new AlertInput.SilenceSet(
                        ms,
                        new Silence(
                                "s-" + node,
                                new Matcher(Map.of("node", node)),
                                from * 1000,
                                until * 1000,
                                "user:ada",
                                "maintenance")));
    }

    static At unsilence(long second, String node) {
        return new At(second, (ms, engine) -> new AlertInput.SilenceEnded(ms, "s-" + node, "user:ada"));
    }

    static At acknowledge(long second, String node) {
        return new At(
                second,
                (ms, engine) -> new AlertInput.Acknowledged(
                        ms,
                        engine.book.alerts().stream()
                                .filter(alert -> node.equals(alert.labels().get("node")))
                                .findFirst()
                                .orElseThrow()
                                .fingerprint(),
                        "user:ada",
                        "on it"));
    }

    /** @param until seconds that are played */
    record Scenario(String name, long until, List<At> steps, List<String> told) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Scenario scenario(String name, long until, List<At> steps, String... told) {
        return new Scenario(name, until, steps, List.of(told));
    }

    static Stream<Scenario> scenarios() {
        return Stream.of(
                scenario("a first alert waits for its group", 60, List.of(noise(0, "a", "x")), "30s chat FIRST a"),
                scenario(
                        "what comes within the wait is told together",
                        60,
                        List.of(noise(0, "a", "x"), noise(20, "b", "x"), noise(29, "c", "x")),
                        "30s chat FIRST a+b+c"),
                scenario(
                        "groups are apart",
                        60,
                        List.of(noise(0, "a", "x"), noise(5, "b", "y")),
                        "30s chat FIRST a",
                        "35s chat FIRST b"),
                scenario(
                        "a new alert waits for the interval",
                        400,
                        List.of(noise(0, "a", "x"), noise(40, "b", "x")),
                        "30s chat FIRST a",
                        "330s chat NEW_ALERT a+b"),
                scenario(
                        "the same signal again is the same alert",
                        600,
                        List.of(noise(0, "a", "x"), noise(40, "a", "x"), noise(300, "a", "x")),
                        "30s chat FIRST a"),
                scenario(
                        "what is not heard of again is resolved, and its group told so",
                        1000,
                        List.of(noise(0, "a", "x")),
                        "30s chat FIRST a",
                        "630s chat ALL_RESOLVED  resolved a"),
                scenario(
                        "one of two is resolved",
                        1000,
                        List.of(noise(0, "a", "x"), noise(0, "b", "x"), noise(550, "b", "x")),
                        "30s chat FIRST a+b",
                        "630s chat SOME_RESOLVED b resolved a"),
                scenario(
                        "an alert that is resolved before anybody was told is told to nobody",
                        60,
                        List.of(
                                observed(60, "m", 0.2),
                                observed(120, "m", 0.2),
                                observed(180, "m", 0.2),
                                observed(240, "m", 0.2),
                                observed(300, "m", 0.2),
                                observed(310, "m", 0.0))),
                scenario(
                        "it has to hold for as long as its rule asks",
                        700,
                        List.of(
                                observed(60, "m", 0.2),
                                observed(120, "m", 0.2),
                                observed(180, "m", 0.2),
                                observed(240, "m", 0.2),
                                observed(300, "m", 0.2)),
                        "330s chat FIRST m"),
                scenario(
                        "and without a break",
                        700,
                        List.of(
                                observed(60, "m", 0.2),
                                observed(120, "m", 0.2),
                                observed(180, "m", 0.05),
                                observed(240, "m", 0.2),
                                observed(300, "m", 0.2),
                                observed(360, "m", 0.2))),
                scenario(
                        "a figure that is good again resolves",
                        800,
                        List.of(
                                observed(60, "m", 0.2),
                                observed(120, "m", 0.2),
                                observed(180, "m", 0.2),
                                observed(240, "m", 0.2),
                                observed(300, "m", 0.2),
                                observed(360, "m", 0.01)),
                        "330s chat FIRST m",
                        "630s chat ALL_RESOLVED  resolved m"),
                scenario(
                        "what goes on is repeated after four hours",
                        9 * 3600,
                        List.of(
                                observed(60, "m", 0.2),
                                observed(120, "m", 0.2),
                                observed(180, "m", 0.2),
                                observed(240, "m", 0.2),
                                observed(300, "m", 0.2)),
                        "330s chat FIRST m",
                        "4h630s chat REPEATED m",
                        "8h930s chat REPEATED m"),
                scenario(
                        "nobody acknowledges: manager, then vice president",
                        2 * 3600,
                        List.of(down(0, "n1")),
                        "30s pager FIRST n1",
                        "930s manager ESCALATED n1",
                        "1h30s vp ESCALATED n1"),
                scenario(
                        "an acknowledged alert is neither escalated nor repeated",
                        9 * 3600,
                        List.of(down(0, "n1"), acknowledge(600, "n1")),
                        "30s pager FIRST n1"),
                scenario(
                        "an acknowledged group still tells of a new alert",
                        700,
                        List.of(down(0, "n1"), acknowledge(60, "n1"), down(100, "n2")),
                        "30s pager FIRST n1",
                        "330s pager NEW_ALERT n1+n2"),
                scenario(
                        "silenced until its window is over",
                        900,
                        List.of(silence(0, "n1", 0, 400), down(10, "n1")),
                        "640s pager FIRST n1"),
                scenario(
                        "a maintenance window set in advance",
                        900,
                        List.of(silence(0, "n1", 100, 800), down(10, "n1"), down(200, "n2")),
                        "40s pager FIRST n1",
                        "340s pager NEW_ALERT n2"),
                scenario(
                        "a silence ended early",
                        400,
                        List.of(silence(0, "n1", 0, 4000), down(10, "n1"), unsilence(300, "n1")),
                        "340s pager FIRST n1"),
                scenario(
                        "a source keeps its node's others quiet, and no other node's",
                        200,
                        List.of(down(0, "n1"), noise(5, "n1", "x"), noise(5, "n2", "y")),
                        "30s pager FIRST n1",
                        "35s chat FIRST n2"));
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void shouldTellWhomItShouldWhenItShould(Scenario scenario) {
        Engine engine = new Engine();
        for (At step : scenario.steps()) {
            engine.to(step.second() * 1000);
            engine.take(step.what().at(step.second() * 1000, engine));
        }
        engine.to(scenario.until() * 1000);
        assertThat(engine.told).containsExactlyElementsOf(scenario.told());
    }
}
