package io.millrace.scheduler.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.scheduler.api.Explanation.Blocker;
import io.millrace.scheduler.api.Explanation.Free;
import io.millrace.scheduler.api.Explanation.KeptFor;
import io.millrace.scheduler.domain.PendingReason;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExplanationTest {

    private static final Free FREE = new Free(16, 5, 0, 3);
    private static final Instant AT = Instant.parse("2026-03-01T12:00:00Z");

    @Test
    void shouldSayOfEveryReasonWhatWouldChangeIt() {
        List<String> reasons =
                Arrays.stream(PendingReason.values()).map(Enum::name).toList();
        assertThat(Explanation.blockers(reasons, FREE, "the head", new KeptFor("a gang", AT)))
                .containsExactly(
                        new Blocker("QUOTA_USER", "jobs of the same user must end first"),
                        new Blocker("QUOTA_TEAM", "jobs of the same team must end first"),
                        new Blocker(
                                "NO_MATCHING_GPU_TYPE",
                                "a node with that GPU type must join the pool, or the job must ask for another"),
                        new Blocker("INSUFFICIENT_GPUS", "running jobs must end: 5 of 16 GPUs are free"),
                        new Blocker(
                                "FRAGMENTATION",
                                "GPUs must become free together: 5 are free, at most 3 on one node, 0 whole nodes"),
                        new Blocker(
                                "RESERVED_FOR",
                                "there is room, but it is kept for a gang, which starts by 2026-03-01T12:00:00Z"),
                        new Blocker(
                                "BELOW_QUEUE_HEAD",
                                "the policy places nothing past the first job that waits for room; the queue's head is"
                                        + " the head"),
                        new Blocker("NODE_DOWN", "nodes that are down, drained or suspect must come back"));
    }

    @Test
    void shouldAskForANodeWhereThereAreNoGpus() {
        assertThat(Explanation.blockers(List.of("INSUFFICIENT_GPUS"), new Free(0, 0, 0, 0), null, null))
                .containsExactly(new Blocker(
                        "INSUFFICIENT_GPUS", "a node must join the pool: it has no GPUs the job could use"));
    }

    @Test
    void shouldNameWhomRoomIsKeptForAsFarAsThatIsKnown() {
        assertThat(Explanation.blockers(List.of("RESERVED_FOR"), FREE, null, new KeptFor("a gang", null)))
                .containsExactly(new Blocker("RESERVED_FOR", "there is room, but it is kept for a gang"));
        assertThat(Explanation.blockers(List.of("RESERVED_FOR"), FREE, null, null))
                .containsExactly(new Blocker("RESERVED_FOR", "there is room, but it is kept for another job"));
    }

    @Test
    void shouldNameNoHeadWhereNobodyKnowsIt() {
        assertThat(Explanation.blockers(List.of("BELOW_QUEUE_HEAD"), FREE, null, null))
                .containsExactly(new Blocker(
                        "BELOW_QUEUE_HEAD", "the policy places nothing past the first job that waits for room"));
    }
}
