package io.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.events.job.CheckpointSaved;
import io.millrace.events.job.JobCancelRequested;
import io.millrace.events.job.JobSubmitted;
import io.millrace.events.job.ProgressReported;
import io.millrace.events.prediction.PredictionMade;
import io.millrace.events.run.MetricsLogged;
import io.millrace.events.run.ParamsLogged;
import io.millrace.events.run.RunEnded;
import io.millrace.events.run.RunHeartbeat;
import io.millrace.events.run.RunStarted;
import io.millrace.events.run.RunStatus;
import io.millrace.streams.Envelope;
import io.millrace.streams.EventSerde;
import io.millrace.streams.Topic;
import io.millrace.streams.Topic.Principal;
import io.millrace.streams.Topics;
import io.millrace.streams.runtime.TopicReader;
import io.millrace.testkit.TestBroker;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.LongStream;
import org.apache.avro.specific.SpecificRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is handed to a client, as it lies in the topics of a real broker. */
class MillraceClientTest {

    private final String key = UUID.randomUUID().toString();

    @TempDir
    private Path folder;

    private Path config(String registry, Map<String, String> with) throws IOException {
        Map<String, Object> lines = new TreeMap<>(TestBroker.shared().client(Principal.USERS));
        lines.put("schema.registry.url", registry);
        lines.put("millrace.schema.cache", folder.resolve("schemas-" + registry.hashCode()));
        lines.putAll(with);
        Properties properties = new Properties();
        lines.forEach((name, value) -> properties.setProperty(name, value.toString()));
        Path file = folder.resolve("client.properties");
        try (Writer writer = Files.newBufferedWriter(file)) {
            properties.store(writer, null);
        }
        return file;
    }

    private MillraceClient client(String... with) throws IOException {
        return MillraceClient.connect(config(
                TestBroker.shared().registryUrl().toString(), with.length == 0 ? Map.of() : Map.of(with[0], with[1])));
    }

    private static <E extends SpecificRecord> List<Envelope> stored(Topic<E> topic, String key) {
        EventSerde<E> serde = EventSerde.of(topic, TestBroker.shared().registry());
        List<Envelope> events = new ArrayList<>();
        try (TopicReader reader = new TopicReader(TestBroker.shared().client(Principal.USERS), List.of(topic.name()))) {
            reader.toEnd(record -> {
                if (key.equals(record.key())) {
                    Envelope event = Envelope.of(serde.decode(record.value()));
                    assertThat(record.timestamp()).isBetween(event.occurredAt(), event.occurredAt() + 60_000);
                    events.add(event);
                }
            });
        }
        return events;
    }

    private static List<Object> payloads(Topic<?> topic, String key) {
        return stored(topic, key).stream().map(Envelope::payload).toList();
    }

    @Test
    void shouldStoreWhatIsSaidOfAJobBeforeItReturns() throws IOException {
        JobSubmitted job = SubmissionTest.job(Map.of("project", "x"));
        try (MillraceClient client = client()) {
            Submission submission = new Submission(key, job);
            client.submit(submission);
            assertThat(stored(Topics.JOB_EVENTS, key)).singleElement().satisfies(event -> {
                assertThat(event.eventId()).isEqualTo(submission.eventId());
                assertThat(event.actor()).isEqualTo("user:ada");
                assertThat(event.payload()).isEqualTo(job);
            });
            client.checkpoint(key, 1, "ada", "c/1", 10);
            client.progress(key, 1, "ada", 0.5, 20);
            client.cancel(key, "bob", "too slow");
            assertThat(payloads(Topics.JOB_EVENTS, key))
                    .containsExactly(
                            job,
                            new CheckpointSaved(1, "c/1", 10L),
                            new ProgressReported(1, 0.5, 20L),
                            new JobCancelRequested("too slow"));
            String id = client.submit(job);
            assertThat(payloads(Topics.JOB_EVENTS, id)).containsExactly(job);
        }
    }

    @Test
    void shouldStoreARunInOrderAndManyMetricsAtOnce() throws IOException {
        String id;
        try (MillraceClient client = client()) {
            Run run = client.startRun(RunStarted.newBuilder()
                    .setExperiment("e")
                    .setUser("ada")
                    .setName("first")
                    .build());
            id = run.id();
            run.params(Map.of("lr", "0.1"));
            for (int step = 0; step < 2500; step++) {
                run.metric("loss", step == 0 ? Double.NaN : 1.0 / step, step);
            }
            run.close();
            run.close();
            assertThatThrownBy(() -> run.params(Map.of()))
                    .isInstanceOf(ClientException.class)
                    .hasMessage("run " + id + " has ended");
        }
        List<Object> payloads = payloads(Topics.RUN_EVENTS, id);
        assertThat(payloads.getFirst()).isInstanceOf(RunStarted.class);
        assertThat(payloads.get(1)).isEqualTo(new ParamsLogged(Map.of("lr", "0.1")));
        assertThat(payloads.getLast()).isEqualTo(new RunEnded(RunStatus.FINISHED, ""));
        List<MetricsLogged> metrics = payloads.stream()
                .filter(MetricsLogged.class::isInstance)
                .map(MetricsLogged.class::cast)
                .toList();
        assertThat(metrics.stream().flatMap(batch -> batch.getMetrics().stream()))
                .extracting(metric -> metric.getStep())
                .containsExactlyElementsOf(LongStream.range(0, 2500).boxed().toList());
        assertThat(metrics.getFirst().getMetrics().getFirst().getValue()).isNaN();
        assertThat(metrics.size()).isBetween(3, 30);
        assertThat(stored(Topics.RUN_EVENTS, id)).extracting(Envelope::eventId).isSorted();
    }

    @Test
    void shouldSayThatARunIsAlive() throws IOException {
        try (MillraceClient client = client();
                Run run = client.startRun(RunStarted.newBuilder()
                        .setExperiment("e")
                        .setSilentAfterMs(600L)
                        .build())) {
            Awaitility.await()
                    .atMost(Duration.ofMinutes(2))
                    .until(() -> payloads(Topics.RUN_EVENTS, run.id()).contains(new RunHeartbeat(600L)));
        }
    }

    @Test
    void shouldStorePredictionsByTheEnd() throws IOException {
        try (MillraceClient client = client()) {
            for (int i = 0; i < 1000; i++) {
                assertThat(client.predict(PredictionMade.newBuilder()
                                .setPredictionId("p-" + i)
                                .setModelName(key)
                                .setModelVersion("3")
                                .setFeatures(Map.of("age", 31.0, "channel", "web"))
                                .setScore(0.9)
                                .build()))
                        .isTrue();
            }
            assertThat(client.flush()).isTrue();
            assertThat(client.notStored()).isZero();
            assertThat(payloads(Topics.PREDICTIONS, key + "/3"))
                    .extracting(payload -> ((PredictionMade) payload).getPredictionId())
                    .hasSize(1000)
                    .startsWith("p-0", "p-1")
                    .endsWith("p-999");
        }
    }

    @Test
    void shouldSayWhatCouldNotBeStored() throws IOException {
        MillraceClient unreachable = client("bootstrap.servers", "127.0.0.1:1");
        PredictionMade prediction = PredictionMade.newBuilder()
                .setPredictionId("p")
                .setModelName("m")
                .setModelVersion("1")
                .build();
        assertThat(unreachable.predict(prediction)).isTrue();
        assertThat(unreachable.predict(prediction)).isTrue();
        assertThatThrownBy(() -> unreachable.close(Duration.ofMillis(1500)))
                .isInstanceOf(ClientException.class)
                .hasMessage("2 of 2 events were not stored: no answer from Kafka at 127.0.0.1:1;"
                        + " 'millrace status' says how the stack is");
        unreachable.close();
        assertThatThrownBy(() -> unreachable.predict(prediction)).hasMessage("this client is closed");

        MillraceClient lost = MillraceClient.connect(config("http://127.0.0.1:1/apis/ccompat/v7", Map.of()));
        lost.predict(prediction);
        assertThatThrownBy(() -> lost.close(Duration.ofMillis(1500)))
                .hasMessage("1 of 1 events were not stored: schema registry http://127.0.0.1:1/apis/ccompat/v7 does"
                        + " not answer; 'millrace status' says how the stack is");
    }

    @Test
    void shouldSayThatTheBrokerKnowsNoSuchUser() throws IOException {
        String login = "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"users\""
                + " password=\"wrong\";";
        MillraceClient stranger = client("sasl.jaas.config", login);
        assertThatThrownBy(() -> stranger.cancel(key, "ada", ""))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("Authentication failed");
        assertThatThrownBy(stranger::close)
                .hasMessageMatching("1 of 1 events were not stored: .*Authentication failed.*");
    }
}
