package io.millrace.monitor.topology;

import static io.millrace.monitor.topology.MonitorStory.START;
import static io.millrace.monitor.topology.MonitorStory.answer;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.events.alert.AlertFired;
import io.millrace.events.alert.AlertResolved;
import io.millrace.events.alert.NotificationDue;
import io.millrace.events.drift.DriftMeasured;
import io.millrace.events.verdict.DriftJudged;
import io.millrace.events.verdict.Outcome;
import io.millrace.events.verdict.ServiceJudged;
import io.millrace.events.verdict.VerdictEvent;
import io.millrace.monitor.domain.drift.DriftPolicy;
import io.millrace.monitor.domain.drift.FeatureReference;
import io.millrace.streams.DeadLetter;
import io.millrace.streams.ServiceClock;
import io.millrace.streams.Topics;
import io.millrace.testkit.RecordedSchemas;
import io.millrace.testkit.TopologyHarness.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MonitorTopologyTest {

    private static final Path RECORDED = Path.of(System.getProperty("millrace.root", "../.."))
            .resolve("services/monitor/src/test/resources/topology.txt");

    private final MonitorStory story = new MonitorStory();

    @AfterEach
    void close() {
        story.close();
    }

    private static FeatureReference numeric(String name, double mean) {
        Random random = new Random(1);
        return FeatureReference.numeric(
                name,
                IntStream.range(0, 2000)
                        .mapToDouble(i -> mean + random.nextGaussian())
                        .toArray(),
                0);
    }

    @Test
    void shouldJudgeAWindowWhenItsGraceIsOver() {
        for (int i = 0; i < 100; i++) {
            story.predict(
                    START.plusMillis(i * 500L),
                    answer("p" + i)
                            .setLatencyMs(i < 50 ? 10.0 : 100.0)
                            .setError(i % 10 == 0 ? "TIMEOUT" : null)
                            .setSegment(i % 2 == 0 ? "web" : "app"));
        }
        story.predict(START.plusSeconds(89), answer("in-grace"));
        assertThat(story.service()).isEmpty();
        story.predict(START.plusSeconds(90), answer("after"));
        List<ServiceJudged> judged = story.service();
        assertThat(judged).extracting(ServiceJudged::getSegment).containsExactly(null, "app", "web");
        ServiceJudged all = judged.get(0);
        assertThat(all.getWindowStart()).isEqualTo(START);
        assertThat(all.getRequests()).isEqualTo(100);
        assertThat(all.getErrors()).isEqualTo(10);
        assertThat(all.getErrorRate()).isEqualTo(0.1);
        assertThat(all.getThroughput()).isEqualTo(100 / 60.0);
        assertThat(all.getLatencyP50Ms()).isBetween(9.9, 10.1);
        assertThat(all.getLatencyP99Ms()).isBetween(99.0, 101.0);
        assertThat(all.getClasses()).containsEntry("yes", 100L);
        assertThat(judged.get(1).getErrors()).isZero();
        assertThat(judged.get(2).getErrors()).isEqualTo(10);
    }

    @Test
    void shouldFindThePlantedDriftAndNoOther() {
        story.reference("r1", START, numeric("x", 0), numeric("y", 5));
        Random random = new Random(2);
        for (int i = 0; i < 1000; i++) {
            story.predict(
                    START.plusMillis(i * 3000L),
                    answer("p" + i)
                            .setFeatures(Map.of("x", random.nextGaussian() + 0.5, "y", 5 + random.nextGaussian())));
        }
        story.later(Duration.ofHours(2));
        assertThat(story.drift()).singleElement().satisfies(judged -> {
            assertThat(judged.getReferenceId()).isEqualTo("r1");
            assertThat(judged.getDrifted()).containsExactly("x");
            assertThat(judged.getOutcome()).isEqualTo(Outcome.DRIFTED);
            assertThat(judged.getPredictions()).isEqualTo(1000);
        });
        assertThat(story.harness().read(Topics.DRIFT_STATS))
                .extracting(written -> ((DriftMeasured) written.value().getPayload()).getOutcome())
                .containsExactly(io.millrace.events.drift.Outcome.DRIFTED, io.millrace.events.drift.Outcome.STABLE);
    }

    @Test
    void shouldSayWhatIsMissingOutOfRangeUnknownAndOfAnotherKind() {
        story.reference(
                "r1", START, numeric("x", 0), FeatureReference.categorical("c", Collections.nCopies(500, "a"), 0));
        for (int i = 0; i < 200; i++) {
            story.predict(
                    START.plusMillis(i),
                    answer("p" + i)
                            .setFeatures(
                                    i < 10
                                            ? Map.of("c", "z", "zeta", 1.0)
                                            : i < 30 ? Map.of("x", 99.0, "c", "a") : Map.of("x", "text", "c", "a")));
        }
        story.later(Duration.ofHours(2));
        DriftJudged judged = story.drift().get(0);
        assertThat(judged.getMissing()).isEqualTo(10);
        assertThat(judged.getOutOfRange()).isEqualTo(20);
        assertThat(judged.getUnseen()).isEqualTo(10);
        assertThat(judged.getUnknownFeatures()).containsExactly("zeta");
        DriftMeasured x = (DriftMeasured)
                story.harness().read(Topics.DRIFT_STATS).get(1).value().getPayload();
        assertThat(x.getMistyped()).isEqualTo(170);
    }

    @Test
    void shouldSayNothingOfDriftWithoutAReference() {
        story.predict(START, answer("p").setFeatures(Map.of("x", 1.0)));
        story.later(Duration.ofHours(2));
        assertThat(story.drift()).singleElement().satisfies(judged -> {
            assertThat(judged.getOutcome()).isEqualTo(Outcome.INCONCLUSIVE);
            assertThat(judged.getReferenceId()).isNull();
        });
    }

    @Test
    void shouldCompareAWindowWithTheReferenceInForceAtItsBeginning() {
        story.reference("old", START, numeric("x", 0));
        story.reference("new", START.plusSeconds(3600), numeric("x", 3));
        story.predict(START.plusSeconds(1800), answer("p1"));
        story.predict(START.plusSeconds(2300), answer("p2"));
        story.later(Duration.ofMinutes(70));
        story.later(Duration.ofHours(3));
        assertThat(story.drift()).extracting(DriftJudged::getReferenceId).containsExactly("old", "new");
    }

    @Test
    void shouldCountAPredictionThatIsToldTwiceOnce() {
        story.predict(START, answer("p"));
        story.predict(START.plusSeconds(1), answer("p"));
        story.later(Duration.ofHours(1));
        assertThat(story.service().get(0).getRequests()).isEqualTo(1);
        assertThat(story.service().get(0).getRepeated()).isEqualTo(1);
    }

    @Test
    void shouldNotLetOneClockThatIsAnHourAheadCloseTheOthersWindows() {
        for (int i = 0; i < 60; i++) {
            story.predict(START.plusSeconds(i), answer("p" + i));
            if (i % 10 == 0) {
                story.predict(START.plusSeconds(3600 + i), answer("ahead-" + i));
            }
        }
        story.predict(START.plusSeconds(95), answer("next"));
        assertThat(story.service())
                .singleElement()
                .satisfies(judged -> assertThat(judged.getRequests()).isEqualTo(60));
        story.later(Duration.ofHours(2));
        assertThat(story.service().stream()
                        .filter(judged -> judged.getWindowStart().equals(START.plusSeconds(3600))))
                .singleElement()
                .satisfies(judged -> assertThat(judged.getAhead()).isEqualTo(6));
        assertThat(story.harness().readBytes(Topics.PREDICTIONS.deadLetterTopic()))
                .isEmpty();
    }

    @Test
    void shouldSetAsideAPredictionWhoseClockIsAnHourBehind() {
        story.predict(START, answer("p"));
        story.predict(START.minusSeconds(3600), answer("behind"));
        Bytes letter =
                story.harness().readBytes(Topics.PREDICTIONS.deadLetterTopic()).get(0);
        assertThat(letter.headers().get(DeadLetter.REASON))
                .isEqualTo("it says 2026-03-01T11:00:00Z, and its window closed when others had come to"
                        + " 2026-03-01T12:00:00Z; the clock of its producer may be behind");
    }

    @Test
    void shouldSetAsideWhatItCannotRead() {
        story.harness().sendBytes(Topics.PREDICTIONS.name(), "m/1", new byte[] {7, 1});
        story.harness().sendBytes(Topics.REFERENCES.name(), "m/1", new byte[0]);
        story.harness().sendBytes(Topics.PREDICTIONS.name(), null, new byte[0]);
        assertThat(story.harness().readBytes(Topics.PREDICTIONS.deadLetterTopic()))
                .hasSize(2);
        assertThat(story.harness().readBytes(Topics.REFERENCES.deadLetterTopic()))
                .hasSize(1);
        assertThat(story.harness().read(Topics.ALERT_SIGNALS)).hasSize(3);
    }

    @Test
    void shouldGiveTheSameVerdictsInWhateverOrderAWindowsPredictionsCome() {
        List<Integer> order =
                new java.util.ArrayList<>(IntStream.range(0, 400).boxed().toList());
        List<String> first = verdictsOf(order);
        Collections.shuffle(order, new Random(3));
        assertThat(verdictsOf(order)).isEqualTo(first);
    }

    private static List<String> verdictsOf(List<Integer> order) {
        try (MonitorStory other = new MonitorStory()) {
            other.reference("r", START, numeric("x", 0));
            for (int i : order) {
                other.predict(
                        START.plusMillis(i * 100L),
                        answer("p" + i)
                                .setLatencyMs(1.0 + i)
                                .setSegment("s" + i % 40)
                                .setFeatures(Map.of("x", i / 100.0)));
            }
            other.later(Duration.ofHours(2));
            return other.verdicts().stream().map(VerdictEvent::toString).toList();
        }
    }

    @Test
    void shouldTellOfAModelThatFails() throws IOException {
        story.rules(Files.readString(
                Path.of(System.getProperty("millrace.root", "../..")).resolve("policies/alerts.yaml")));
        int id = 0;
        for (int minute = 0; minute < 12; minute++) {
            for (int i = 0; i < 20; i++) {
                story.predict(
                        START.plusSeconds(minute * 60 + i), answer("p" + id++).setError(minute < 8 ? "DOWN" : null));
            }
            story.advance(Duration.ofMinutes(1));
        }
        story.advance(Duration.ofMinutes(1));
        List<Object> alerts = story.harness().read(Topics.ALERTS).stream()
                .map(written -> written.value().getPayload())
                .toList();
        assertThat(alerts.get(0)).isInstanceOfSatisfying(AlertFired.class, fired -> {
            assertThat(fired.getAlert().getRule()).isEqualTo("ErrorRateHigh");
            assertThat(fired.getAlert().getSummary()).isEqualTo("m/1 fails 1 of its requests");
            assertThat(fired.getAlert().getRunbook()).isEqualTo("docs/runbooks/error-rate-high.md");
            assertThat(fired.getAlert().getSince()).isEqualTo(START);
        });
        assertThat(alerts.stream().filter(NotificationDue.class::isInstance))
                .first()
                .satisfies(
                        due -> assertThat(((NotificationDue) due).getReceiver()).isEqualTo("on-call"));
        assertThat(alerts.stream().filter(AlertResolved.class::isInstance)).hasSize(1);
    }

    @Test
    void shouldSetAsideRulesThatCannotBeUnderstood() {
        story.rules("rules: [{name: A}]");
        assertThat(story.harness()
                        .readBytes(Topics.ALERT_ACTIONS.deadLetterTopic())
                        .get(0)
                        .headers()
                        .get(DeadLetter.REASON))
                .contains("needs either a metric or a signal");
    }

    @Test
    void shouldKeepItsShape() throws IOException {
        String described = MonitorTopology.build(
                        MonitorStory.WINDOWS,
                        DriftPolicy.DEFAULT,
                        new ServiceClock.Wall(InstantSource.fixed(Instant.EPOCH)),
                        new RecordedSchemas())
                .describe()
                .toString()
                .replaceAll("extractor class: [^)]*", "extractor");
        if ("topology".equals(System.getenv("MILLRACE_RECORD"))) {
            Files.createDirectories(RECORDED.getParent());
            Files.writeString(RECORDED, described);
        }
        assertThat(described).isEqualTo(Files.readString(RECORDED));
    }
}
