package io.millrace.monitor.domain.alert;

import static io.millrace.monitor.domain.alert.AlertScenariosTest.down;
import static io.millrace.monitor.domain.alert.AlertScenariosTest.minutes;
import static io.millrace.monitor.domain.alert.AlertScenariosTest.noise;
import static io.millrace.monitor.domain.alert.AlertScenariosTest.policy;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.monitor.domain.alert.AlertScenariosTest.At;
import io.millrace.monitor.domain.alert.AlertScenariosTest.Engine;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class AlertEngineTest {

    @Test
    void shouldMakeAHandfulOfNotificationsOfAStorm() {
        Engine engine = new Engine();
        for (int i = 0; i < 10_000; i++) { // in ten seconds, in which nothing is due
            engine.take(noise(0, "n" + i, "team-" + i % 3).what().at(i, engine));
        }
        engine.to(minutes(4));
        assertThat(engine.told).hasSize(3).allMatch(line -> line.contains("chat FIRST"));
        assertThat(engine.decided.stream()
                        .filter(event -> event instanceof AlertEvent.Told)
                        .mapToInt(event -> ((AlertEvent.Told) event)
                                .notification()
                                .firing()
                                .size())
                        .sum())
                .isEqualTo(10_000);
    }

    @Test
    void shouldGiveEachNotificationAnIdOfItsOwn() {
        Engine engine = new Engine();
        for (At step : List.of(noise(0, "a", "x"), noise(40, "b", "x"), noise(3000, "a", "x"))) {
            engine.to(step.second() * 1000);
            engine.take(step.what().at(step.second() * 1000, engine));
        }
        engine.to(minutes(120));
        List<String> ids = engine.decided.stream()
                .filter(event -> event instanceof AlertEvent.Told)
                .map(event -> ((AlertEvent.Told) event).notification().id())
                .toList();
        assertThat(ids).hasSizeGreaterThan(3).doesNotHaveDuplicates();
    }

    @Test
    void shouldResolveWhatFiresByARuleThatIsGone() {
        Engine engine = new Engine();
        engine.take(down(0, "n1").what().at(0, engine));
        engine.to(minutes(1));
        AlertPolicy policy = policy();
        engine.take(new AlertInput.RulesAdopted(
                engine.now,
                new AlertPolicy(
                        "v2",
                        "",
                        List.of(),
                        policy.groupBy(),
                        policy.groupWaitMs(),
                        policy.groupIntervalMs(),
                        policy.repeatMs(),
                        policy.chains(),
                        policy.inhibitions())));
        engine.to(minutes(10));
        assertThat(engine.told).containsExactly("30s pager FIRST n1", "330s pager ALL_RESOLVED  resolved n1");
        assertThat(engine.book.alerts()).isEmpty();
        assertThat(engine.book.groups()).isEmpty();
    }

    @Test
    void shouldGiveEqualLabelsEqualFingerprints() {
        Map<String, String> labels = new TreeMap<>(Map.of("a", "1", "b", "2"));
        assertThat(Alert.fingerprint(labels)).isEqualTo(Alert.fingerprint(Map.of("b", "2", "a", "1")));
        assertThat(Alert.fingerprint(labels)).isNotEqualTo(Alert.fingerprint(Map.of("a", "12", "b", "")));
    }
}
