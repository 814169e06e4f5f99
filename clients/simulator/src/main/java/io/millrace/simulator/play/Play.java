package io.millrace.simulator.play;

import io.millrace.events.cycle.CycleDecided;
import io.millrace.events.decision.JobDecision;
import io.millrace.events.decision.JobEnded;
import io.millrace.events.decision.JobPlaced;
import io.millrace.events.decision.JobQueued;
import io.millrace.events.decision.JobRejected;
import io.millrace.events.decision.JobRequeued;
import io.millrace.events.decision.PreemptionRequested;
import io.millrace.events.decision.PromiseRevised;
import io.millrace.events.decision.StartPromised;
import io.millrace.events.decision.StopRequested;
import io.millrace.events.job.JobSubmitted;
import io.millrace.simulator.trace.Partition;
import io.millrace.simulator.trace.TraceJob;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Plays a trace: at each instant sends what happens, advances the clock, answers what the scheduler decides, until it
 * decides nothing more, and jumps to the next instant. What is sent, and in which order, depends on the options and on
 * the decisions alone.
 */
public final class Play {
    private static final String QUEUE = "batch";

    // Far above what an honest scheduler needs; without them a broken one could hold a play for ever.
    private static final int MOST_ROUNDS = 10_000;
    private static final int MOST_IDLE_TIMERS = 10_000;

    private final PlayOptions options;
    private final Consumer<PlayProgress> progress;
    private final Feed feed;
    private final CycleCollector collector;
    private final Ledger ledger = new Ledger();
    private final PlayedCluster cluster;
    private final Map<String, TraceJob> jobs = new HashMap<>();
    private final Deque<TraceJob> submits = new ArrayDeque<>();
    private final Deque<NodeChange> script = new ArrayDeque<>();
    private final Map<String, Long> timers = new TreeMap<>();
    private final Map<String, Long> lastTicks = new HashMap<>();
    private long nowMs;
    private long cycles;
    private long decisions;
    private long instants;
    private int idleTimers;
    private int leftAtTimer;

    /** @param progress told after every round and while the scheduler is silent, on the playing thread */
    public Play(PlayOptions options, Wire wire, Consumer<PlayProgress> progress) {
        this.options = options;
        this.progress = progress;
        this.feed = new Feed(wire, options.playId());
        this.collector = new CycleCollector(wire, options.patience());
        this.cluster = new PlayedCluster(options.cluster(), options.jobs(), feed, ledger);
        options.jobs().forEach(job -> jobs.put(job.jobId(), job));
        // Stable sorts: ties keep the order of the file.
        options.jobs().stream()
                .sorted(Comparator.comparingLong(TraceJob::submitMs))
                .forEach(submits::add);
        options.script().stream()
                .sorted(Comparator.comparingLong(NodeChange::timeMs))
                .forEach(script::add);
    }

    /**
     * Plays from the first instant until every job is over.
     *
     * @throws PlayException when the scheduler does not answer or nothing can happen any more
     */
    public PlaySummary run() {
        Set<String> timed = new TreeSet<>();
        nowMs = firstMs();
        long startMs = nowMs;
        Set<String> told = new TreeSet<>(cluster.bringUp(nowMs));
        while (true) {
            told.addAll(cluster.endDue(nowMs));
            applyScript(told);
            submitDue(told);
            told.addAll(timed);
            if (!told.isEmpty()) {
                instants++;
                settle(told);
            }
            if (submits.isEmpty() && ledger.over() >= options.jobs().size()) {
                return ledger.summary(cycles, decisions, instants, startMs, nowMs);
            }
            told = new TreeSet<>();
            timed = new TreeSet<>();
            Long next = nextOwnMs();
            if (next == null) {
                next = nextTimer(timed);
            }
            nowMs = next;
        }
    }

    /** Lets it be {@code timeMs}, once the play is over: nothing happens but that time passes. */
    public void passTo(long timeMs) {
        nowMs = Math.max(nowMs, timeMs);
        feed.advance(Set.of(), nowMs);
    }

    private long firstMs() {
        long first = submits.getFirst().submitMs();
        return script.isEmpty() ? first : Math.min(first, script.getFirst().timeMs());
    }

    private void applyScript(Set<String> told) {
        while (!script.isEmpty() && script.getFirst().timeMs() <= nowMs) {
            told.addAll(cluster.change(script.removeFirst(), nowMs));
        }
    }

    private void submitDue(Set<String> told) {
        while (!submits.isEmpty() && submits.getFirst().submitMs() <= nowMs) {
            TraceJob job = submits.removeFirst();
            Partition partition = options.cluster().partitionFor(job.team());
            JobSubmitted submitted = JobSubmitted.newBuilder()
                    .setPool(partition.pool())
                    .setQueue(QUEUE)
                    .setTeam(job.team())
                    .setUser(job.user())
                    .setGpus(job.gpus())
                    // Where the nodes' type is not known, no job can insist on one.
                    .setGpuType(partition.gpuType() == null ? null : job.gpuType())
                    .setLimitMs(options.statedLimitMs(job.durationMs()))
                    .setEstimateMs(job.durationMs())
                    .build();
            feed.job(partition.pool(), job.jobId(), job.user(), nowMs, nowMs, submitted);
            ledger.submitted();
            told.add(partition.pool());
        }
    }

    /** Lets these pools decide, and answers, until none of them decides anything more at this instant. */
    private void settle(Collection<String> first) {
        Set<String> pools = new TreeSet<>(first);
        for (int round = 0; !pools.isEmpty(); round++) {
            if (round == MOST_ROUNDS) {
                throw new PlayException("The scheduler keeps deciding at played time " + nowMs + " ms for pools "
                        + pools + " and never comes to rest.");
            }
            pools.forEach(pool -> cluster.report(pool, nowMs));
            pools.forEach(pool -> lastTicks.put(pool, nowMs));
            long advance = feed.advance(pools, nowMs);
            Set<String> again = new TreeSet<>();
            for (CycleCollector.Cycle cycle : collector.await(advance, pools, () -> tell(true))) {
                take(cycle, again);
            }
            again.addAll(cluster.endDue(nowMs));
            pools = again;
            tell(false);
        }
    }

    private void take(CycleCollector.Cycle cycle, Set<String> again) {
        CycleDecided outcome = cycle.outcome();
        cycles++;
        decisions += cycle.decisions().size();
        if (outcome.getNextTimerAt() == null) {
            timers.remove(cycle.pool());
        } else {
            timers.put(cycle.pool(), outcome.getNextTimerAt().toEpochMilli());
        }
        if (outcome.getDecisions() > 0) {
            again.add(cycle.pool());
        }
        for (Wire.Answer.Decided decided : cycle.decisions()) {
            if (answer(cycle.pool(), decided.jobId(), decided.decision())) {
                again.add(cycle.pool());
            }
        }
    }

    /** Returns whether anything was sent. */
    private boolean answer(String pool, String jobId, JobDecision decision) {
        // Null for a job that someone else submitted meanwhile: its GPUs are minded, but nobody runs it.
        TraceJob job = jobs.get(jobId);
        return switch (decision.getPayload()) {
            case JobQueued queued -> false;
            case JobRejected rejected -> {
                if (job != null) {
                    ledger.rejected();
                }
                yield false;
            }
            case JobPlaced placed -> {
                ledger.placed(jobId, placed.getAttempt(), placed.getNodes());
                yield job != null && cluster.place(job, pool, placed, nowMs);
            }
            case JobRequeued requeued -> {
                free(pool, jobId, requeued.getAttempt(), requeued.getEndedAt());
                yield false;
            }
            case JobEnded ended -> {
                free(pool, jobId, ended.getAttempt(), ended.getEndedAt());
                if (job != null) {
                    ledger.ended(job, ended.getState(), ended.getEndedAt().toEpochMilli());
                }
                yield false;
            }
            case PreemptionRequested preempted -> cluster.stopRequested(pool, jobId, preempted.getAttempt(), nowMs);
            case StopRequested stop -> cluster.stopRequested(pool, jobId, stop.getAttempt(), nowMs);
            // Said to people; nothing is to be done about it.
            case StartPromised promised -> false;
            case PromiseRevised revised -> false;
            default ->
                throw new PlayException("The scheduler decided something this client does not know: "
                        + decision.getPayload() + ". Use the client that belongs to the scheduler.");
        };
    }

    private void free(String pool, String jobId, int attempt, Instant endedAt) {
        ledger.freed(jobId, attempt);
        cluster.ended(pool, jobId, attempt, endedAt.toEpochMilli());
    }

    private @Nullable Long nextOwnMs() {
        Long next = cluster.nextEndMs();
        if (!submits.isEmpty()) {
            next = earlier(next, submits.getFirst().submitMs());
        }
        if (!script.isEmpty()) {
            next = earlier(next, script.getFirst().timeMs());
        }
        return next;
    }

    /** The next time at which a pool wants to decide by itself; adds the pools that do to {@code timed}. */
    private long nextTimer(Set<String> timed) {
        long next = timers.values().stream().mapToLong(Long::longValue).min().orElse(Long.MIN_VALUE);
        int left = options.jobs().size() - ledger.over();
        if (next == Long.MIN_VALUE) {
            throw new PlayException(left + " jobs are not over at played time " + nowMs
                    + " ms, but nothing runs, nothing is to come and the scheduler waits for nothing."
                    + " Ask it why: millrace explain JOB.");
        }
        idleTimers = left == leftAtTimer ? idleTimers + 1 : 0;
        leftAtTimer = left;
        boolean stuck = timers.entrySet().stream()
                .anyMatch(timer -> timer.getValue() <= lastTicks.getOrDefault(timer.getKey(), Long.MIN_VALUE));
        if (stuck || idleTimers > MOST_IDLE_TIMERS) {
            throw new PlayException(left + " jobs are not over at played time " + nowMs
                    + " ms, and the scheduler's timers bring them no further. Ask it why: millrace explain JOB.");
        }
        timers.forEach((pool, time) -> {
            if (time <= next) {
                timed.add(pool);
            }
        });
        // One that fell due while nothing happened in its pool is late already.
        return Math.max(next, nowMs);
    }

    private static Long earlier(@Nullable Long time, long other) {
        return time == null ? other : Math.min(time, other);
    }

    private void tell(boolean silent) {
        int running = cluster.running();
        int submitted = ledger.submittedJobs();
        int over = ledger.over();
        progress.accept(new PlayProgress(
                nowMs,
                options.jobs().size(),
                submitted,
                running,
                Math.max(0, submitted - over - running),
                over,
                cycles,
                silent));
    }
}
