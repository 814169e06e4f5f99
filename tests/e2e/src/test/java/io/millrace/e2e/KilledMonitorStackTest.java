package io.millrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.events.alert.AlertFired;
import io.millrace.events.label.LabelEvent;
import io.millrace.events.label.LabelKnown;
import io.millrace.events.prediction.PredictionEvent;
import io.millrace.events.prediction.PredictionMade;
import io.millrace.streams.EventSerde;
import io.millrace.streams.Topic;
import io.millrace.streams.Topics;
import io.millrace.testkit.SeededRandom;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole stack whose monitor is killed says of a model what one says whose monitor never was. */
class KilledMonitorStackTest {

    private static final Duration SOON = Duration.ofSeconds(120);
    private static final int MINUTES = 130;
    private static final int A_MINUTE = 12;
    private static final int ALL = MINUTES * A_MINUTE;
    private static final int REFERENCE = 1000;
    private static final double[] VALUES = SeededRandom.of("KilledMonitorStackTest", 1)
            .doubles()
            .map(StrictMath::log)
            .limit(REFERENCE + ALL)
            .toArray();
    private static final int CLOSED = MINUTES - 1 + 2; // each minute but the last one, and two hours
    private static final Pattern TIME = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z|(?<=/)1\\d{12}\\b");

    @TempDir
    Path folder;

    /**
     * What was played of a model. Two that are played alike differ in name and time alone; their names are of different
     * partitions, so that the time of one is nothing to the other.
     *
     * @param begin in the hours to come: a reference can't be set for windows that are past
     */
    private record Play(String model, Instant begin) {
        String key() {
            return model + "/1";
        }

        String id(int index) {
            return model + "-" + index;
        }

        Instant at(int index) {
            return begin.plusMillis(index * 60_000L / A_MINUTE);
        }

        /** As if it was called "it" and had begun with the clock. */
        String alike(String text) {
            return TIME.matcher(text.replace(model, "it")).replaceAll(found -> {
                String time = found.group();
                long ms = time.endsWith("Z") ? Instant.parse(time).toEpochMilli() : Long.parseLong(time);
                return Duration.ofMillis(ms - begin.toEpochMilli()).toString();
            });
        }
    }

    @Test
    void shouldSayTheSameWhenItsMonitorIsKilled() throws Exception {
        Instant soon = Instant.now().truncatedTo(ChronoUnit.HOURS).plus(Duration.ofHours(1));
        Play undisturbed = new Play("undisturbed", soon);
        Play killed = new Play("killed", soon.plus(Duration.ofHours(4)));
        try (RunningStack stack = RunningStack.start(folder, options -> options.withServices(List.of("monitor")))) {
            Map<String, Object> settings = new HashMap<>(stack.connection().kafkaProperties());
            try (KafkaProducer<String, byte[]> users =
                    new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
                Map<String, Integer> partitions = new HashMap<>();
                for (Play play : List.of(undisturbed, killed)) {
                    refer(stack, play);
                    partitions.put(play.key(), play(stack, users, play, 0, ALL / 2));
                    if (play.equals(killed)) {
                        await().atMost(SOON).until(() -> !windows(stack, play).isEmpty());
                        stack.handle("monitor").destroyForcibly();
                    }
                    play(stack, users, play, ALL / 2, ALL);
                    awaitAll(stack, play);
                }
                assertThat(partitions.values()).doesNotHaveDuplicates();
            }
            assertThat(stack.process("monitor").restarts()).isEqualTo(1);
            assertThat(windows(stack, killed)).isEqualTo(windows(stack, undisturbed));
            assertThat(String.join("\n", windows(stack, killed)))
                    .contains("STABLE")
                    .contains("DRIFTED");
            assertThat(texts(stack, Topics.DRIFT_STATS, killed))
                    .isEqualTo(texts(stack, Topics.DRIFT_STATS, undisturbed))
                    .isNotEmpty();
            assertThat(texts(stack, Topics.PREDICTION_TRUTHS, killed))
                    .isEqualTo(texts(stack, Topics.PREDICTION_TRUTHS, undisturbed));
            assertThat(fired(stack, killed))
                    .isEqualTo(fired(stack, undisturbed))
                    .hasSize(1);
            assertThat(stack.committed(Topics.ALERTS.name()))
                    .extracting(record -> stack.decode(Topics.ALERTS, record).getEventId())
                    .doesNotHaveDuplicates();
        }
    }

    private static void awaitAll(RunningStack stack, Play play) {
        long answered = IntStream.range(0, ALL).filter(i -> !fails(i)).count();
        await().atMost(SOON).untilAsserted(() -> {
            assertThat(windows(stack, play)).hasSize(CLOSED);
            assertThat(texts(stack, Topics.PREDICTION_TRUTHS, play)).hasSize((int) answered);
            assertThat(fired(stack, play)).isNotEmpty();
        });
    }

    private static boolean fails(int index) {
        int minute = index / A_MINUTE;
        return minute >= 30 && minute < 45 && index % 2 == 0;
    }

    /** Predictions and at once their labels; says which partition the predictions went to. */
    private static int play(RunningStack stack, KafkaProducer<String, byte[]> to, Play play, int from, int until)
            throws InterruptedException, ExecutionException {
        EventSerde<PredictionEvent> predictions = EventSerde.of(Topics.PREDICTIONS, stack.registry());
        EventSerde<LabelEvent> labels = EventSerde.of(Topics.LABELS, stack.registry());
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (int i = from; i < until; i++) {
            Instant at = play.at(i);
            PredictionEvent event = new PredictionEvent("e-" + play.id(i), at, "model:" + play.key(), answer(play, i));
            sent.add(to.send(new ProducerRecord<>(
                    Topics.PREDICTIONS.name(),
                    null,
                    at.toEpochMilli(),
                    play.key(),
                    predictions.serialize(null, event))));
            if (!fails(i)) {
                LabelEvent label =
                        new LabelEvent("l-" + play.id(i), at, "user:ada", new LabelKnown(play.id(i), "yes", null));
                // Of its prediction's time: a label far behind the time of predictions would not be waited for.
                to.send(new ProducerRecord<>(
                        Topics.LABELS.name(), null, at.toEpochMilli(), play.id(i), labels.serialize(null, label)));
            }
        }
        to.flush();
        int partition = 0;
        for (Future<RecordMetadata> one : sent) {
            partition = one.get().partition();
        }
        return partition;
    }

    /** From the second hour on the feature is another. */
    private static PredictionMade answer(Play play, int index) {
        boolean moved = index >= 60 * A_MINUTE;
        return PredictionMade.newBuilder()
                .setPredictionId(play.id(index))
                .setModelName(play.model())
                .setModelVersion("1")
                .setFeatures(new HashMap<>(Map.of("x", VALUES[REFERENCE + index] + (moved ? 1 : 0))))
                .setLabel(VALUES[REFERENCE + index] > -0.5 ? "yes" : "no")
                .setLatencyMs(1 + 20 * Math.abs(VALUES[REFERENCE + index]))
                .setError(fails(index) ? "DOWN" : null)
                .build();
    }

    private static void refer(RunningStack stack, Play play) throws IOException, InterruptedException {
        String values = Arrays.stream(VALUES)
                .limit(REFERENCE)
                .mapToObj(Double::toString)
                .collect(Collectors.joining(", "));
        URI reference = stack.connection().serviceUrl("monitor").resolve("/v1/models/" + play.key() + "/reference");
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(reference)
                                .header("Content-Type", "application/json")
                                .header(
                                        "Authorization",
                                        "Bearer " + stack.connection().token().orElseThrow())
                                .PUT(HttpRequest.BodyPublishers.ofString("{\"reference_id\": \"training\","
                                        + " \"effective_from\": \"" + play.begin() + "\", \"features\": {\"x\": ["
                                        + values + "]}}"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    }

    /** Verdicts that fall when a window closes. */
    private static List<String> windows(RunningStack stack, Play play) {
        return texts(stack, Topics.MODEL_VERDICTS, play).stream()
                .filter(text -> !text.contains("/quality/"))
                .toList();
    }

    /** What a topic has of the model, ascending. */
    private static <E extends SpecificRecord> List<String> texts(RunningStack stack, Topic<E> topic, Play play) {
        return stack.committed(topic.name()).stream()
                .filter(record -> record.key().startsWith(play.key()))
                .map(record -> play.alike(stack.decode(topic, record).toString()))
                .sorted()
                .toList();
    }

    /** The alerts on errors, and since when it was so. */
    private static TreeSet<String> fired(RunningStack stack, Play play) {
        TreeSet<String> fired = new TreeSet<>();
        stack.committed(Topics.ALERTS.name()).forEach(record -> {
            if (stack.decode(Topics.ALERTS, record).getPayload() instanceof AlertFired fire
                    && fire.getAlert().getRule().equals("ErrorRateHigh")
                    && play.model().equals(fire.getAlert().getLabels().get("model_name"))) {
                fired.add(play.alike("since " + fire.getAlert().getSince()));
            }
        });
        return fired;
    }
}
