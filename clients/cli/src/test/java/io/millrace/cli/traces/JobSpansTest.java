package io.millrace.cli.traces;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.events.alert.AlertEvent;
import io.millrace.events.alert.AlertFired;
import io.millrace.events.alert.AlertSeverity;
import io.millrace.events.alert.AlertState;
import io.millrace.events.alert.NotificationDue;
import io.millrace.events.alert.NotificationReason;
import io.millrace.events.decision.EndState;
import io.millrace.events.decision.JobDecision;
import io.millrace.events.decision.JobEnded;
import io.millrace.events.decision.JobPlaced;
import io.millrace.events.decision.JobQueued;
import io.millrace.events.decision.JobRejected;
import io.millrace.events.decision.JobRequeued;
import io.millrace.events.decision.NodeShare;
import io.millrace.events.decision.RejectionCode;
import io.millrace.events.decision.RequeueCause;
import io.millrace.events.decision.StartPromised;
import io.millrace.streams.Envelope;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JobSpansTest {

    private final List<JobSpan> made = new ArrayList<>();
    private final JobSpans spans = new JobSpans(made::add);

    private void decide(String id, long at, Object payload) {
        spans.decided("j", new JobDecision(id, Instant.ofEpochMilli(at), "service:scheduler", "default", 1L, payload));
    }

    private static Object queued() {
        return JobQueued.newBuilder()
                .setSubmittedAt(Instant.ofEpochMilli(1_000))
                .setSubmissionEventId("sub")
                .setQueue("batch")
                .setTeam("vision")
                .setUser("ada")
                .setGpus(8)
                .build();
    }

    private static Object placed(int attempt) {
        return JobPlaced.newBuilder()
                .setAttempt(attempt)
                .setNodes(List.of(
                        new NodeShare("n1", List.of(0), "127.0.0.1"), new NodeShare("n2", List.of(0), "127.0.0.1")))
                .setStartBefore(Instant.ofEpochMilli(9_000))
                .setLeaseMs(1)
                .setTeam("vision")
                .setUser("ada")
                .setGpuType("V100")
                .build();
    }

    private static AlertState state(Map<String, String> labels) {
        return AlertState.newBuilder()
                .setFingerprint("f")
                .setRule("slow")
                .setSeverity(AlertSeverity.P2)
                .setLabels(labels)
                .setSummary("it is slow")
                .setRunbook("")
                .setValue(1)
                .setSince(Instant.ofEpochMilli(1))
                .build();
    }

    private static AlertEvent alert(String id, Object payload) {
        return new AlertEvent(id, Instant.ofEpochMilli(8_000), "service:monitor", payload);
    }

    private List<String> told() {
        return made.stream()
                .map(span -> "%s %d-%d %s<%s%s"
                        .formatted(
                                span.name(),
                                span.startMs(),
                                span.endMs(),
                                span.eventId(),
                                span.parentEventId(),
                                span.failure() == null ? "" : " " + span.failure()))
                .toList();
    }

    @Test
    void shouldMakeATraceOfAJob() {
        decide("q", 1_100, queued());
        decide("s", 1_200, new StartPromised(Instant.ofEpochMilli(5_000)));
        decide("p1", 2_000, placed(1));
        decide(
                "r",
                4_000,
                new JobRequeued(
                        1, RequeueCause.NODE_LOST, Instant.ofEpochMilli(2_500), Instant.ofEpochMilli(3_900), 1_400L));
        decide("p2", 5_000, placed(2));
        assertThat(spans.open()).isOne();
        decide(
                "e",
                7_001,
                new JobEnded(
                        EndState.COMPLETED, 2, Instant.ofEpochMilli(5_500), Instant.ofEpochMilli(7_000), 1_500L, ""));
        assertThat(spans.open()).isZero();
        assertThat(told())
                .containsExactly(
                        "submitted 1000-1100 sub<job/j",
                        "StartPromised 1200-1200 s<job/j",
                        "wait 1100-2000 q<job/j",
                        "run 2500-3900 r<p1 NODE_LOST",
                        "attempt 1 2000-3900 p1<job/j NODE_LOST",
                        "wait 4000-5000 r/wait<job/j",
                        "run 5500-7000 e<p2",
                        "attempt 2 5000-7000 p2<job/j",
                        "job j 1000-7000 job/j<null");
        assertThat(made.getLast().attributes())
                .containsOnly(
                        Map.entry("job_id", "j"),
                        Map.entry("queue", "batch"),
                        Map.entry("team", "vision"),
                        Map.entry("user", "ada"),
                        Map.entry("gpus", "8"));
        assertThat(made.get(4).attributes()).containsOnly(Map.entry("nodes", "n1,n2"));
    }

    @Test
    void shouldHaveTheIdsOfTheHeaders() {
        decide("q", 1_100, queued());
        decide("p1", 2_000, placed(1));
        for (JobSpan span : made) {
            assertThat("00-" + span.traceId() + "-" + span.spanId() + "-01")
                    .isEqualTo(Envelope.traceparent("j", span.eventId()));
        }
        assertThat(made).extracting(JobSpan::eventId).containsExactly("sub", "q");
    }

    @Test
    void shouldTellAlertsOfTheJob() {
        spans.alerted(alert("a", new AlertFired(state(Map.of("job_id", "j")), "1")));
        spans.alerted(alert("b", new AlertFired(state(Map.of("model", "m")), "1")));
        spans.alerted(alert(
                "c",
                new NotificationDue(
                        "n",
                        "g",
                        "on-call",
                        NotificationReason.FIRST,
                        List.of(state(Map.of("model", "m")), state(Map.of("job_id", "j"))),
                        2L,
                        List.of(),
                        0L)));
        assertThat(told())
                .containsExactly("alert fired 8000-8000 a<job/j", "notification to on-call 8000-8000 c<job/j");
    }

    @Test
    void shouldNotTakeARefusedSecondSubmissionForTheJob() {
        decide("q", 1_100, queued());
        decide("x", 1_200, new JobRejected(RejectionCode.DUPLICATE_JOB, "there is one", "sub2"));
        assertThat(spans.open()).isOne();
        assertThat(told().getLast()).isEqualTo("rejected 1200-1200 x<job/j there is one");
    }

    @Test
    void shouldPassOverAJobWhoseBeginningItDidNotRead() {
        decide("p1", 2_000, placed(1));
        assertThat(made).isEmpty();
        assertThat(spans.open()).isZero();
    }
}
