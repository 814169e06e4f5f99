package io.millrace.bench.restart;

import io.millrace.bench.load.JobMix;
import io.millrace.events.job.JobCancelRequested;
import io.millrace.events.job.JobEvent;
import io.millrace.local.StackException;
import io.millrace.streams.EventSerde;
import io.millrace.streams.Topics;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Submits jobs at a steady rate, whatever becomes of them, and cancels each a while later: so the queue stays about as
 * long. Jobs are numbered from 0 in the order of their submission.
 */
final class SteadyLoad implements AutoCloseable {

    /** Submissions between a job's submission and its cancellation. */
    static final int WAITING = 500;

    private final KafkaProducer<String, byte[]> producer;
    private final EventSerde<JobEvent> serde;
    private final JobMix mix;
    private final int perSecond;
    private final Thread thread;
    private volatile boolean closing;
    private volatile int submitted;
    private volatile @Nullable Exception failure;

    private SteadyLoad(OwnStack stack, int perSecond, long seed, String pool) {
        Map<String, Object> settings = stack.client();
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        producer = new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer());
        serde = EventSerde.of(Topics.JOB_EVENTS, stack.schemas());
        mix = new JobMix(seed, pool);
        this.perSecond = perSecond;
        thread = Thread.ofPlatform().name("steady-load").unstarted(this::run);
    }

    /** @param perSecond jobs to submit, and as many to cancel */
    static SteadyLoad start(OwnStack stack, int perSecond, long seed, String pool) {
        SteadyLoad load = new SteadyLoad(stack, perSecond, seed, pool);
        load.thread.start();
        return load;
    }

    static int number(String jobId) {
        return Integer.parseInt(jobId);
    }

    private static String id(int number) {
        return String.format("%08d", number);
    }

    /** How many jobs were submitted up to now; the next one has this number. */
    int submitted() {
        return submitted;
    }

    /** Fails where the load does not flow any more. */
    void requireFlowing() {
        Exception why = failure;
        if (why != null) {
            throw new StackException("the broker did not store a job event: " + why, why);
        }
    }

    private void run() {
        long begun = System.nanoTime();
        try {
            for (int number = 0; !closing; number++) {
                long due = begun + number * 1_000_000_000L / perSecond;
                for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                // Counted before it is sent: what is not counted yet was sent later.
                submitted = number + 1;
                send(number, "s", mix.next());
                if (number >= WAITING) {
                    send(number - WAITING, "c", new JobCancelRequested("not wanted any more"));
                }
            }
        } catch (RuntimeException e) {
            failure = e;
        }
    }

    private void send(int number, String kind, Object payload) {
        String jobId = id(number);
        JobEvent event = new JobEvent(jobId + "/" + kind, Instant.now(), "user:bench", payload);
        String topic = Topics.JOB_EVENTS.name();
        var unused = producer.send(new ProducerRecord<>(topic, jobId, serde.serialize(topic, event)), (told, error) -> {
            if (error != null) {
                failure = error;
            }
        });
    }

    @Override
    public void close() {
        closing = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        producer.close();
    }
}
