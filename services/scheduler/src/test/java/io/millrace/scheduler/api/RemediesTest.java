package io.millrace.scheduler.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.scheduler.api.Explanation.BlockerRow;
import io.millrace.scheduler.domain.Blocker;
import io.millrace.scheduler.domain.Blocker.Awaited;
import io.millrace.scheduler.domain.Blocker.Progress;
import io.millrace.scheduler.domain.Blocker.Quota;
import io.millrace.scheduler.domain.Dependency.Condition;
import io.millrace.scheduler.domain.FreeGpus;
import io.millrace.scheduler.domain.JobRequest;
import io.millrace.scheduler.domain.PendingReason;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RemediesTest {

    private static final FreeGpus FREE = new FreeGpus(16, 5, 0, 3);
    private static final Instant AT = Instant.parse("2026-03-01T12:00:00Z");
    private static final JobRequest REQUEST = new JobRequest("batch", "vision", "ada", 8, null, null, null, null);

    private static Blocker blocker(PendingReason reason) {
        return switch (reason) {
            case QUOTA_USER -> new Blocker(reason, null, null, new Quota(16, 12, 2));
            case QUOTA_TEAM -> new Blocker(reason, null, null, new Quota(128, 125, 0));
            case RESERVED_FOR -> new Blocker(reason, "a gang", AT.toEpochMilli(), null);
            case BELOW_QUEUE_HEAD -> new Blocker(reason, "the head", null, null);
            case NO_MATCHING_GPU_TYPE, INSUFFICIENT_GPUS, FRAGMENTATION, NODE_DOWN ->
                new Blocker(reason, null, null, null);
            case DEPENDENCY ->
                new Blocker(reason, "another", null, null, new Awaited(Condition.COMPLETED, Progress.RUNS));
        };
    }

    private static BlockerRow plain(String reason, String remedy) {
        return new BlockerRow(reason, remedy, null, null);
    }

    private static List<BlockerRow> remedies(FreeGpus free, Blocker... blockers) {
        return Remedies.of(List.of(blockers), REQUEST, free);
    }

    @Test
    void shouldSayOfEveryReasonWhatWouldChangeIt() {
        Blocker[] all =
                Arrays.stream(PendingReason.values()).map(RemediesTest::blocker).toArray(Blocker[]::new);
        assertThat(remedies(FREE, all))
                .containsExactly(
                        plain(
                                "QUOTA_USER",
                                "jobs of the same user must end first: user ada holds 12 of 16 GPUs, 2 more are kept"
                                        + " for promised starts, this job needs 8"),
                        plain(
                                "QUOTA_TEAM",
                                "jobs of the same team must end first: team vision holds 125 of 128 GPUs, this job"
                                        + " needs 8"),
                        plain(
                                "NO_MATCHING_GPU_TYPE",
                                "a node with that GPU type must join the pool, or the job must ask for another"),
                        plain("INSUFFICIENT_GPUS", "running jobs must end: 5 of 16 GPUs are free, it needs 8"),
                        plain(
                                "FRAGMENTATION",
                                "GPUs must become free together: 5 are free, at most 3 on one node, 0 whole nodes"),
                        new BlockerRow(
                                "RESERVED_FOR",
                                "there is room, but it is kept for a gang, which starts by 2026-03-01T12:00:00Z; a job"
                                        + " whose limit ends before that may pass",
                                "a gang",
                                AT),
                        new BlockerRow(
                                "BELOW_QUEUE_HEAD",
                                "the head must start first: it was there before, and finds no room",
                                "the head",
                                null),
                        plain("NODE_DOWN", "nodes that are down, drained or suspect must come back"),
                        new BlockerRow(
                                "DEPENDENCY",
                                "another must complete first; it runs. If it ends otherwise this job is cancelled",
                                "another",
                                null));
    }

    @Test
    void shouldSayOfWhatIsWaitedForWhereItIs() {
        assertThat(remedies(
                        FREE,
                        new Blocker(
                                PendingReason.DEPENDENCY,
                                "one",
                                AT.toEpochMilli(),
                                null,
                                new Awaited(Condition.ENDED, Progress.WAITS)),
                        new Blocker(
                                PendingReason.DEPENDENCY,
                                "two",
                                null,
                                null,
                                new Awaited(Condition.ENDED, Progress.DEPENDS))))
                .containsExactly(
                        new BlockerRow(
                                "DEPENDENCY",
                                "one must end first, however; it waits, and starts by 2026-03-01T12:00:00Z",
                                "one",
                                AT),
                        new BlockerRow(
                                "DEPENDENCY", "two must end first, however; it waits for others itself", "two", null));
    }

    @Test
    void shouldAskForANodeWhereThereAreNoGpus() {
        assertThat(remedies(new FreeGpus(0, 0, 0, 0), blocker(PendingReason.INSUFFICIENT_GPUS)))
                .containsExactly(
                        plain("INSUFFICIENT_GPUS", "a node must join the pool: it has no GPUs the job could use"));
    }

    @Test
    void shouldNameNoInstantWhereNoneIsPromised() {
        assertThat(remedies(FREE, new Blocker(PendingReason.RESERVED_FOR, "a gang", null, null)))
                .containsExactly(
                        new BlockerRow("RESERVED_FOR", "there is room, but it is kept for a gang", "a gang", null));
    }
}
