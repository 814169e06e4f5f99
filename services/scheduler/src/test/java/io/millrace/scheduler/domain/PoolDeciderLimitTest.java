package io.millrace.scheduler.domain;

import static io.millrace.scheduler.domain.PendingReason.QUOTA_TEAM;
import static io.millrace.scheduler.domain.PendingReason.QUOTA_USER;
import static io.millrace.scheduler.domain.PoolScript.START;
import static io.millrace.scheduler.domain.PoolScript.gpus;
import static io.millrace.scheduler.domain.PoolScript.of;
import static io.millrace.scheduler.domain.PoolScript.queue;
import static io.millrace.scheduler.domain.PoolScript.quotas;
import static io.millrace.scheduler.domain.PoolScript.share;
import static io.millrace.scheduler.domain.PoolScript.waits;
import static io.millrace.scheduler.domain.PoolScript.whole;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.scheduler.domain.PoolEvent.RejectionCode;
import io.millrace.scheduler.domain.SchedulingPolicy.Rule;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Limits at their edges: of time, and of GPUs held. */
class PoolDeciderLimitTest {

    private static JobRequest lasting(@Nullable Long limitMs, @Nullable Long estimateMs) {
        return new JobRequest("batch", "research", "ann", 1, null, null, limitMs, estimateMs);
    }

    @ParameterizedTest
    @CsvSource({"0,", "-1,", "-9223372036854775808,", ",-1", "5,-1", "0,7"})
    void shouldRejectALimitOrAnEstimateThatIsNone(@Nullable Long limitMs, @Nullable Long estimateMs) {
        PoolScript script = PoolScript.under(Rule.FIFO_STRICT);
        script.at(0).node("n1", 8).submit("a", lasting(limitMs, estimateMs));
        assertThat(script.tick())
                .containsExactly(script.rejected(
                        "a",
                        RejectionCode.INVALID_LIMIT,
                        "a limit must be at least 1 ms and an estimate at least 0, not " + limitMs + " and "
                                + estimateMs));
        assertThat(script.pool().jobs()).isEmpty();
    }

    @Test
    void shouldTakeTheSmallestLimitAndEstimate() {
        PoolScript script = PoolScript.under(Rule.FIFO_STRICT);
        script.at(0).node("n1", 8).submit("a", lasting(1L, 0L));
        assertThat(script.tick()).containsExactly(script.queued("a"), script.placed("a", 1, share("n1", 0)));
    }

    @Test
    void shouldNeverStopAJobWithTheLongestLimit() {
        PoolScript script = PoolScript.under(Rule.SJF_STRICT);
        script.at(0).node("n1", 8).submit("a", lasting(Long.MAX_VALUE, Long.MAX_VALUE));
        assertThat(script.tick()).containsExactly(script.queued("a"), script.placed("a", 1, share("n1", 0)));
        script.started("a", 1);
        assertThat(Timers.next(script.pool())).contains(START + 330_000);
        for (long day = 1; day <= 365; day++) {
            assertThat(script.heartbeat("a", 1).tick(day * 86_400)).isEmpty();
        }
    }

    @Test
    void shouldRejectTheLongestLimitInAQueueThatHasOne() {
        PoolScript script = PoolScript.under(queue("batch", null, 60_000L));
        script.at(0).node("n1", 8).submit("a", lasting(Long.MAX_VALUE, null));
        assertThat(script.tick())
                .containsExactly(script.rejected(
                        "a",
                        RejectionCode.EXCEEDS_QUEUE_LIMIT,
                        "queue batch takes jobs of at most 60 s, this one asks for 9223372036854775 s"));
    }

    @ParameterizedTest
    @CsvSource({"16,,ann", ",16,ben"})
    void shouldCountAllThatAJobHoldsAgainstAQuota(@Nullable Integer perUser, @Nullable Integer perTeam, String second) {
        PoolScript script = PoolScript.under(quotas(Rule.FIFO_STRICT, perUser, null, perTeam));
        script.at(0).node("n1", 8).node("n2", 8).node("n3", 8);
        script.submit("a", gpus(9)).submit("b", of("research", second, 1));
        assertThat(script.tick())
                .containsExactly(
                        script.queued("a"),
                        script.queued("b"),
                        script.placed("a", 1, whole("n1", 8), whole("n2", 8)),
                        waits("b", perUser == null ? QUOTA_TEAM : QUOTA_USER));
        assertThat(script.pool().gpusHeld()).isEqualTo(16);
    }

    @ParameterizedTest
    @CsvSource({"15,,15,any number of", ",15,any number of,15"})
    void shouldRejectAJobThatWouldHoldMoreThanAQuota(
            @Nullable Integer perUser, @Nullable Integer perTeam, String user, String team) {
        PoolScript script = PoolScript.under(quotas(Rule.FIFO_STRICT, perUser, null, perTeam));
        script.at(0).node("n1", 8).node("n2", 8).submit("a", gpus(9));
        assertThat(script.tick())
                .containsExactly(script.rejected(
                        "a",
                        RejectionCode.EXCEEDS_QUOTA,
                        "a user may hold " + user + " GPUs at once and a team " + team + ", this job would hold 16"));
    }
}
