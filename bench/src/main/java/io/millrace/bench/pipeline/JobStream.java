package io.millrace.bench.pipeline;

import io.millrace.bench.load.JobMix;
import io.millrace.events.job.JobCancelRequested;
import io.millrace.events.job.JobEvent;
import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.Topics;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Job events of which each is answered by one decision: a job is submitted and, a while later, cancelled. So the queue
 * stays about as long however many events go by.
 */
final class JobStream {

    /** Submissions between a job's submission and its cancellation. */
    static final int WAITING = 500;

    /** A record to be sent, encoded beforehand so that sending is all that is left to do. */
    record Encoded(String key, byte[] value) {}

    private final JobMix mix;
    private final EventSerde<JobEvent> serde;

    JobStream(long seed, String pool, SchemaLookup schemas) {
        this.mix = new JobMix(seed, pool);
        this.serde = EventSerde.of(Topics.JOB_EVENTS, schemas);
    }

    /**
     * @param prefix of the ids of these jobs
     * @param jobs two events each
     */
    List<Encoded> events(String prefix, int jobs) {
        List<Encoded> events = new ArrayList<>(2 * jobs);
        for (int i = 0; i < jobs + WAITING; i++) {
            if (i < jobs) {
                events.add(event(id(prefix, i), "s", mix.next()));
            }
            if (i >= WAITING) {
                events.add(event(id(prefix, i - WAITING), "c", new JobCancelRequested("not wanted any more")));
            }
        }
        return events;
    }

    private static String id(String prefix, int job) {
        return prefix + String.format("%08d", job);
    }

    private Encoded event(String jobId, String kind, Object payload) {
        JobEvent event = new JobEvent(jobId + "/" + kind, Instant.now(), "user:bench", payload);
        return new Encoded(jobId, serde.serializer().serialize(Topics.JOB_EVENTS.name(), event));
    }
}
