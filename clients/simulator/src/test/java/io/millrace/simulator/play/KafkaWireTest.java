package io.millrace.simulator.play;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.events.clock.ClockAdvanced;
import io.millrace.events.clock.ClockEvent;
import io.millrace.events.cycle.CycleDecided;
import io.millrace.events.cycle.CycleEvent;
import io.millrace.events.decision.JobDecision;
import io.millrace.events.decision.StopRequestCause;
import io.millrace.events.decision.StopRequested;
import io.millrace.simulator.trace.Cluster;
import io.millrace.simulator.trace.Trace;
import io.millrace.simulator.trace.TraceJob;
import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.Topic;
import io.millrace.streams.Topic.Principal;
import io.millrace.streams.Topics;
import io.millrace.testkit.TestBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

class KafkaWireTest {
    private static final Duration ONE_POLL = Duration.ofMillis(200);
    private static final int MOST_POLLS = 100;

    private final Map<String, Object> client = TestBroker.shared().client(Principal.SIMULATOR);
    private final SchemaLookup schemas = TestBroker.shared().registry();

    @Test
    void shouldStoreWhatItSendsAtItsPlayedTime() {
        ClockEvent event = new ClockEvent(
                "play-1", Instant.ofEpochMilli(5_000), "service:simulator", new ClockAdvanced(1L, Map.of("red", 3L)));
        try (KafkaWire wire = KafkaWire.connect(client, schemas)) {
            wire.send(Topics.CLOCK, "play", event, 5_000);
            wire.flush();
        }

        TopicPartition clock = new TopicPartition(Topics.CLOCK.name(), 0);
        try (var consumer = new KafkaConsumer<>(
                TestBroker.shared().client(Principal.SCHEDULER),
                new StringDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(List.of(clock));
            consumer.seek(clock, consumer.endOffsets(List.of(clock)).getOrDefault(clock, 0L) - 1);
            var messages = consumer.poll(Duration.ofSeconds(10)).records(clock);
            assertThat(messages).hasSize(1);
            assertThat(messages.getFirst().key()).isEqualTo("play");
            assertThat(messages.getFirst().timestamp()).isEqualTo(5_000);
            assertThat(EventSerde.of(Topics.CLOCK, schemas)
                            .decode(messages.getFirst().value()))
                    .isEqualTo(event);
        }
    }

    @Test
    void shouldReadWhatIsCommittedAfterItConnected() {
        try (var scheduler = scheduler()) {
            scheduler.initTransactions();
            scheduler.beginTransaction();
            decide(scheduler, "before", 1);
            scheduler.commitTransaction();

            try (KafkaWire wire = KafkaWire.connect(client, schemas)) {
                scheduler.beginTransaction();
                decide(scheduler, "aborted", 2);
                scheduler.abortTransaction();
                scheduler.beginTransaction();
                decide(scheduler, "after", 2);
                scheduler.commitTransaction();

                List<Wire.Answer> answers = new ArrayList<>();
                for (int i = 0; i < MOST_POLLS && answers.size() < 2; i++) {
                    answers.addAll(wire.poll(ONE_POLL));
                }
                assertThat(answers)
                        .containsExactlyInAnyOrder(
                                new Wire.Answer.Decided("after", decision(2)), new Wire.Answer.Cycled("red", cycle(2)));
            }
        }
    }

    @Test
    void shouldPlayOverABrokerAsItDoesWithoutOne() throws Exception {
        Cluster cluster = Cluster.read(Path.of("traces", "venus-demo.cluster.json"));
        List<TraceJob> jobs = Trace.days(Trace.read(Path.of("traces", "venus_sept_vcvGl_vcvlY.csv")), 12, 14)
                .subList(0, 60);
        PlayOptions options = new PlayOptions("broker", jobs, cluster, List.of(), List.of(), Duration.ofSeconds(30));
        PlaySummary expected = new Play(options, new ScriptedScheduler(1, false), progress -> {}).run();

        try (KafkaWire wire = KafkaWire.connect(client, schemas);
                ScriptedService service =
                        ScriptedService.start(TestBroker.shared().client(Principal.SCHEDULER), schemas)) {
            PlaySummary summary = new Play(options, wire, progress -> {}).run();

            assertThat(summary).isEqualTo(expected);
            service.rethrow();
        }
    }

    private KafkaProducer<String, byte[]> scheduler() {
        Map<String, Object> config = TestBroker.shared().client(Principal.SCHEDULER);
        config.put("transactional.id", "scheduler-of-the-wire-test");
        return new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer());
    }

    private void decide(KafkaProducer<String, byte[]> scheduler, String jobId, long cycle) {
        write(scheduler, Topics.JOB_DECISIONS, jobId, decision(cycle));
        write(
                scheduler,
                Topics.SCHEDULING_CYCLES,
                "red",
                new CycleEvent("red-" + cycle, Instant.EPOCH, "service:scheduler", cycle(cycle)));
    }

    private <E extends SpecificRecord> void write(
            KafkaProducer<String, byte[]> producer, Topic<E> topic, String key, E event) {
        var unused = producer.send(new ProducerRecord<>(
                topic.name(), key, EventSerde.of(topic, schemas).serialize(topic.name(), event)));
    }

    private static JobDecision decision(long cycle) {
        return new JobDecision(
                "d-" + cycle,
                Instant.EPOCH,
                "service:scheduler",
                "red",
                cycle,
                new StopRequested(1, StopRequestCause.CANCELLED, 0L));
    }

    private static CycleDecided cycle(long cycle) {
        return new CycleDecided(cycle, 7L, cycle, "", 1, 1, "", "", 0, 0, null);
    }
}
