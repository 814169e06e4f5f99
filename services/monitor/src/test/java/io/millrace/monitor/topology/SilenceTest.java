package io.millrace.monitor.topology;

import static io.millrace.monitor.topology.MonitorStory.START;
import static io.millrace.monitor.topology.MonitorStory.answer;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.events.prediction.PredictionEvent;
import io.millrace.events.prediction.TimePassed;
import io.millrace.events.verdict.DriftJudged;
import io.millrace.events.verdict.ServiceJudged;
import io.millrace.events.verdict.VerdictEvent;
import io.millrace.streams.DeadLetter;
import io.millrace.streams.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Nobody asks a model any more, and nobody another one of its partition. */
class SilenceTest {

    private final MonitorStory story = new MonitorStory();

    /** What the partition holds: predictions, and that there were none. */
    private final List<PredictionEvent> partition = new ArrayList<>();

    @AfterEach
    void close() {
        story.close();
    }

    private void predict(String id, Instant at) {
        PredictionEvent event =
                new PredictionEvent("e-" + id, at, "server:a", answer(id).build());
        partition.add(event);
        story.harness().send(Topics.PREDICTIONS, "m/1", event, at);
    }

    private void silence(Duration time) {
        story.advance(time);
        story.harness().read(Topics.PREDICTIONS).forEach(written -> partition.add(written.value()));
    }

    @Test
    void shouldJudgeTheLastWindowsOfAModelThatFellSilent() {
        for (int i = 0; i < 10; i++) {
            predict("p" + i, START.plusSeconds(i));
        }
        silence(Duration.ofMinutes(4));
        assertThat(story.verdicts()).isEmpty();
        silence(Duration.ofMinutes(1));
        assertThat(story.service())
                .singleElement()
                .extracting(ServiceJudged::getRequests)
                .isEqualTo(10L);
        assertThat(story.drift()).isEmpty();
        silence(Duration.ofMinutes(55));
        assertThat(story.drift()).isEmpty();
        silence(Duration.ofMinutes(1));
        assertThat(story.drift())
                .singleElement()
                .extracting(DriftJudged::getPredictions)
                .isEqualTo(10L);
        int said = partition.size();
        silence(Duration.ofDays(1));
        assertThat(partition).hasSize(said);
    }

    /** Neither a server's wrong clock nor predictions of long ago are silence. */
    @Test
    void shouldCountTimeFromWhereThePredictionsWere() {
        Instant longAgo = START.minus(Duration.ofDays(400));
        for (int i = 0; i < 10; i++) {
            predict("p" + i, longAgo.plusSeconds(10 * i));
            silence(Duration.ofMinutes(4));
        }
        assertThat(partition).hasSize(10);
        assertThat(story.service())
                .singleElement()
                .extracting(ServiceJudged::getRequests)
                .isEqualTo(6L);
        predict("later", longAgo.plus(Duration.ofMinutes(20)));
        assertThat(story.harness().readBytes(Topics.PREDICTIONS.deadLetterTopic()))
                .isEmpty();
    }

    @Test
    void shouldSayTheSameWhenThePartitionIsReadAgain() {
        for (int i = 0; i < 10; i++) {
            predict("p" + i, START.plusSeconds(i));
        }
        silence(Duration.ofMinutes(6));
        predict("late", START.plusSeconds(30));
        predict("next", START.plus(Duration.ofMinutes(7)));
        silence(Duration.ofMinutes(30));
        silence(Duration.ofMinutes(40));
        List<String> verdicts =
                story.verdicts().stream().map(VerdictEvent::toString).toList();
        assertThat(verdicts).hasSize(3);
        assertThat(partition)
                .filteredOn(event -> event.getPayload() instanceof TimePassed)
                .hasSize(3);
        try (MonitorStory again = new MonitorStory()) {
            for (PredictionEvent event : partition) {
                String key = event.getPayload() instanceof TimePassed ? "0" : "m/1";
                again.harness().send(Topics.PREDICTIONS, key, event, event.getOccurredAt());
            }
            assertThat(again.verdicts().stream().map(VerdictEvent::toString)).isEqualTo(verdicts);
            assertThat(again.harness().readBytes(Topics.PREDICTIONS.deadLetterTopic()))
                    .singleElement()
                    .satisfies(letter -> assertThat(letter.headers().get(DeadLetter.REASON))
                            .startsWith("it says 2026-03-01T12:00:30Z"));
        }
    }

    @Test
    void shouldNotTakeForSilenceWhereSomebodySpokeMeanwhile() {
        predict("p", START);
        predict("q", START.plusSeconds(20));
        story.harness()
                .send(
                        Topics.PREDICTIONS,
                        "0",
                        new PredictionEvent(
                                "silence/0/0",
                                START.plusSeconds(600),
                                "service:monitor",
                                new TimePassed(START, START.plusSeconds(600))));
        assertThat(story.verdicts()).isEmpty();
    }
}
