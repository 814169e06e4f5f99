package io.millrace.bench.pipeline;

import io.millrace.bench.load.JobMix;
import io.millrace.events.attempt.AttemptEvent;
import io.millrace.events.attempt.Heartbeat;
import io.millrace.events.attempt.JobStarted;
import io.millrace.events.decision.JobDecision;
import io.millrace.events.decision.JobPlaced;
import io.millrace.events.job.JobEvent;
import io.millrace.events.job.JobSubmitted;
import io.millrace.events.node.NodeEvent;
import io.millrace.events.node.NodeUp;
import io.millrace.events.policy.PolicyAdopted;
import io.millrace.events.policy.PolicyEvent;
import io.millrace.local.StackException;
import io.millrace.scheduler.codec.PolicyDocument;
import io.millrace.scheduler.topology.SchedulerTopology;
import io.millrace.streams.EventSerde;
import io.millrace.streams.ServiceClock;
import io.millrace.streams.Topic;
import io.millrace.streams.Topic.Principal;
import io.millrace.streams.Topics;
import io.millrace.streams.runtime.HaltOnFault;
import io.millrace.streams.runtime.TopicReader;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KafkaStreams;

/**
 * The scheduler's topology as its service runs it, on the wall clock, with a pool whose nodes are all taken: what is
 * submitted then waits until it is cancelled.
 */
final class RunningScheduler implements AutoCloseable {

    static final String POOL = "default";
    private static final String FIRST_IN_LINE = "first-in-line";

    private static final int GPUS_PER_NODE = 8;
    private static final Duration START_LIMIT = Duration.ofMinutes(2);
    private static final long LONG_MS = Duration.ofDays(7).toMillis();

    private final Cluster cluster;
    private final KafkaStreams streams;
    private final CountDownLatch running = new CountDownLatch(1);
    private final KafkaProducer<String, byte[]> producer;
    private final EventSerde<AttemptEvent> attempts;
    private final Map<String, Integer> holders = new HashMap<>();
    private long sent;

    private RunningScheduler(Cluster cluster, ServiceSettings settings) {
        this.cluster = cluster;
        this.attempts = EventSerde.of(Topics.ATTEMPT_EVENTS, cluster.schemas());
        this.producer = new KafkaProducer<>(
                cluster.client(Principal.SIMULATOR), new StringSerializer(), new ByteArraySerializer());
        this.streams = new KafkaStreams(
                SchedulerTopology.build(
                        Map.of(POOL, 0),
                        new ServiceClock.Wall(InstantSource.system()),
                        cluster.schemas(),
                        (pool, state, offset, hash) -> {}),
                settings.streams());
        streams.setUncaughtExceptionHandler(new HaltOnFault(() -> {}));
        streams.setStateListener((now, before) -> {
            if (now == KafkaStreams.State.RUNNING) {
                running.countDown();
            }
        });
    }

    /** Starts it and fills its pool. */
    static RunningScheduler start(Cluster cluster, ServiceSettings settings, int nodes, String policy) {
        RunningScheduler scheduler = new RunningScheduler(cluster, settings);
        try {
            scheduler.start();
            scheduler.fill(nodes, policy);
            return scheduler;
        } catch (RuntimeException e) {
            scheduler.close();
            throw e;
        }
    }

    private void start() {
        streams.start();
        try {
            if (!running.await(START_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new StackException("the scheduler's topology does not run; it is " + streams.state());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException("interrupted while the scheduler started", e);
        }
    }

    private void fill(int nodes, String policy) {
        PolicyAdopted adopted =
                new PolicyAdopted("scheduling", policy, PolicyDocument.sha256(policy), List.of(POOL), null);
        adopt(new PolicyEvent(eventId(), Instant.now(), "deployment", adopted));
        EventSerde<NodeEvent> nodeEvents = EventSerde.of(Topics.NODE_EVENTS, cluster.schemas());
        for (int i = 0; i < nodes; i++) {
            NodeUp up = NodeUp.newBuilder()
                    .setPool(POOL)
                    .setGpus(GPUS_PER_NODE)
                    .setGpuType(JobMix.gpuType(i))
                    .build();
            send(
                    Topics.NODE_EVENTS,
                    nodeEvents,
                    String.format("node-%05d", i),
                    new NodeEvent(eventId(), Instant.now(), "agent:bench", up));
        }
        EventSerde<JobEvent> jobs = EventSerde.of(Topics.JOB_EVENTS, cluster.schemas());
        for (int i = 0; i < nodes; i++) {
            submit(jobs, String.format("holder-%05d", i), i);
        }
        producer.flush();
        awaitPlaced(nodes);
        holders.forEach((jobId, attempt) -> send(jobId, new JobStarted(attempt, List.of())));
        // Stays the first in line, so that none of the jobs that are counted is promised a start.
        submit(jobs, FIRST_IN_LINE, 0);
        producer.flush();
        awaitQueued(FIRST_IN_LINE);
    }

    /** As the scheduler, who alone may. */
    private void adopt(PolicyEvent event) {
        EventSerde<PolicyEvent> policies = EventSerde.of(Topics.POLICY_EVENTS, cluster.schemas());
        String topic = Topics.POLICY_EVENTS.name();
        try (var scheduler = new KafkaProducer<>(
                cluster.client(Principal.SCHEDULER), new StringSerializer(), new ByteArraySerializer())) {
            scheduler
                    .send(new ProducerRecord<>(topic, "scheduling", policies.serialize(topic, event)))
                    .get();
        } catch (ExecutionException e) {
            throw new StackException("the broker did not store the policy: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException("interrupted while the policy was adopted", e);
        }
    }

    private void submit(EventSerde<JobEvent> jobs, String jobId, int number) {
        JobSubmitted submitted = JobSubmitted.newBuilder()
                .setPool(POOL)
                .setQueue("preemptible")
                .setTeam(String.format("team-%02d", number % JobMix.TEAMS))
                .setUser(String.format("user-%03d", number % JobMix.USERS))
                .setGpus(GPUS_PER_NODE)
                .setLimitMs(LONG_MS)
                .build();
        send(Topics.JOB_EVENTS, jobs, jobId, new JobEvent(eventId(), Instant.now(), "user:bench", submitted));
    }

    private void awaitQueued(String jobId) {
        boolean[] queued = {false};
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        try (TopicReader reader =
                new TopicReader(cluster.client(Principal.SIMULATOR), List.of(Topics.JOB_DECISIONS.name()))) {
            while (!queued[0]) {
                reader.toEnd(record -> queued[0] |= record.key().equals(jobId));
                if (System.nanoTime() > deadline) {
                    throw new StackException("nothing was decided about " + jobId);
                }
            }
        }
    }

    private void awaitPlaced(int count) {
        EventSerde<JobDecision> decisions = EventSerde.of(Topics.JOB_DECISIONS, cluster.schemas());
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        try (TopicReader reader =
                new TopicReader(cluster.client(Principal.SIMULATOR), List.of(Topics.JOB_DECISIONS.name()))) {
            while (holders.size() < count) {
                reader.toEnd(record -> {
                    if (decisions.decode(record.value()).getPayload() instanceof JobPlaced placed
                            && record.key().startsWith("holder-")) {
                        holders.put(record.key(), placed.getAttempt());
                    }
                });
                if (System.nanoTime() > deadline) {
                    throw new StackException(
                            "of " + count + " jobs that were to fill the pool only " + holders.size() + " were placed");
                }
            }
        }
    }

    /** Says that what fills the pool is alive: to be said every few minutes. */
    void beat() {
        holders.forEach((jobId, attempt) -> send(jobId, new Heartbeat(attempt)));
        producer.flush();
    }

    private void send(String jobId, Object payload) {
        send(
                Topics.ATTEMPT_EVENTS,
                attempts,
                jobId,
                new AttemptEvent(eventId(), Instant.now(), "agent:bench", payload));
    }

    private <E extends SpecificRecord> void send(Topic<E> topic, EventSerde<E> serde, String key, E event) {
        var unused = producer.send(new ProducerRecord<>(topic.name(), key, serde.serialize(topic.name(), event)));
    }

    private String eventId() {
        return String.format("bench-%08d", ++sent);
    }

    /** Fails where the topology stands still. */
    void requireRunning() {
        if (streams.state() == KafkaStreams.State.ERROR || streams.state() == KafkaStreams.State.PENDING_ERROR) {
            throw new StackException("the scheduler's topology failed; it is " + streams.state());
        }
    }

    @Override
    public void close() {
        producer.close();
        streams.close(Duration.ofSeconds(30));
    }
}
