package io.millrace.simulator.play;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.events.decision.EndState;
import io.millrace.events.decision.NodeShare;
import io.millrace.simulator.trace.TraceJob;
import io.millrace.simulator.trace.TracedEnd;
import java.util.List;
import org.junit.jupiter.api.Test;

class LedgerTest {
    private final Ledger ledger = new Ledger();

    @Test
    void shouldCountEachGpuThatIsGivenToTwoAttempts() {
        ledger.placed("a", 1, List.of(share("n1", 0, 1), share("n2", 0)));
        ledger.placed("b", 1, List.of(share("n1", 1, 2), share("n2", 0)));

        assertThat(doubleAssignments()).isEqualTo(2);
    }

    @Test
    void shouldNotCountGpusThatWereFreedBefore() {
        ledger.placed("a", 1, List.of(share("n1", 0, 1)));
        ledger.freed("a", 1);
        ledger.placed("a", 2, List.of(share("n1", 0, 1)));
        ledger.freed("a", 1);
        ledger.placed("a", 2, List.of(share("n1", 0, 1)));

        assertThat(doubleAssignments()).isZero();
    }

    @Test
    void shouldCountAStaleAttemptsGpusAsHeldUntilTheyAreFreed() {
        ledger.placed("a", 1, List.of(share("n1", 0)));
        ledger.placed("a", 2, List.of(share("n1", 0)));

        assertThat(doubleAssignments()).isEqualTo(1);
    }

    @Test
    void shouldCompareEndsWithTheTrace() {
        TraceJob killed = new TraceJob("a", 0, "u", "t", 1, null, 1_000, TracedEnd.KILLED);
        ledger.ended(killed, EndState.STOPPED, 3_000);
        ledger.ended(killed, EndState.CANCELLED, 5_000);

        PlaySummary summary = ledger.summary(0, 0, 0, 0, 0);
        assertThat(summary.jobsEnded()).isEqualTo(2);
        assertThat(summary.jobsInTracedState()).isEqualTo(1);
        assertThat(summary.avgJctS()).isEqualTo(4.0);
    }

    private long doubleAssignments() {
        return ledger.summary(0, 0, 0, 0, 0).doubleAssignments();
    }

    private static NodeShare share(String nodeId, Integer... gpus) {
        return new NodeShare(nodeId, List.of(gpus), null);
    }
}
