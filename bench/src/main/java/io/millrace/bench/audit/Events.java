package io.millrace.bench.audit;

import io.millrace.bench.load.JobMix;
import io.millrace.bench.pipeline.Cluster;
import io.millrace.events.job.JobEvent;
import io.millrace.events.prediction.PredictionEvent;
import io.millrace.events.prediction.PredictionMade;
import io.millrace.local.StackException;
import io.millrace.streams.EventSerde;
import io.millrace.streams.Topic.Principal;
import io.millrace.streams.Topics;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/** Events of audited topics, encoded beforehand, spread evenly over partitions. Used by one thread. */
final class Events {

    private static final int FEATURES = 20;
    private static final Instant BEGIN = Instant.ofEpochMilli(1_700_000_000_000L);

    private final Random random;
    private final JobMix mix;
    private final EventSerde<JobEvent> jobs;
    private final EventSerde<PredictionEvent> predictions;
    private final Cluster cluster;
    private long made;

    Events(Cluster cluster, long seed) {
        this.cluster = cluster;
        random = new Random(seed);
        mix = new JobMix(seed, "default");
        jobs = EventSerde.of(Topics.JOB_EVENTS, cluster.schemas());
        predictions = EventSerde.of(Topics.PREDICTIONS, cluster.schemas());
    }

    List<byte[]> jobs(int count) {
        List<byte[]> values = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            JobEvent event = new JobEvent("bench-" + made, BEGIN.plusMillis(made++), "user:bench", mix.next());
            values.add(Objects.requireNonNull(jobs.serialize(null, event)));
        }
        return values;
    }

    List<byte[]> predictions(int count) {
        List<byte[]> values = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            Map<String, @Nullable Object> features = new HashMap<>();
            for (int feature = 0; feature < FEATURES; feature++) {
                features.put("feature-" + feature, random.nextGaussian());
            }
            PredictionMade prediction = PredictionMade.newBuilder()
                    .setPredictionId("bench-" + made)
                    .setModelName("bench")
                    .setModelVersion("1")
                    .setFeatures(features)
                    .setScore(random.nextDouble())
                    .build();
            PredictionEvent event =
                    new PredictionEvent("bench-" + made, BEGIN.plusMillis(made++), "model:bench", prediction);
            values.add(Objects.requireNonNull(predictions.serialize(null, event)));
        }
        return values;
    }

    /** Returns when all are stored. */
    void send(Principal writer, String topic, List<byte[]> values) {
        Map<String, Object> config = new HashMap<>(cluster.clients().apply(writer));
        config.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        config.put(ProducerConfig.LINGER_MS_CONFIG, 20);
        config.put(ProducerConfig.BATCH_SIZE_CONFIG, 1 << 17);
        try (KafkaProducer<String, byte[]> producer =
                new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer())) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int i = 0; i < values.size(); i++) {
                sent.add(producer.send(record(topic, i, values)));
            }
            for (Future<RecordMetadata> one : sent) {
                one.get();
            }
        } catch (ExecutionException e) {
            throw new StackException("the broker did not store an event: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException("interrupted while events were sent", e);
        }
    }

    private static ProducerRecord<String, byte[]> record(String topic, int index, List<byte[]> values) {
        return new ProducerRecord<>(topic, index % Topics.KEYED_PARTITIONS, "bench-" + index, values.get(index));
    }
}
