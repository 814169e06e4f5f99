package io.millrace.monitor.topology;

import static io.millrace.monitor.topology.MonitorStory.START;
import static io.millrace.monitor.topology.MonitorStory.answer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.events.label.LabelEvent;
import io.millrace.events.label.LabelKnown;
import io.millrace.events.telemetry.GpuSample;
import io.millrace.events.telemetry.GpusSampled;
import io.millrace.events.telemetry.TelemetryEvent;
import io.millrace.events.verdict.QualityRestated;
import io.millrace.streams.DeadLetter;
import io.millrace.streams.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TruthTopologyTest {

    private final MonitorStory story = new MonitorStory();
    private int events;

    @AfterEach
    void close() {
        story.close();
    }

    private void label(String id, @Nullable String label, @Nullable Double value, Instant at) {
        story.harness()
                .send(
                        Topics.LABELS,
                        id,
                        new LabelEvent("label-" + events++, at, "user:ada", new LabelKnown(id, label, value)),
                        at);
    }

    private List<QualityRestated> quality() {
        return story.verdicts().stream()
                .filter(verdict -> verdict.getPayload() instanceof QualityRestated)
                .map(verdict -> (QualityRestated) verdict.getPayload())
                .toList();
    }

    private List<String> reasons() {
        return story.harness().readBytes(Topics.LABELS.deadLetterTopic()).stream()
                .map(letter -> letter.headers().getOrDefault(DeadLetter.REASON, ""))
                .toList();
    }

    @Test
    void shouldRestateQualityAsLabelsCome() {
        for (int i = 0; i < 100; i++) {
            story.predict(START.plusSeconds(i), answer("p" + i).setScore(0.9).setLabel("yes"));
        }
        Instant weeksLater = START.plus(Duration.ofDays(20));
        for (int i = 0; i < 100; i++) {
            label("p" + i, i % 5 == 0 ? "no" : "yes", null, weeksLater.plusMillis(i));
        }
        List<QualityRestated> told = quality();
        assertThat(told.get(0).getLabels()).isEqualTo(1);
        label("p-unknown", "yes", null, weeksLater.plusSeconds(120));
        story.predict(START.plusSeconds(101), answer("p-last"));
        label("p-last", "yes", null, weeksLater.plusSeconds(121));
        QualityRestated last = quality().get(quality().size() - 1);
        assertThat(last.getWindowStart()).isEqualTo(START);
        assertThat(last.getLabels()).isEqualTo(100);
        assertThat(last.getAccuracy()).isEqualTo(0.8);
        assertThat(last.getRecall()).isCloseTo(0.5, within(1e-12)); // all of yes, none of no
        assertThat(quality().size()).isLessThan(60);
    }

    @Test
    void shouldJoinALabelThatComesFirst() {
        label("p", "yes", null, START);
        assertThat(quality()).isEmpty();
        story.predict(START.plusSeconds(1), answer("p"));
        assertThat(quality())
                .singleElement()
                .satisfies(told -> assertThat(told.getAccuracy()).isEqualTo(1.0));
        assertThat(reasons()).isEmpty();
    }

    /** As after an outage, where labels are read before the predictions that came earlier. */
    @Test
    void shouldWaitForPredictionsThatAreReadLate() {
        for (int day = 0; day < 20; day++) {
            label("p" + day, "yes", null, START.plus(Duration.ofDays(day)));
        }
        for (int day = 0; day < 20; day++) {
            story.later(Duration.ofDays(day).minusMinutes(5));
            story.predict(START.plus(Duration.ofDays(day)).minusSeconds(9), answer("p" + day));
        }
        assertThat(story.harness().read(Topics.PREDICTION_TRUTHS)).hasSize(20);
        assertThat(reasons()).isEmpty();
    }

    @Test
    void shouldCompareNumbers() {
        story.predict(START, answer("p").setScore(10.0).setLabel(null));
        label("p", null, 12.5, START.plusSeconds(9));
        assertThat(quality()).singleElement().satisfies(told -> {
            assertThat(told.getMae()).isEqualTo(2.5);
            assertThat(told.getRmse()).isEqualTo(2.5);
            assertThat(told.getAccuracy()).isNull();
        });
    }

    @Test
    void shouldSetAsideASecondLabelAndOneThatFindsNoPrediction() {
        story.predict(START, answer("p"));
        label("p", "yes", null, START.plusSeconds(1));
        label("p", "no", null, START.plusSeconds(2));
        label("nobody", "no", null, START.plusSeconds(3));
        assertThat(reasons()).containsExactly("prediction p has a label already, and the first one counts");
        label("empty", null, null, START.plusSeconds(4));
        assertThat(reasons()).containsExactly("it says neither a class nor a number");
        label("others", "yes", null, START.plus(Duration.ofHours(9)));
        story.predict(START.plus(Duration.ofMinutes(59)), answer("q"));
        assertThat(reasons()).isEmpty();
        story.later(Duration.ofMinutes(62));
        assertThat(reasons())
                .containsExactly("nobody has heard of prediction nobody, and those of an hour later have come");
    }

    @Test
    void shouldSignalMemoryThatIsNearlyFullOnceAMinute() {
        for (int second = 0; second < 180; second += 10) {
            Instant at = START.plusSeconds(second);
            story.harness()
                    .send(
                            Topics.GPU_TELEMETRY,
                            "node-1",
                            new TelemetryEvent(
                                    "sample-" + second,
                                    at,
                                    "agent:node-1",
                                    new GpusSampled(List.of(
                                            new GpuSample(0, 0.5f, 75_000, 80_000, 300f, "job-1"),
                                            new GpuSample(1, 0.5f, 40_000, 80_000, 300f, null)))),
                            at);
        }
        assertThat(story.harness().read(Topics.ALERT_SIGNALS))
                .hasSize(3)
                .allSatisfy(written -> assertThat(written.key()).isEqualTo("GpuMemoryHigh/node-1/0"));
    }

    @Test
    void shouldTellWhichDetectorsSawErrorsChange() {
        Random random = new Random(1);
        for (int i = 0; i < 2000; i++) {
            story.predict(START.plusMillis(i), answer("p" + i));
        }
        for (int i = 0; i < 2000; i++) {
            boolean right = random.nextDouble() < (i < 1000 ? 0.95 : 0.5);
            label("p" + i, right ? "yes" : "no", null, START.plusSeconds(60 + i));
        }
        assertThat(quality().stream().flatMap(told -> told.getDriftDetectedBy().stream()))
                .contains("ADWIN", "DDM", "PAGE_HINKLEY");
    }
}
