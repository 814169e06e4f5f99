package io.millrace.monitor.domain.alert;

import static io.millrace.monitor.domain.alert.AlertScenariosTest.input;
import static io.millrace.monitor.domain.alert.AlertScenariosTest.minutes;
import static io.millrace.monitor.domain.alert.AlertScenariosTest.play;
import static io.millrace.monitor.domain.alert.AlertScenariosTest.policy;
import static org.assertj.core.api.Assertions.assertThat;

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
            engine.take(input(engine, i, "0", "noise", "n" + i, "team-" + i % 3));
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
        List.of("0 noise a x", "40 noise b x", "3000 noise a x").forEach(step -> play(engine, step));
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
        play(engine, "0 down n1");
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
