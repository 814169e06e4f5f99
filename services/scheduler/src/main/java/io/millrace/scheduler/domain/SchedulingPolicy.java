package io.millrace.scheduler.domain;

import java.util.Arrays;
import java.util.Collections;
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
 * @param gpuWeights what a GPU of a model counts in usage, in thousandths; a model that is not named counts 1000
 * @param preemption when running jobs give way; null for never
 */
public record SchedulingPolicy(
        Rule rule,
        SortedMap<String, QueueLimits> queues,
        @Nullable Integer maxGpusPerUser,
        @Nullable Integer maxQueuedPerUser,
        @Nullable Integer maxGpusPerTeam,
        Liveness liveness,
        PriorityPolicy priority,
        Backfill backfill,
        SortedMap<String, Integer> gpuWeights,
        @Nullable Preemption preemption) {

    /** What a GPU counts in usage, in thousandths, unless the policy says otherwise. */
    public static final int FULL_WEIGHT = 1000;

    /** Jobs that conservative backfill promises a start to at most, where a policy names no number. */
    public static final int MANY_PROMISES = 100;

    /** A policy under which nobody gives way. */
    public SchedulingPolicy(
            Rule rule,
            SortedMap<String, QueueLimits> queues,
            @Nullable Integer maxGpusPerUser,
            @Nullable Integer maxQueuedPerUser,
            @Nullable Integer maxGpusPerTeam,
            Liveness liveness,
            PriorityPolicy priority,
            Backfill backfill,
            SortedMap<String, Integer> gpuWeights) {
        this(
                rule,
                queues,
                maxGpusPerUser,
                maxQueuedPerUser,
                maxGpusPerTeam,
                liveness,
                priority,
                backfill,
                gpuWeights,
                null);
    }

    /** A policy that says nothing of priorities, backfill and weights. */
    public SchedulingPolicy(
            Rule rule,
            SortedMap<String, QueueLimits> queues,
            @Nullable Integer maxGpusPerUser,
            @Nullable Integer maxQueuedPerUser,
            @Nullable Integer maxGpusPerTeam,
            Liveness liveness) {
        this(
                rule,
                queues,
                maxGpusPerUser,
                maxQueuedPerUser,
                maxGpusPerTeam,
                liveness,
                PriorityPolicy.standard(),
                new Backfill(1),
                Collections.emptySortedMap());
    }

    /**
     * How far jobs may pass others that wait for room.
     *
     * @param promises jobs at most that have a promised start: 1 is EASY backfill, many is conservative
     */
    public record Backfill(int promises) {}

    /**
     * When running jobs give way to others of higher priority.
     *
     * @param afterMs others must have waited for room for so long, unless their queue says otherwise
     * @param graceMs between SIGTERM and SIGKILL
     * @param minRuntimeMs whoever started later does not give way
     * @param maxPerJob nor does who gave way so often
     */
    public record Preemption(long afterMs, long graceMs, long minRuntimeMs, int maxPerJob) {}

    /** Whether jobs of a queue give way. */
    public enum Preemptible implements PriorityPolicy.Named {
        NEVER("false"),
        /** Only when no job of a queue that gives way first is left. */
        BY_PRIORITY("by-priority"),
        FIRST("true");

        private final String policyName;

        Preemptible(String policyName) {
            this.policyName = policyName;
        }

        @Override
        public String policyName() {
            return policyName;
        }
    }

    /** Which waiting job is placed next: an order, and what happens behind a job that does not fit. */
    public enum Rule {
        FIFO_STRICT("fifo-strict", Order.FIFO, Head.STRICT),
        FIFO_SKIP("fifo-skip", Order.FIFO, Head.SKIP),
        SJF_STRICT("sjf-strict", Order.SJF, Head.STRICT),
        SJF_SKIP("sjf-skip", Order.SJF, Head.SKIP),
        MILLRACE("millrace", Order.PRIORITY, Head.PROMISED);

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
        SJF,
        /** By computed priority, which changes with time. */
        PRIORITY
    }

    /** What happens behind a job that does not fit. */
    public enum Head {
        /** Nothing is placed past it. */
        STRICT,
        /** Later jobs that fit are placed. */
        SKIP,
        /** Later jobs that fit are placed where they can't delay a promised start. */
        PROMISED
    }

    /**
     * Limits of one queue.
     *
     * @param startSlaMs a job that waits longer misses the queue's promise to its users; null for no such promise
     * @param bonus points of priority for waiting in it
     * @param preemptible whether its jobs give way to others
     * @param preemptAfterMs how long its jobs wait before others give way to them; null for the policy's own time
     */
    public record QueueLimits(
            @Nullable Integer maxGpusPerJob,
            @Nullable Long maxDurationMs,
            @Nullable Long startSlaMs,
            int bonus,
            Preemptible preemptible,
            @Nullable Long preemptAfterMs) {

        public QueueLimits(@Nullable Integer maxGpusPerJob, @Nullable Long maxDurationMs) {
            this(maxGpusPerJob, maxDurationMs, null, 0);
        }

        public QueueLimits(
                @Nullable Integer maxGpusPerJob, @Nullable Long maxDurationMs, @Nullable Long startSlaMs, int bonus) {
            this(maxGpusPerJob, maxDurationMs, startSlaMs, bonus, Preemptible.NEVER, null);
        }
    }

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

    /**
     * The order in which waiting jobs are considered; total, because submission ids differ. Of submission where the
     * order changes with time.
     */
    public Comparator<Job> jobOrder() {
        return switch (rule.order) {
            case FIFO, PRIORITY -> Job.BY_SUBMISSION;
            case SJF -> Comparator.comparingLong(this::length).thenComparing(Job.BY_SUBMISSION);
        };
    }

    boolean strictHead() {
        return rule.head == Head.STRICT;
    }

    /** Whether the order is of computed priorities, with promised starts. */
    public boolean byPriority() {
        return rule.order == Order.PRIORITY;
    }

    /** Whether the pool itself makes jobs give way. */
    boolean preempts() {
        return preemption != null && byPriority();
    }

    /** Between SIGTERM and SIGKILL of an attempt that gives way, ms. */
    long preemptionGraceMs() {
        return preemption == null ? liveness.graceMs() : preemption.graceMs();
    }

    /** What a GPU of a model counts in usage, in thousandths. */
    public int weight(String gpuType) {
        return gpuWeights.getOrDefault(gpuType, FULL_WEIGHT);
    }

    /** Until when a job that waits since {@link Job#since} may start without missing its queue's SLA, ms; else null. */
    @Nullable
    Long startDueAt(Job job) {
        QueueLimits limits = queues.get(job.request().queue());
        return limits == null || limits.startSlaMs() == null ? null : job.since() + limits.startSlaMs();
    }

    private long length(Job job) {
        Long estimate = job.request().estimateMs();
        Long length = estimate != null ? estimate : limitMs(job.request());
        return length == null ? Long.MAX_VALUE : length;
    }
}
