package io.millrace.monitor.topology;

import static io.millrace.monitor.topology.MonitorStory.START;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.events.alert.AlertEvent;
import io.millrace.events.telemetry.GpuSample;
import io.millrace.events.telemetry.GpusSampled;
import io.millrace.events.telemetry.TelemetryEvent;
import io.millrace.streams.Envelope;
import io.millrace.streams.Topics;
import io.millrace.testkit.TopologyHarness.Bytes;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What is told of a job's memory belongs to the trace that began when the job was submitted. */
class TraceTest {

    private static final String RULES = """
            group_wait: 1s
            receivers: {P1: {receiver: on-call}}
            rules: [{name: Full, signal: GpuMemoryHigh, until: 10m, runbook: r}]
            """;

    private static String traceOf(Bytes record) {
        String header = record.headers().get(Envelope.TRACEPARENT);
        return header == null ? "none" : header.split("-", -1)[1];
    }

    @Test
    void shouldCarryAJobsTraceFromItsSampleToItsNotification() {
        String trace = Envelope.traceparent("job-1", "").split("-", -1)[1];
        try (MonitorStory story = new MonitorStory()) {
            story.rules(RULES);
            story.harness()
                    .send(
                            Topics.GPU_TELEMETRY,
                            "node-1",
                            new TelemetryEvent(
                                    "sample-1",
                                    START,
                                    "agent:node-1",
                                    new GpusSampled(List.of(
                                            new GpuSample(0, 0.5f, 79_000, 80_000, 300f, "job-1"),
                                            new GpuSample(1, 0.5f, 79_000, 80_000, 300f, null)))));
            story.advance(Duration.ofSeconds(2));

            assertThat(story.harness().readBytes(Topics.ALERT_SIGNALS.name()))
                    .extracting(TraceTest::traceOf)
                    .containsExactly(trace, "none");
            List<Bytes> alerts = story.harness().readBytes(Topics.ALERTS.name());
            assertThat(alerts).extracting(TraceTest::traceOf).containsExactly(trace, "none", trace);
            assertThat(alerts)
                    .extracting(
                            alert -> story.harness().serde(Topics.ALERTS).decode(Objects.requireNonNull(alert.value())))
                    .extracting(AlertEvent::getPayload)
                    .extracting(payload -> payload.getClass().getSimpleName())
                    .containsExactly("AlertFired", "AlertFired", "NotificationDue");
        }
    }
}
