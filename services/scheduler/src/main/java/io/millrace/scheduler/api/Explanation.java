package io.millrace.scheduler.api;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a job is where it is. All but the first and the last of it is of a job that waits, and of the moment it is read.
 *
 * @param position in its pool's queue, from 1; null unless it waits
 * @param ahead the last few jobs before it
 * @param aheadJobs more of the same jobs
 * @param blockers all that holds it back, and what would change that
 * @param free what its pool has for it now; null unless it waits
 * @param priority null where the policy computes none
 * @param promisedStart when it starts at the latest if limits are enforced; null as long as it has no promise
 * @param expectedStart null unless it waits
 * @param asOf which state of its pool this rests on; null unless it waits
 * @param decisions what was decided about it, in order; the newest 200
 */
public record Explanation(
        JobRow job,
        @Nullable String policy,
        @Nullable String policySha256,
        @Nullable Integer position,
        List<String> ahead,
        List<QueueRow> aheadJobs,
        List<BlockerRow> blockers,
        @Nullable Free free,
        @Nullable PriorityRow priority,
        @Nullable Instant promisedStart,
        @Nullable ExpectedStart expectedStart,
        @Nullable AsOf asOf,
        List<JobView.Step> decisions) {

    /**
     * A reason, and what would change it.
     *
     * @param jobId whose turn comes first, or whom the room is kept for; null where no other job is named
     * @param startsBy the start that was promised to that job; null without one
     */
    public record BlockerRow(
            String reason,
            String remedy,
            @Nullable String jobId,
            @Nullable Instant startsBy) {}

    /**
     * GPUs of the type the job needs.
     *
     * @param freeGpus on nodes that take new work
     * @param largestBlock most free GPUs on one node
     */
    public record Free(int gpus, int freeGpus, int freeWholeNodes, int largestBlock) {}

    /**
     * A priority in points, term by term.
     *
     * @param total the sum of all terms
     * @param shortness counts on top of it, but only among jobs that pass one that has a promised start
     * @param shortnessCounts whether this job is one of those now
     */
    public record PriorityRow(BigDecimal total, List<Term> terms, Term shortness, boolean shortnessCounts) {}

    /** A part of a priority, in points, and why it is what it is: also why a claim does not count. */
    public record Term(String term, BigDecimal points, String why) {}

    /**
     * When the job should start. No promise: others may come, nodes may go.
     *
     * @param at null when it can't be told
     * @param basis where the lengths of the jobs that end before are taken from: LEARNED, LIMIT, ESTIMATE, MIXED, or
     *     NONE when none has to end; null when it can't be told
     * @param why in words; also why it can't be told
     */
    public record ExpectedStart(
            @Nullable Instant at, @Nullable String basis, String why) {}

    /**
     * A state of a pool.
     *
     * @param at the instant of reading, for which terms and position are computed
     * @param cycle the last that was closed
     * @param logOffset of the last record of {@code pool-inputs} in it
     */
    public record AsOf(Instant at, long cycle, long logOffset) {}
}
