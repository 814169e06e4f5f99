package io.millrace.scheduler.domain;

import java.util.Arrays;
import java.util.Comparator;
import java.util.SortedMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The limits and the order a pool decides by. Null limits don't limit.
 *
 * @param maxGpusPerUser GPUs one user may hold at once
 * @param maxQueuedPerUser jobs one user may have waiting
 * @param maxGpusPerTeam GPUs one team may hold at once
 */
public record SchedulingPolicy(
        Rule rule,
        SortedMap<String, QueueLimits> queues,
        @Nullable Integer maxGpusPerUser,
        @Nullable Integer maxQueuedPerUser,
        @Nullable Integer maxGpusPerTeam,
        Liveness liveness) {

    /** Which waiting job is placed next: an order, and what happens behind a job that does not fit. */
    public enum Rule {
        FIFO_STRICT("fifo-strict", Order.FIFO, Head.STRICT),
        FIFO_SKIP("fifo-skip", Order.FIFO, Head.SKIP),
        SJF_STRICT("sjf-strict", Order.SJF, Head.STRICT),
        SJF_SKIP("sjf-skip", Order.SJF, Head.SKIP);

        private final String ruleName;
        private final Order order;
        private final Head head;

        Rule(String ruleName, Order order, Head head) {
            this.ruleName = ruleName;
            this.order = order;
            this.head = head;
        }

        /** The name by which policies and commands call it. */
        public String ruleName() {
            return ruleName;
        }

        /** @throws IllegalArgumentException when no rule has the name; lists those there are */
        public static Rule named(String name) {
            for (Rule rule : values()) {
                if (rule.ruleName.equals(name)) {
                    return rule;
                }
            }
            throw new IllegalArgumentException("there is no policy " + name + "; policies are "
                    + Arrays.stream(values()).map(Rule::ruleName).collect(Collectors.joining(", ")));
        }
    }

    /** Which waiting job comes first. */
    public enum Order {
        FIFO,
        /** Shortest estimate first; without one, shortest limit; without either, last. */
        SJF
    }

    /** What happens behind a job that does not fit. */
    public enum Head {
        /** Nothing is placed past it. */
        STRICT,
        /** Later jobs that fit are placed. */
        SKIP
    }

    /** Limits of one queue. */
    public record QueueLimits(
            @Nullable Integer maxGpusPerJob, @Nullable Long maxDurationMs) {}

    /**
     * How long silence is borne, in ms. Deadlines count observed time.
     *
     * @param startWithinMs an attempt must start within this of its placement
     * @param leaseMs an attempt unheard of for this long stops itself
     * @param marginMs added before its GPUs count as free
     * @param graceMs between SIGTERM and SIGKILL
     * @param tickIntervalMs longest time between ticks while attempts are alive; a longer gap counts as two of these
     * @param suspectMs how long a node takes nothing new after an attempt on it went silent
     * @param retainEndedMs how long ended jobs are remembered, to know late and repeated events
     */
    public record Liveness(
            long startWithinMs,
            long leaseMs,
            long marginMs,
            long graceMs,
            long tickIntervalMs,
            long suspectMs,
            long retainEndedMs) {}

    /** The enforced limit of a job: its own, else its queue's; null when neither limits. */
    public @Nullable Long limitMs(JobRequest request) {
        if (request.limitMs() != null) {
            return request.limitMs();
        }
        QueueLimits limits = queues.get(request.queue());
        return limits == null ? null : limits.maxDurationMs();
    }

    /** The order in which waiting jobs are considered; total, because submission ids differ. */
    public Comparator<Job> jobOrder() {
        return switch (rule.order) {
            case FIFO -> Job.BY_SUBMISSION;
            case SJF -> Comparator.comparingLong(this::length).thenComparing(Job.BY_SUBMISSION);
        };
    }

    boolean strictHead() {
        return rule.head == Head.STRICT;
    }

    private long length(Job job) {
        Long estimate = job.request().estimateMs();
        Long length = estimate != null ? estimate : limitMs(job.request());
        return length == null ? Long.MAX_VALUE : length;
    }
}
