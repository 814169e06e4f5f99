package io.millrace.cli.simulate;

import io.millrace.scheduler.domain.Attempt.EndKind;
import io.millrace.scheduler.domain.JobRequest;
import io.millrace.scheduler.domain.Member;
import io.millrace.scheduler.domain.Pool;
import io.millrace.scheduler.domain.PoolDecider;
import io.millrace.scheduler.domain.PoolEvent;
import io.millrace.scheduler.domain.PoolInput;
import io.millrace.scheduler.domain.SchedulingPolicy;
import io.millrace.scheduler.domain.SchedulingPolicy.Liveness;
import io.millrace.scheduler.domain.SchedulingPolicy.QueueLimits;
import io.millrace.simulator.trace.Partition;
import io.millrace.simulator.trace.StatedLimits;
import io.millrace.simulator.trace.TraceJob;
import io.millrace.simulator.trace.TracedEnd;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Plays one partition's jobs through a pool's decider: the same decisions as on the log, with no log. At one instant
 * ends come before submits, and submits keep the order of the trace.
 */
final class TraceSimulation {

    /** When a job of the trace was submitted, started and ended, in ms; the latter two null when it was refused. */
    record Outcome(
            TraceJob job, @Nullable Long startMs, @Nullable Long endMs) {}

    private record End(long at, long order, TraceJob job, int attempt) {}

    private static final String QUEUE = "batch";
    private static final long NEVER = Long.MAX_VALUE / 8;

    private final PoolDecider decider = new PoolDecider();
    private final Pool pool = decider.initialState();
    private final PriorityQueue<End> ends =
            new PriorityQueue<>(Comparator.comparingLong(End::at).thenComparingLong(End::order));
    private final Map<String, TraceJob> jobs = new HashMap<>();
    private final Map<String, Long> starts = new HashMap<>();
    private final Map<String, Outcome> outcomes = new HashMap<>();
    private final StatedLimits limits;
    private long tick;

    private TraceSimulation(Partition partition, SchedulingPolicy policy, StatedLimits limits, long beginsAt) {
        this.limits = policy.byPriority() ? limits : StatedLimits.NONE;
        pool.evolve(
                new PoolInput.PolicyAdopted(beginsAt, policy, "", policy.rule().ruleName()));
        for (String nodeId : partition.nodeIds()) {
            String type = partition.gpuType() == null ? "unknown" : partition.gpuType();
            pool.evolve(new PoolInput.NodeUp(beginsAt, "up-" + nodeId, nodeId, partition.gpusPerNode(), type));
        }
    }

    /**
     * The outcome of every job, in the given order.
     *
     * @param teamShares of the teams that share the partition; a team that is not named has one
     * @param limits what users state as their jobs' limits
     */
    static List<Outcome> run(
            Partition partition,
            List<TraceJob> trace,
            SchedulingPolicy.Rule rule,
            Map<String, Integer> teamShares,
            StatedLimits limits) {
        if (trace.isEmpty()) {
            return List.of();
        }
        List<TraceJob> bySubmit = new ArrayList<>(trace);
        bySubmit.sort(Comparator.comparingLong(TraceJob::submitMs)); // stable: ties keep the trace's order
        TraceSimulation simulation = new TraceSimulation(
                partition, limitless(rule), limits, bySubmit.getFirst().submitMs());
        simulation.define(teamShares, bySubmit.getFirst().submitMs());
        simulation.play(partition, bySubmit);
        return trace.stream()
                .map(job -> simulation.outcomes.getOrDefault(job.jobId(), new Outcome(job, null, null)))
                .toList();
    }

    /** A policy that limits nothing and bears any silence: in a simulation nobody dies unnoticed. */
    private static SchedulingPolicy limitless(SchedulingPolicy.Rule rule) {
        return new SchedulingPolicy(
                rule,
                new TreeMap<>(Map.of(QUEUE, new QueueLimits(null, null))),
                null,
                null,
                null,
                new Liveness(0, NEVER, 0, 0, NEVER, 0, 0));
    }

    private void define(Map<String, Integer> teamShares, long at) {
        new TreeMap<>(teamShares)
                .forEach((team, shares) -> pool.evolve(
                        new PoolInput.MemberDefined(at, new Member.Team(team, shares, null, new TreeSet<>(), false))));
    }

    private void play(Partition partition, List<TraceJob> bySubmit) {
        int next = 0;
        while (next < bySubmit.size() || !ends.isEmpty()) {
            long now = Math.min(
                    next < bySubmit.size() ? bySubmit.get(next).submitMs() : Long.MAX_VALUE,
                    ends.isEmpty() ? Long.MAX_VALUE : ends.peek().at());
            while (!ends.isEmpty() && ends.peek().at() == now) {
                end(ends.remove());
            }
            while (next < bySubmit.size() && bySubmit.get(next).submitMs() == now) {
                submit(partition, bySubmit.get(next), next);
                next++;
            }
            decide(now);
        }
    }

    private void submit(Partition partition, TraceJob job, int order) {
        jobs.put(job.jobId(), job);
        // A cluster that doesn't say what its GPUs are takes every job.
        String type = partition.gpuType() == null ? null : job.gpuType();
        pool.evolve(new PoolInput.JobSubmitted(
                job.submitMs(), String.format("%012d", order), job.jobId(), request(job, type)));
    }

    /** Where an order goes by the length, it is known; where it goes by priority, only the stated limit is. */
    private JobRequest request(TraceJob job, @Nullable String type) {
        Long limit = limits.of(job.durationMs());
        boolean known = limits == StatedLimits.NONE;
        return new JobRequest(
                QUEUE, job.team(), job.user(), job.gpus(), type, null, limit, known ? job.durationMs() : null);
    }

    private void end(End end) {
        pool.evolve(new PoolInput.AttemptEnded(
                end.at(), end.job().jobId(), end.attempt(), kind(end.job().end()), ""));
    }

    private static EndKind kind(TracedEnd end) {
        return switch (end) {
            case COMPLETED -> EndKind.COMPLETED;
            case FAILED -> EndKind.FAILED;
            case KILLED -> EndKind.STOPPED_BY_USER;
        };
    }

    private void decide(long now) {
        PoolInput.Tick input = new PoolInput.Tick(now, ++tick, 0);
        pool.evolve(input);
        Iterator<PoolEvent> decisions = decider.decide(pool, input);
        List<PoolInput> answers = new ArrayList<>();
        while (decisions.hasNext()) {
            PoolEvent event = decisions.next();
            pool.evolve(event);
            switch (event) {
                case PoolEvent.JobPlaced placed -> answers.add(start(placed, now));
                case PoolEvent.JobEnded ended -> outcomes.put(ended.jobId(), outcome(ended));
                case PoolEvent.JobQueued queued -> {}
                case PoolEvent.JobRejected rejected -> {}
                case PoolEvent.ReasonsChanged changed -> {}
                case PoolEvent.StartPlanned planned -> {}
                case PoolEvent.StartPromised promised -> {}
                case PoolEvent.StartSlaMissed missed -> {}
                case PoolEvent.PromiseRevised revised -> throw new IllegalStateException("revised: " + revised);
                case PoolEvent.TimeReached reached -> {}
                case PoolEvent.CycleClosed closed -> {}
                case PoolEvent.JobRequeued requeued -> throw new IllegalStateException("requeued: " + requeued);
                case PoolEvent.StopRequested stop -> throw new IllegalStateException("stopped: " + stop);
                case PoolEvent.LookPlanned planned -> {}
                case PoolEvent.PreemptionRequested preempted ->
                    throw new IllegalStateException("preempted: " + preempted);
                case PoolEvent.DependenciesMet met -> throw new IllegalStateException("depended: " + met);
                case PoolEvent.NodeSilenced silenced -> throw new IllegalStateException("silent: " + silenced);
                case PoolEvent.NodeReturned returned -> throw new IllegalStateException("returned: " + returned);
            }
        }
        answers.forEach(pool::evolve);
        pool.takeChanges();
    }

    private PoolInput start(PoolEvent.JobPlaced placed, long now) {
        TraceJob job = job(placed.jobId());
        starts.put(job.jobId(), now);
        ends.add(new End(now + job.durationMs(), ends.size(), job, placed.attempt()));
        return new PoolInput.AttemptStarted(now, placed.jobId(), placed.attempt());
    }

    private Outcome outcome(PoolEvent.JobEnded ended) {
        return new Outcome(job(ended.jobId()), starts.get(ended.jobId()), ended.endedAt());
    }

    private TraceJob job(String jobId) {
        TraceJob job = jobs.get(jobId);
        if (job == null) {
            throw new IllegalStateException("unknown job " + jobId);
        }
        return job;
    }
}
