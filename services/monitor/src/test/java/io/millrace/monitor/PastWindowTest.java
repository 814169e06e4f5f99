package io.millrace.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.events.prediction.PredictionEvent;
import io.millrace.events.prediction.PredictionMade;
import io.millrace.monitor.domain.drift.FeatureReference;
import io.millrace.monitor.domain.window.RowSample;
import io.millrace.streams.EventSerde;
import io.millrace.streams.Topic.Principal;
import io.millrace.streams.Topics;
import io.millrace.testkit.SeededRandom;
import io.millrace.testkit.TestBroker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

/** Predictions in a real topic, read as what later ones are compared with. */
class PastWindowTest {

    private static final int ROWS = 300;
    private static final Instant BEGIN = Instant.now().minus(Duration.ofHours(3));
    private static final Instant END = BEGIN.plusSeconds(ROWS);

    private final TestBroker broker = TestBroker.shared();

    private static double[] ages(SeededRandom random) {
        return IntStream.range(0, ROWS + 10)
                .mapToDouble(i -> random.nextGaussian())
                .toArray();
    }

    private void send(double[] ages) {
        EventSerde<PredictionEvent> serde = EventSerde.of(Topics.PREDICTIONS, broker.registry());
        List<Integer> order =
                new ArrayList<>(IntStream.range(0, ages.length).boxed().toList());
        Collections.shuffle(order, new Random(1));
        order.addAll(order.subList(0, 20)); // told twice
        try (KafkaProducer<String, byte[]> users = new KafkaProducer<>(
                broker.client(Principal.USERS), new StringSerializer(), new ByteArraySerializer())) {
            for (int i : order) {
                PredictionMade made = PredictionMade.newBuilder()
                        .setPredictionId("past-" + i)
                        .setModelName("past")
                        .setModelVersion("1")
                        .setFeatures(new HashMap<>(Map.of("age", ages[i], "mixed", i % 10 == 0 ? (Object) 1.0 : "a")))
                        .setPersonalFeatures(Map.of("town", i % 3 == 0 ? "x" : "y"))
                        .setLabel("yes")
                        .build();
                Instant at = BEGIN.plusSeconds(i);
                users.send(new ProducerRecord<>(
                        Topics.PREDICTIONS.name(),
                        null,
                        at.toEpochMilli(),
                        "past/1",
                        serde.serialize(null, new PredictionEvent("event-" + i, at, "server:a", made))));
            }
            users.send(new ProducerRecord<>(
                    Topics.PREDICTIONS.name(), null, BEGIN.toEpochMilli(), "past/1", new byte[] {9}));
        }
    }

    @Test
    void shouldMakeAReferenceOfWhatAModelWasGiven() {
        double[] ages = ages(SeededRandom.of("PastWindowTest"));
        send(ages);
        PastWindow window = new PastWindow("past", "1", BEGIN, END);
        List<FeatureReference> references = window.read(
                broker.client(Principal.MONITOR), broker.registry(), BEGIN.minus(Duration.ofMinutes(10)), 100);

        assertThat(references).extracting(FeatureReference::feature).containsExactly("@label", "age", "mixed", "town");
        FeatureReference expected = FeatureReference.numeric(
                "age", IntStream.range(0, ROWS).mapToDouble(i -> ages[i]).toArray(), 0);
        assertThat(references.get(1).counts()).isEqualTo(expected.counts());
        assertThat(((FeatureReference.Numeric) references.get(1)).low())
                .isEqualTo(((FeatureReference.Numeric) expected).low());
        assertThat(references.get(2).size()).isEqualTo(270);
        assertThat(references.get(2).missing()).isEqualTo(30);
        assertThat(((FeatureReference.Categorical) references.get(3)).categories())
                .containsExactly("y", "x");

        assertThatThrownBy(() -> new PastWindow("past", "2", BEGIN, END)
                        .read(broker.client(Principal.MONITOR), broker.registry(), null, 100))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("there are 0 predictions of past/2 from")
                .hasMessageContaining("name a longer window");
    }

    @Test
    void shouldSampleTheSameRowsInWhateverOrderTheyCome() {
        List<Integer> rows = new ArrayList<>(IntStream.range(0, 5000).boxed().toList());
        List<Integer> first = sampled(rows);
        Collections.shuffle(rows, SeededRandom.of("PastWindowTest.order"));
        assertThat(sampled(rows)).isEqualTo(first).hasSize(100);
        assertThat(first.stream().mapToInt(Integer::intValue).average().orElseThrow())
                .isBetween(2000.0, 3000.0);
    }

    private static List<Integer> sampled(List<Integer> rows) {
        RowSample<Integer> sample = new RowSample<>(100);
        rows.forEach(row -> sample.add("id-" + row, row));
        return List.copyOf(sample.rows());
    }
}
