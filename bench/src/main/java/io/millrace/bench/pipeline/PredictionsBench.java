package io.millrace.bench.pipeline;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.millrace.bench.Sample;
import io.millrace.bench.pipeline.JobStream.Encoded;
import io.millrace.local.StackException;
import io.millrace.monitor.domain.drift.DriftPolicy;
import io.millrace.monitor.domain.window.WindowPolicy;
import io.millrace.monitor.topology.MonitorTopology;
import io.millrace.streams.ServiceClock;
import io.millrace.streams.Topic.Principal;
import io.millrace.streams.Topics;
import io.millrace.streams.runtime.HaltOnFault;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KafkaStreams;

/**
 * How many predictions a second the monitor's topology counts and keeps for their labels, beside a plain loop with as many
 * hops over the same broker: what was read is written to a topic, read there, and written once more.
 */
public final class PredictionsBench {

    /** @param events of a round */
    public record Options(int features, int events, int rounds, long seed) {}

    /**
     * Rates are the medians of the rounds, which take turns.
     *
     * @param ratio the monitor's rate as a part of the loop's
     */
    public record Result(
            @JsonProperty("predictions_per_s") double predictionsPerS,
            @JsonProperty("plain_loop_per_s") double plainLoopPerS,
            @JsonProperty("ratio") double ratio,
            @JsonProperty("features") int features) {}

    private static final String APPLICATION = "monitor-bench";
    private static final String KEPT = APPLICATION + "-prediction-outcomes-changelog";
    private static final String SOURCE = "monitor-bench-source";
    private static final String BETWEEN = "monitor-bench-between";
    private static final String TARGET = "monitor-bench-target";
    private static final Duration START_LIMIT = Duration.ofMinutes(2);
    private static final WindowPolicy WINDOWS = new WindowPolicy(60_000, 3_600_000, 30_000, 600_000, 300_000);

    private PredictionsBench() {}

    /**
     * @param cluster of a broker where everybody may do everything
     * @param progress told of each round
     */
    public static Result run(Cluster cluster, Options options, Consumer<String> progress) {
        makeTopics(cluster);
        PredictionStream stream = new PredictionStream(options.features(), options.seed(), cluster.schemas());
        ServiceSettings settings = new ServiceSettings(cluster, APPLICATION);
        KafkaStreams monitor = start(cluster, settings);
        try (PlainLoop loop = PlainLoop.twoHops(cluster, settings, Topics.PREDICTIONS, SOURCE, BETWEEN, TARGET);
                Flow counted = flow(cluster, Topics.PREDICTIONS.name(), KEPT);
                Flow copied = flow(cluster, SOURCE, TARGET)) {
            refer(cluster, stream);
            List<Double> ours = new ArrayList<>();
            List<Double> plain = new ArrayList<>();
            for (int round = 0; round <= options.rounds(); round++) {
                String mark = "pass-" + round + "-";
                List<Encoded> ofModels = stream.events(mark, options.events(), false);
                List<Encoded> byId = stream.events(mark, options.events(), true);
                double rate = counted.pass(mark, ofModels).perSecond();
                double beside = copied.pass(mark, byId).perSecond();
                loop.requireRunning();
                if (round > 0) { // the first one warms up
                    ours.add(rate);
                    plain.add(beside);
                    progress.accept(String.format(
                            Locale.ROOT, "round %d: monitor %.0f/s, plain two-hop loop %.0f/s", round, rate, beside));
                }
            }
            double rate = Sample.of(ours).median();
            double beside = Sample.of(plain).median();
            return new Result(rate, beside, rate / beside, options.features());
        } finally {
            monitor.close(Duration.ofSeconds(30));
        }
    }

    private static Flow flow(Cluster cluster, String source, String target) {
        return new Flow(cluster, Principal.MONITOR, source, target, Topics.KEYED_PARTITIONS);
    }

    private static KafkaStreams start(Cluster cluster, ServiceSettings settings) {
        CountDownLatch running = new CountDownLatch(1);
        KafkaStreams streams = new KafkaStreams(
                MonitorTopology.build(
                        WINDOWS, DriftPolicy.DEFAULT, new ServiceClock.Wall(InstantSource.system()), cluster.schemas()),
                settings.streams());
        streams.setUncaughtExceptionHandler(new HaltOnFault(() -> {}));
        streams.setStateListener((now, before) -> {
            if (now == KafkaStreams.State.RUNNING) {
                running.countDown();
            }
        });
        streams.start();
        try {
            if (!running.await(START_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new StackException("the monitor's topology does not run; it is " + streams.state());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException("interrupted while the monitor started", e);
        }
        return streams;
    }

    private static void refer(Cluster cluster, PredictionStream stream) {
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(
                cluster.client(Principal.MONITOR), new StringSerializer(), new ByteArraySerializer())) {
            for (Encoded reference : stream.references()) {
                producer.send(new ProducerRecord<>(Topics.REFERENCES.name(), reference.key(), reference.value()))
                        .get();
            }
        } catch (ExecutionException e) {
            throw new StackException("the broker did not store a reference: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException("interrupted while references were set", e);
        }
    }

    private static void makeTopics(Cluster cluster) {
        try (Admin admin = Admin.create(cluster.client(Principal.MONITOR))) {
            admin.createTopics(List.of(topic(SOURCE), topic(BETWEEN), topic(TARGET)))
                    .all()
                    .get();
        } catch (ExecutionException e) {
            throw new StackException("can't create the topics to compare with: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException("interrupted while the topics were created", e);
        }
    }

    private static NewTopic topic(String name) {
        return new NewTopic(name, Optional.of(Topics.KEYED_PARTITIONS), Optional.empty())
                .configs(Map.of("retention.ms", "-1"));
    }
}
