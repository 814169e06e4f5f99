package io.millrace.scheduler.domain;

import static io.millrace.scheduler.domain.PoolScript.START;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Decisions in short, in seconds since a story began, for tests that look at who starts when and where. */
final class Told {

    private Told() {}

    static List<String> of(List<PoolEvent> events) {
        return events.stream().map(Told::of).toList();
    }

    /** Only what is told of starts and of promises of starts. */
    static List<String> starts(List<PoolEvent> events) {
        return of(events.stream()
                .filter(event -> event instanceof PoolEvent.JobPlaced
                        || event instanceof PoolEvent.StartPromised
                        || event instanceof PoolEvent.PromiseRevised)
                .toList());
    }

    /** Who is placed where and promised what, in ms, without what causes it. */
    static List<String> promises(List<PoolEvent> events) {
        List<String> told = new ArrayList<>();
        for (PoolEvent event : events) {
            if (event instanceof PoolEvent.JobPlaced start) {
                told.add("place " + start.jobId() + " on "
                        + start.shares().stream()
                                .map(share -> share.nodeId() + "×" + share.gpus())
                                .collect(Collectors.joining(" ")));
            } else if (event instanceof PoolEvent.StartPromised(String jobId, long startBy)) {
                told.add("promise " + jobId + " by " + startBy);
            } else if (event instanceof PoolEvent.PromiseRevised revised) {
                told.add("revise " + revised.jobId() + " to " + revised.startBy());
            }
        }
        return told;
    }

    /** What a pool keeps for whom. */
    static Map<String, String> plans(Pool pool) {
        Map<String, String> plans = new TreeMap<>();
        for (Job job : pool.jobs()) {
            if (job.promise() instanceof Promise promise) {
                plans.put(
                        job.id(),
                        promise.plan().stream()
                                        .map(part -> part.nodeId() + "×" + part.gpus())
                                        .collect(Collectors.joining(" "))
                                + " at " + promise.plannedAt());
            }
        }
        return plans;
    }

    static String of(PoolEvent event) {
        return switch (event) {
            case PoolEvent.JobQueued queued -> "queue " + queued.jobId();
            case PoolEvent.JobRejected rejected -> "reject " + rejected.jobId() + ": " + rejected.code();
            case PoolEvent.JobPlaced placed ->
                "place " + placed.jobId() + " on "
                        + placed.shares().stream()
                                .map(share -> share.nodeId() + "×" + share.gpus())
                                .collect(Collectors.joining(" "));
            case PoolEvent.StartPromised promised ->
                "promise " + promised.jobId() + " by " + second(promised.startBy());
            case PoolEvent.PromiseRevised revised ->
                "revise " + revised.jobId() + " from " + second(revised.promised()) + " to " + second(revised.startBy())
                        + ": " + revised.cause();
            case PoolEvent.StartPlanned planned -> of(planned);
            case PoolEvent.NodeSilenced silenced -> "give up " + silenced.nodeId();
            case PoolEvent.DependenciesMet met -> "let " + met.jobId() + " wait for room since " + second(met.since());
            case PoolEvent.PreemptionRequested preempted ->
                "preempt " + preempted.jobId() + " for " + preempted.forJob() + ": " + preempted.cause();
            case PoolEvent.LookPlanned planned -> "look again at " + second(planned.at());
            case PoolEvent.NodeReturned returned -> "take " + returned.nodeId() + " again";
            case PoolEvent.StartSlaMissed missed -> "miss " + missed.jobId() + " due " + second(missed.dueAt());
            case PoolEvent.JobRequeued requeued -> "requeue " + requeued.jobId() + ": " + requeued.cause();
            case PoolEvent.JobEnded ended -> "end " + ended.jobId() + ": " + ended.state();
            case PoolEvent.StopRequested stop -> "stop " + stop.jobId() + ": " + stop.cause();
            case PoolEvent.ReasonsChanged changed ->
                changed.jobId() + " waits for "
                        + changed.reasons().stream()
                                .sorted()
                                .map(reason -> reason == PendingReason.RESERVED_FOR
                                        ? reason + "(" + changed.reservedFor() + ")"
                                        : reason.name())
                                .collect(Collectors.joining(", "));
            case PoolEvent.TimeReached reached -> "reach " + second(reached.at());
            case PoolEvent.CycleClosed closed -> "close " + closed.cycle();
        };
    }

    private static String of(PoolEvent.StartPlanned planned) {
        Promise promise = planned.promise();
        if (promise == null) {
            return "free what was kept for " + planned.jobId();
        }
        String nodes = promise.plan().stream()
                .map(part -> part.nodeId() + "×" + part.gpus())
                .collect(Collectors.joining(" "));
        return promise.plannedAt() == null
                ? "hold " + nodes + " for " + planned.jobId()
                : "keep " + nodes + " for " + planned.jobId() + " at " + second(promise.plannedAt());
    }

    private static String second(@Nullable Long ms) {
        return ms == null ? "none" : String.valueOf((ms - START) / 1000.0).replaceFirst("\\.0$", "");
    }
}
