package io.millrace.tracker.projection;

import io.millrace.events.run.RunEvent;
import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.Topic;
import io.millrace.streams.Topic.Principal;
import io.millrace.streams.Topics;
import io.millrace.testkit.TestBroker;
import io.millrace.tracker.domain.Measurement;
import io.millrace.tracker.store.Database;
import io.millrace.tracker.store.ExperimentRows;
import io.millrace.tracker.store.MetricKeys;
import io.millrace.tracker.store.RunRows;
import io.millrace.tracker.store.RunViews;
import io.millrace.tracker.store.StoredRun;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** The tracker's inside against the tests' broker, on a database of its own. */
public final class TrackerUnderTest implements AutoCloseable {

    private final TestBroker broker = TestBroker.shared();
    private final SchemaLookup schemas = broker.registry();
    private final EventSerde<RunEvent> runEvents = EventSerde.of(Topics.RUN_EVENTS, schemas);
    private final KafkaProducer<String, byte[]> producer;

    public final Database database;
    public final RunRows runs;
    public final RunViews views;
    public final ExperimentRows experiments;
    public final RunFold runFold;
    public final ExperimentFold experimentFold;
    public final LogDoor door;
    private @Nullable LogFollower follower;

    public TrackerUnderTest(String databaseUrl) {
        this(new Database.Place(databaseUrl, null, null, 16));
    }

    public TrackerUnderTest(Database.Place place) {
        database = Database.open(place, "test");
        runs = new RunRows(database, new MetricKeys(database));
        views = new RunViews(runs.keys());
        experiments = new ExperimentRows(database);
        experiments.makeDefault();
        runFold = new RunFold(runs, experiments, schemas);
        experimentFold = new ExperimentFold(experiments);
        door = new LogDoor(broker.client(Principal.TRACKER), schemas);
        Map<String, Object> users = new HashMap<>(broker.client(Principal.USERS));
        users.put("linger.ms", 5);
        producer = new KafkaProducer<>(users, new StringSerializer(), new ByteArraySerializer());
    }

    /** Has the log followed from where the tables are. */
    public TrackerUnderTest follow() {
        follower = new LogFollower(
                broker.client(Principal.TRACKER),
                schemas,
                database,
                door,
                List.of(new RefusalRows(), experimentFold, runFold));
        return this;
    }

    /** Writes as training code does. */
    public RecordMetadata log(String runId, RunEvent event) {
        return send(Topics.RUN_EVENTS, runId, runEvents.serialize(null, event));
    }

    /** The same, many at once: who asks is told where it lies as soon as it is known. */
    public Future<RecordMetadata> logLater(String runId, RunEvent event) {
        return producer.send(new ProducerRecord<>(Topics.RUN_EVENTS.name(), runId, runEvents.serialize(null, event)));
    }

    public RecordMetadata send(Topic<?> topic, String key, byte @Nullable [] value) {
        try {
            return producer.send(new ProducerRecord<>(topic.name(), key, value)).get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Returns when the tables hold this record and all before it. */
    public void await(RecordMetadata last) {
        Awaitility.await()
                .atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> database.reading(transaction -> Positions.all(transaction))
                                .getOrDefault(new TopicPartition(last.topic(), last.partition()), 0L)
                        > last.offset());
    }

    /** Returns when the tables hold all that was in the log when following began. */
    public void awaitCaughtUp() {
        Awaitility.await()
                .atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> follower != null && follower.progress().caughtUp());
    }

    public @Nullable StoredRun find(String runId) {
        return database.finding(transaction -> views.find(transaction, runId));
    }

    public List<Measurement> history(String runId, String key) {
        return database.reading(transaction -> views.history(transaction, runId, key));
    }

    @Override
    public void close() {
        if (follower != null) {
            follower.close();
        }
        producer.close();
        door.close();
        database.close();
    }
}
