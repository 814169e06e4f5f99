package io.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.events.job.JobCancelRequested;
import io.millrace.events.job.JobEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class EnvelopeTest {

    /** Clients in other languages make the same of it. */
    @Test
    void shouldMakeATraceOfAJobsId() {
        assertThat(Envelope.traceparent("job-1", "e-1"))
                .isEqualTo("00-b3354f18d98b218a977c232292234293-ff5e7c173d455c89-01");
    }

    @Test
    void shouldPutItBesideWhatTellsOfAJob() {
        JobEvent event = new JobEvent("e-1", Instant.EPOCH, "user:ada", new JobCancelRequested("enough"));
        assertThat(Topics.JOB_EVENTS
                        .headers("job-1", event)
                        .lastHeader("traceparent")
                        .value())
                .isEqualTo(Envelope.traceparent("job-1", "e-1").getBytes(StandardCharsets.US_ASCII));
        assertThat(Topics.NODE_EVENTS.headers("node-1", event)).isEmpty();
    }
}
