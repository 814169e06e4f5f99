package io.millrace.agent;

import static org.awaitility.Awaitility.await;

import io.millrace.events.attempt.AttemptEvent;
import io.millrace.events.decision.JobDecision;
import io.millrace.events.decision.JobPlaced;
import io.millrace.events.decision.NodeShare;
import io.millrace.events.decision.Work;
import io.millrace.streams.EventSerde;
import io.millrace.streams.Topic;
import io.millrace.streams.Topic.Principal;
import io.millrace.streams.Topics;
import io.millrace.streams.runtime.TopicReader;
import io.millrace.testkit.TestBroker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/** Decides about one job as a test says, on the broker of the tests, and reads what agents say. */
final class PlayedScheduler {

    static final Duration SOON = Duration.ofMinutes(2);

    final String job = "j-" + UUID.randomUUID();

    void decide(Object payload) {
        JobDecision decision = new JobDecision(
                UUID.randomUUID().toString(), Instant.now(), "service:scheduler", "default", 1L, payload);
        TestBroker broker = TestBroker.shared();
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(
                broker.client(Principal.SCHEDULER), new StringSerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(
                            Topics.JOB_DECISIONS.name(),
                            job,
                            EventSerde.of(Topics.JOB_DECISIONS, broker.registry())
                                    .serialize(null, decision)))
                    .get();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    void place(int attempt, Duration lease, @Nullable Work work, String... nodes) {
        decide(JobPlaced.newBuilder()
                .setAttempt(attempt)
                .setNodes(Arrays.stream(nodes)
                        .map(node -> new NodeShare(node, List.of(0, 2), "127.0.0.1"))
                        .toList())
                .setStartBefore(Instant.now().plus(Duration.ofMinutes(10)))
                .setLeaseMs(lease.toMillis())
                .setTeam("vision")
                .setUser("ada")
                .setGpuType("local")
                .setWork(work)
                .build());
    }

    static Work command(String... command) {
        return Work.newBuilder().setCommand(List.of(command)).build();
    }

    static Work shell(String script) {
        return command("sh", "-c", script);
    }

    <E extends SpecificRecord> List<Object> said(Topic<E> topic, String key, Function<E, Object> payload) {
        List<Object> said = new ArrayList<>();
        TestBroker broker = TestBroker.shared();
        EventSerde<E> serde = EventSerde.of(topic, broker.registry());
        try (TopicReader reader = new TopicReader(broker.client(Principal.USERS), List.of(topic.name()))) {
            reader.toEnd(message -> {
                if (message.key().equals(key)) {
                    said.add(payload.apply(serde.decode(message.value())));
                }
            });
        }
        return said;
    }

    /** What agents said of the job, signs of life left out. */
    List<Object> ofTheJob() {
        return said(Topics.ATTEMPT_EVENTS, job, AttemptEvent::getPayload).stream()
                .filter(payload -> !payload.getClass().getSimpleName().endsWith("Heartbeat"))
                .toList();
    }

    void awaitSaid(int number) {
        await().atMost(SOON).until(() -> ofTheJob().size() >= number);
    }
}
