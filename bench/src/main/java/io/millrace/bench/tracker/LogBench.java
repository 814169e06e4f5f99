package io.millrace.bench.tracker;

import io.millrace.bench.restart.OwnStack;
import io.millrace.events.run.MetricsLogged;
import io.millrace.events.run.ParamsLogged;
import io.millrace.events.run.RunEnded;
import io.millrace.events.run.RunEvent;
import io.millrace.events.run.RunStarted;
import io.millrace.events.run.RunStatus;
import io.millrace.local.StackException;
import io.millrace.streams.EventSerde;
import io.millrace.streams.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/** What training code writes into the log itself, until the tracker shows it. */
final class LogBench implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final Duration LOOK = Duration.ofMillis(20);
    private static final int BATCH = 1000;
    private static final String ACTOR = "user:bench";

    private final EventSerde<RunEvent> serde;
    private final KafkaProducer<String, byte[]> producer;
    private final MlflowCaller tracker;
    private final String experiment;
    private final String experimentId;
    private long sent;
    private int markers;

    LogBench(OwnStack stack, MlflowCaller tracker, String experiment, String experimentId) {
        Map<String, Object> settings = stack.users();
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 5);
        settings.put(ProducerConfig.BATCH_SIZE_CONFIG, 1 << 18);
        settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        this.serde = EventSerde.of(Topics.RUN_EVENTS, stack.schemas());
        this.producer = new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer());
        this.tracker = tracker;
        this.experiment = experiment;
        this.experimentId = experimentId;
    }

    /** New runs with all their metrics in one record each; metrics a second. */
    double logRuns(RunMix mix, int runs) {
        long begun = System.nanoTime();
        long metrics = 0;
        for (int i = 0; i < runs; i++) {
            RunMix.MadeRun run = mix.next();
            say(run.id(), run.at(), started(run.name(), Map.of("team", run.team())));
            say(run.id(), run.at(), new ParamsLogged(run.params()));
            say(run.id(), run.at(), new MetricsLogged(run.metrics()));
            say(run.id(), run.at(), new RunEnded(RunStatus.FINISHED, ""));
            metrics += run.metrics().size();
        }
        awaitShown();
        return metrics / ((System.nanoTime() - begun) / 1e9);
    }

    /** Records of 1,000 measurements of a few runs; metrics a second. */
    double logHistories(int runs, int batches) {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < runs; i++) {
            String id = String.format("%032x", i + 1);
            ids.add(id);
            say(id, 1, started("long-" + i, Map.of()));
        }
        long begun = System.nanoTime();
        for (int i = 0; i < batches; i++) {
            say(ids.get(i % runs), 1, new MetricsLogged(RunMix.history(i / runs * BATCH, BATCH)));
        }
        awaitShown();
        return batches * (double) BATCH / ((System.nanoTime() - begun) / 1e9);
    }

    private RunStarted started(String name, Map<String, String> tags) {
        return RunStarted.newBuilder()
                .setExperiment(experiment)
                .setExperimentId(experimentId)
                .setName(name)
                .setUser("bench")
                .setTags(tags)
                .build();
    }

    private void say(String runId, long at, Object payload) {
        say(null, runId, at, payload);
    }

    private void say(@Nullable Integer partition, String runId, long at, Object payload) {
        RunEvent event = new RunEvent("bench-" + sent++, Instant.ofEpochMilli(at), ACTOR, payload);
        String topic = Topics.RUN_EVENTS.name();
        var unused = producer.send(
                new ProducerRecord<>(topic, partition, runId, serde.serialize(topic, event)), (stored, error) -> {
                    if (error != null) {
                        throw new StackException("the broker did not store an event: " + error, error);
                    }
                });
    }

    /** Returns when the tracker shows what was written last into each partition, and so all before it. */
    private void awaitShown() {
        List<String> last = new ArrayList<>();
        for (int partition = 0; partition < Topics.RUN_EVENTS.partitions(); partition++) {
            String id = String.format("%016x%016x", 0xBEEF, markers++);
            say(partition, id, 1, started("marker", Map.of()));
            say(partition, id, 1, new RunEnded(RunStatus.FINISHED, ""));
            last.add(id);
        }
        producer.flush();
        long begun = System.nanoTime();
        while (!last.isEmpty()) {
            last.removeIf(tracker::isOver);
            if (System.nanoTime() - begun > PATIENCE.toNanos()) {
                throw new StackException("the tracker does not show what was logged " + PATIENCE + " ago");
            }
            LockSupport.parkNanos(LOOK.toNanos());
        }
    }

    @Override
    public void close() {
        producer.close();
    }
}
