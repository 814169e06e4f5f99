package io.millrace.tracker.projection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.awaitility.Awaitility.await;

import io.millrace.events.refusal.EntryRefused;
import io.millrace.events.refusal.RefusalEvent;
import io.millrace.events.run.Metric;
import io.millrace.events.run.MetricsLogged;
import io.millrace.events.run.ParamsLogged;
import io.millrace.events.run.RunEnded;
import io.millrace.events.run.RunEvent;
import io.millrace.events.run.RunStarted;
import io.millrace.events.run.RunStatus;
import io.millrace.events.run.TagsSet;
import io.millrace.events.signal.SignalEvent;
import io.millrace.events.signal.SignalRaised;
import io.millrace.streams.DeadLetter;
import io.millrace.streams.EventSerde;
import io.millrace.streams.Topic.Principal;
import io.millrace.streams.Topics;
import io.millrace.streams.runtime.TopicReader;
import io.millrace.testkit.TestBroker;
import io.millrace.tracker.domain.Measurement;
import io.millrace.tracker.domain.RunState;
import io.millrace.tracker.store.StoredRun;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tables against a real broker, in H2. */
class ProjectionTest {

    private static final Instant AT = Instant.ofEpochMilli(1_700_000_000_000L);

    @TempDir
    private Path folder;

    private final String run = UUID.randomUUID().toString().replace("-", "");
    private TrackerUnderTest tracker;

    @BeforeEach
    void open() {
        tracker = new TrackerUnderTest(url()).follow();
    }

    private String url() {
        return "jdbc:h2:file:" + folder.resolve("tracker");
    }

    @AfterEach
    void close() {
        tracker.close();
    }

    private static RunEvent event(Object payload) {
        return new RunEvent(UUID.randomUUID().toString(), AT, "user:ada", payload);
    }

    private static RunStarted started(String experiment) {
        return new RunStarted(experiment, null, "digits", "ada", null, "train", 1, Map.of("kind", "test"), null);
    }

    private RecordMetadata log(Object payload) {
        return tracker.log(run, event(payload));
    }

    private StoredRun find() {
        return Objects.requireNonNull(tracker.find(run));
    }

    @Test
    void shouldKeepWhatTrainingCodeLogs() {
        log(started("vision"));
        log(new ParamsLogged(Map.of("rate", "0.1")));
        log(new MetricsLogged(List.of(
                new Metric("loss", 0.5, 1L, AT.plusMillis(1)),
                new Metric("loss", Double.NaN, 2L, AT.plusMillis(2)),
                new Metric("big", Double.POSITIVE_INFINITY, 0L, AT))));
        log(new TagsSet(Map.of("note", "ü", "kind", "real"), List.of()));
        log(new TagsSet(Map.of(), List.of("note")));
        tracker.await(log(new RunEnded(RunStatus.FINISHED, "")));

        StoredRun stored = find();
        assertThat(stored.summary().state()).isEqualTo(RunState.FINISHED);
        assertThat(stored.summary().name()).isEqualTo("digits");
        assertThat(stored.summary().jobId()).isEqualTo("train");
        assertThat(stored.params()).containsExactly(entry("rate", "0.1"));
        assertThat(stored.metrics())
                .containsExactly(
                        new Measurement("big", Double.POSITIVE_INFINITY, 0, AT.toEpochMilli()),
                        new Measurement("loss", Double.NaN, 2, AT.toEpochMilli() + 2));
        assertThat(stored.tags())
                .containsOnly(
                        entry("kind", "real"),
                        entry("mlflow.runName", "digits"),
                        entry("mlflow.user", "ada"),
                        entry("millrace.job", "train"));
    }

    @Test
    void shouldTakeAnEventThatIsSentTwiceOnce() {
        log(started("vision"));
        RunEvent first = event(new TagsSet(Map.of("note", "first"), List.of()));
        RunEvent metrics = event(new MetricsLogged(List.of(new Metric("loss", 0.5, 1L, AT))));
        tracker.log(run, first);
        tracker.log(run, metrics);
        log(new TagsSet(Map.of("note", "second"), List.of()));
        tracker.log(run, first);
        tracker.await(tracker.log(run, metrics));
        assertThat(find().tags()).containsEntry("note", "second");
        assertThat(tracker.history(run, "loss")).containsExactly(new Measurement("loss", 0.5, 1, AT.toEpochMilli()));
    }

    @Test
    void shouldRefuseAParamThatChangesAndSayWhich() {
        log(started("vision"));
        log(new ParamsLogged(Map.of("rate", "0.1")));
        RecordMetadata at = log(new ParamsLogged(Map.of("rate", "0.2")));
        tracker.await(log(new ParamsLogged(Map.of("rate", "0.1"))));
        assertThat(find().params()).containsExactly(entry("rate", "0.1"));
        await().untilAsserted(() -> assertThat(refusals()).hasSize(1));
        assertThat(refusals()).singleElement().satisfies(refused -> {
            assertThat(refused.getSourceOffset()).isEqualTo(at.offset());
            assertThat(refused.getKey()).isEqualTo("rate");
            assertThat(refused.getKept()).isEqualTo("0.1");
            assertThat(refused.getRefused()).isEqualTo("0.2");
        });
    }

    /** A caller's own word is applied at once; what lies before it in the log and comes later wins all the same. */
    @Test
    void shouldLetTheLogDecideBetweenBothDoors() {
        tracker.await(log(started("vision")));
        tracker.close();
        tracker = new TrackerUnderTest(url());
        log(new ParamsLogged(Map.of("rate", "0.1")));
        List<LogRecord<RunEvent>> ahead = tracker.database.transaction(transaction -> {
            var locked = Objects.requireNonNull(tracker.runs.lock(transaction, run));
            List<LogRecord<RunEvent>> stored = tracker.door.append(
                    transaction,
                    Topics.RUN_EVENTS,
                    run,
                    List.of(event(new ParamsLogged(Map.of("rate", "0.2", "depth", "3")))));
            tracker.runFold.apply(transaction, locked, stored);
            return stored;
        });
        assertThat(find().params()).containsExactly(entry("depth", "3"), entry("rate", "0.2"));
        tracker.follow();
        tracker.await(log(new TagsSet(Map.of("seen", "yes"), List.of())));
        assertThat(find().params()).containsExactly(entry("depth", "3"), entry("rate", "0.1"));
        await().untilAsserted(() -> assertThat(refusals()).hasSize(1));
        assertThat(refusals()).singleElement().satisfies(refused -> {
            assertThat(refused.getSourceOffset()).isEqualTo(ahead.getFirst().offset());
            assertThat(refused.getRefused()).isEqualTo("0.2");
        });
    }

    @Test
    void shouldPutAsideWhatCanNotBeRead() {
        RecordMetadata bad = tracker.send(Topics.RUN_EVENTS, run, "no event".getBytes(StandardCharsets.UTF_8));
        log(started("vision"));
        tracker.await(log(new ParamsLogged(Map.of("rate", "0.1"))));
        assertThat(find().params()).containsOnlyKeys("rate");
        await().untilAsserted(() -> assertThat(deadLetters(bad)).hasSize(1));
        await().untilAsserted(() -> assertThat(signals(bad)).singleElement().satisfies(signal -> {
            assertThat(signal.getName()).isEqualTo("DeadLettered");
            assertThat(signal.getLabels()).isEqualTo(Map.of("service", "tracker", "topic", "run-events"));
        }));

        // Built anew, nothing is told twice.
        StoredRun before = find();
        tracker.close();
        tracker = new TrackerUnderTest("jdbc:h2:mem:" + run).follow();
        tracker.awaitCaughtUp();
        tracker.await(log(new TagsSet(Map.of(), List.of())));
        assertThat(find().params()).isEqualTo(before.params());
        assertThat(deadLetters(bad)).hasSize(1);
        assertThat(signals(bad)).hasSize(1);
    }

    private List<EntryRefused> refusals() {
        EventSerde<RefusalEvent> serde =
                EventSerde.of(Topics.RUN_REFUSALS, TestBroker.shared().registry());
        List<EntryRefused> found = new ArrayList<>();
        read(Topics.RUN_REFUSALS.name(), record -> {
            if (run.equals(record.key())) {
                found.add((EntryRefused) serde.decode(record.value()).getPayload());
            }
        });
        return found;
    }

    private static List<ConsumerRecord<String, byte[]>> deadLetters(RecordMetadata of) {
        List<ConsumerRecord<String, byte[]>> found = new ArrayList<>();
        read(Topics.RUN_EVENTS.deadLetterTopic(), record -> {
            String offset = new String(
                    record.headers().lastHeader(DeadLetter.SOURCE_OFFSET).value(), StandardCharsets.UTF_8);
            String partition = new String(
                    record.headers().lastHeader(DeadLetter.SOURCE_PARTITION).value(), StandardCharsets.UTF_8);
            if (offset.equals(Long.toString(of.offset())) && partition.equals(Integer.toString(of.partition()))) {
                found.add(record);
            }
        });
        return found;
    }

    private static List<SignalRaised> signals(RecordMetadata of) {
        EventSerde<SignalEvent> serde =
                EventSerde.of(Topics.ALERT_SIGNALS, TestBroker.shared().registry());
        String id = of.topic() + "/" + of.partition() + "/" + of.offset();
        List<SignalRaised> found = new ArrayList<>();
        read(Topics.ALERT_SIGNALS.name(), record -> {
            SignalEvent signal = serde.decode(record.value());
            if (signal.getEventId().equals(id)) {
                found.add((SignalRaised) signal.getPayload());
            }
        });
        return found;
    }

    private static void read(String topic, Consumer<ConsumerRecord<String, byte[]>> taker) {
        try (TopicReader reader = new TopicReader(TestBroker.shared().client(Principal.USERS), List.of(topic))) {
            reader.toEnd(taker);
        }
    }
}
