package io.millrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.events.alert.AlertEvent;
import io.millrace.events.alert.AlertFired;
import io.millrace.events.label.LabelEvent;
import io.millrace.events.label.LabelKnown;
import io.millrace.events.prediction.PredictionEvent;
import io.millrace.events.prediction.PredictionMade;
import io.millrace.events.verdict.QualityRestated;
import io.millrace.events.verdict.VerdictEvent;
import io.millrace.streams.EventSerde;
import io.millrace.streams.Topic;
import io.millrace.streams.Topics;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole stack whose monitor is killed says of a model what one says whose monitor never was. */
class KilledMonitorStackTest {

    private static final Duration SOON = Duration.ofSeconds(120);
    private static final int MINUTES = 130;
    private static final int A_MINUTE = 20;
    private static final int ALL = MINUTES * A_MINUTE;
    private static final int CLOSED_MINUTES = MINUTES - 1; // the grace of the last one is not over

    /** Hours to come: a reference can't be set for windows that are past. */
    private static final Instant BEGIN =
            Instant.now().truncatedTo(ChronoUnit.HOURS).plus(Duration.ofHours(1));

    @TempDir
    Path folder;

    /**
     * What a monitor said.
     *
     * @param windows verdicts that fall when a window closes, ascending
     * @param drift statistics of features, ascending
     * @param truths labels with their predictions, ascending
     * @param fired rules and since when it was so
     * @param alerts ids of all that was decided of alerts
     */
    private record Said(
            List<String> windows,
            List<String> drift,
            List<String> truths,
            TreeSet<String> fired,
            List<String> alerts) {}

    @Test
    void shouldSayTheSameWhenItsMonitorIsKilled() throws Exception {
        Said undisturbed = said(folder.resolve("undisturbed"), 0);
        Said killed = said(folder.resolve("killed"), 2);

        assertThat(killed.windows()).isEqualTo(undisturbed.windows());
        assertThat(String.join("\n", killed.windows())).contains("STABLE").contains("DRIFTED");
        assertThat(killed.drift()).isEqualTo(undisturbed.drift()).isNotEmpty();
        assertThat(killed.truths()).isEqualTo(undisturbed.truths());
        assertThat(killed.fired()).isEqualTo(undisturbed.fired()).isNotEmpty();
        assertThat(killed.alerts()).doesNotHaveDuplicates();
        assertThat(undisturbed.alerts()).doesNotHaveDuplicates();
    }

    private static Said said(Path data, int kills) throws IOException, InterruptedException {
        try (RunningStack stack = RunningStack.start(data, options -> options.withServices(List.of("monitor")))) {
            refer(stack);
            Map<String, Object> settings = new HashMap<>(stack.connection().kafkaProperties());
            try (KafkaProducer<String, byte[]> users =
                    new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
                for (int i = 0; i < ALL; i++) {
                    if (i > 0 && kills > 0 && i % (ALL / (kills + 1)) == 0) {
                        users.flush();
                        int soFar = i / A_MINUTE / 2;
                        await().atMost(SOON).until(() -> windows(stack).size() >= soFar);
                        stack.killAndAwaitSuccessor("monitor");
                    }
                    predict(stack, users, i);
                    label(stack, users, i);
                }
            }
            // Two hours closed, and each minute; then all labels are joined.
            await().atMost(SOON).until(() -> windows(stack).size() >= CLOSED_MINUTES + 2);
            long answered = IntStream.range(0, ALL).filter(i -> !fails(i)).count();
            await().atMost(SOON)
                    .until(() ->
                            stack.committed(Topics.PREDICTION_TRUTHS.name()).size() == answered);
            await().atMost(SOON).until(() -> !fired(stack).isEmpty());
            return new Said(
                    windows(stack),
                    texts(stack, Topics.DRIFT_STATS),
                    texts(stack, Topics.PREDICTION_TRUTHS),
                    fired(stack),
                    stack.committed(Topics.ALERTS.name()).stream()
                            .map(record -> stack.decode(Topics.ALERTS, record).getEventId())
                            .toList());
        }
    }

    private static boolean fails(int index) {
        int minute = index / A_MINUTE;
        return minute >= 30 && minute < 45 && index % 2 == 0;
    }

    /** From the second hour on the feature is another. */
    private static PredictionMade answer(int index) {
        Random random = new Random(index);
        boolean moved = index >= 60 * A_MINUTE;
        return PredictionMade.newBuilder()
                .setPredictionId("p-" + index)
                .setModelName("m")
                .setModelVersion("1")
                .setFeatures(new HashMap<>(Map.of("x", random.nextGaussian() + (moved ? 1 : 0))))
                .setLabel(random.nextBoolean() ? "yes" : "no")
                .setLatencyMs(1 + 20 * random.nextDouble())
                .setError(fails(index) ? "DOWN" : null)
                .build();
    }

    private static void predict(RunningStack stack, KafkaProducer<String, byte[]> to, int index) {
        Instant at = BEGIN.plusMillis(index * 60_000L / A_MINUTE);
        send(stack, to, Topics.PREDICTIONS, "m/1", new PredictionEvent("e-" + index, at, "model:m/1", answer(index)));
    }

    private static void label(RunningStack stack, KafkaProducer<String, byte[]> to, int index) {
        if (!fails(index)) {
            LabelKnown known = new LabelKnown("p-" + index, "yes", null);
            send(stack, to, Topics.LABELS, "p-" + index, new LabelEvent("l-" + index, BEGIN, "user:ada", known));
        }
    }

    private static <E extends SpecificRecord> void send(
            RunningStack stack, KafkaProducer<String, byte[]> to, Topic<E> topic, String key, E event) {
        byte[] value = EventSerde.of(topic, stack.registry()).serialize(null, event);
        to.send(new ProducerRecord<>(topic.name(), key, value), (sent, failure) -> {
            if (failure != null) {
                throw new AssertionError(failure);
            }
        });
    }

    private static void refer(RunningStack stack) throws IOException, InterruptedException {
        Random random = new Random(-1);
        String values = IntStream.range(0, 1000)
                .mapToObj(i -> Double.toString(random.nextGaussian()))
                .collect(Collectors.joining(", "));
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(
                                        stack.connection().serviceUrl("monitor").resolve("/v1/models/m/1/reference"))
                                .header("Content-Type", "application/json")
                                .header(
                                        "Authorization",
                                        "Bearer " + stack.connection().token().orElseThrow())
                                .PUT(HttpRequest.BodyPublishers.ofString("{\"reference_id\": \"training\","
                                        + " \"effective_from\": \"" + BEGIN + "\", \"features\": {\"x\": [" + values
                                        + "]}}"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    }

    private static List<VerdictEvent> verdicts(RunningStack stack) {
        List<VerdictEvent> verdicts = new ArrayList<>();
        stack.committed(Topics.MODEL_VERDICTS.name())
                .forEach(record -> verdicts.add(stack.decode(Topics.MODEL_VERDICTS, record)));
        return verdicts;
    }

    private static List<String> windows(RunningStack stack) {
        return verdicts(stack).stream()
                .filter(verdict -> !(verdict.getPayload() instanceof QualityRestated))
                .map(VerdictEvent::toString)
                .sorted()
                .toList();
    }

    private static <E extends SpecificRecord> List<String> texts(RunningStack stack, Topic<E> topic) {
        return stack.committed(topic.name()).stream()
                .map(record -> stack.decode(topic, record).toString())
                .sorted()
                .toList();
    }

    private static TreeSet<String> fired(RunningStack stack) {
        TreeSet<String> fired = new TreeSet<>();
        stack.committed(Topics.ALERTS.name()).forEach(record -> {
            AlertEvent event = stack.decode(Topics.ALERTS, record);
            if (event.getPayload() instanceof AlertFired alert
                    && alert.getAlert().getRule().equals("ErrorRateHigh")) {
                fired.add(alert.getAlert().getRule() + " since "
                        + alert.getAlert().getSince());
            }
        });
        return fired;
    }
}
