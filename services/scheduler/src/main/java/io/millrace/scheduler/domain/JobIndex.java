package io.millrace.scheduler.domain;

import io.millrace.scheduler.domain.Job.Phase;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Orders over a pool's jobs. A cache: {@link #rebuild} makes it from the jobs.
 */
final class JobIndex {

    /** The reason of every job behind a strict queue's head. */
    static final Set<PendingReason> BELOW_HEAD = Set.of(PendingReason.BELOW_QUEUE_HEAD);

    private record At(long at, String jobId) {}

    private static final Comparator<At> BY_TIME =
            Comparator.comparingLong(At::at).thenComparing(At::jobId);

    private final Map<String, Job> submitted = new LinkedHashMap<>();
    private int waitingCount;

    // Of an order that is computed anew in each cycle nothing is kept but the lanes.
    private NavigableSet<Job> waiting = new TreeSet<>(Job.BY_SUBMISSION);
    private NavigableSet<Job> unsettled = new TreeSet<>(Job.BY_SUBMISSION);
    private final Set<String> unsettledInLanes = new HashSet<>();

    private final AttemptIndex attempts = new AttemptIndex();
    private final NavigableSet<String> cancelled = new TreeSet<>();
    private final NavigableSet<String> promised = new TreeSet<>();
    private final NavigableSet<At> promisedBy = new TreeSet<>(BY_TIME);
    private final NavigableSet<At> startsDue = new TreeSet<>(BY_TIME);
    private final NavigableSet<At> ended = new TreeSet<>(BY_TIME);
    private final Lanes lanes = new Lanes();
    private final Dependents dependents = new Dependents();
    private final Map<String, Integer> waitingByUser = new HashMap<>();
    private final Map<String, Integer> gpusByUser = new HashMap<>();
    private final Map<String, Integer> gpusByTeam = new HashMap<>();

    private @Nullable SchedulingPolicy policy;

    void rebuild(Collection<Job> jobs, @Nullable SchedulingPolicy inForce) {
        policy = inForce;
        Comparator<Job> order = inForce == null ? Job.BY_SUBMISSION : inForce.jobOrder();
        waiting = new TreeSet<>(order);
        unsettled = new TreeSet<>(order);
        waitingCount = 0;
        unsettledInLanes.clear();
        submitted.clear();
        attempts.clear(inForce);
        cancelled.clear();
        promised.clear();
        promisedBy.clear();
        startsDue.clear();
        lanes.clear();
        dependents.clear();
        ended.clear();
        waitingByUser.clear();
        gpusByUser.clear();
        gpusByTeam.clear();
        jobs.forEach(this::add);
    }

    /**
     * A job that waits as before stays where it is: the sets then hold it as it was when it came, which is enough for
     * its order; whoever wants more of it asks the pool.
     */
    void replace(@Nullable Job before, Job after) {
        if (before != null && before.waitsAs(after)) {
            settle(before, after);
            return;
        }
        if (before != null) {
            remove(before);
        }
        add(after);
    }

    private void settle(Job before, Job after) {
        boolean wasBelowHead = before.reasons().equals(BELOW_HEAD);
        boolean isBelowHead = after.reasons().equals(BELOW_HEAD);
        if (isBelowHead && !wasBelowHead) {
            settled(after);
        } else if (wasBelowHead && !isBelowHead) {
            unsettled(after);
        }
        if (after.cancelRequested() && !before.cancelRequested()) {
            cancelled.add(after.id());
        }
    }

    private void add(Job job) {
        switch (job.phase()) {
            case Phase.Submitted() -> submitted.put(job.id(), job);
            case Phase.Depending() -> {
                dependents.add(job);
                waitingByUser.merge(job.request().user(), 1, Integer::sum);
            }
            case Phase.Waiting(long from) -> {
                waitingCount++;
                if (!inLanes()) {
                    waiting.add(job);
                }
                waitingByUser.merge(job.request().user(), 1, Integer::sum);
                if (!job.reasons().equals(BELOW_HEAD)) {
                    unsettled(job);
                }
                Promise promise = job.promise();
                if (promise != null) {
                    promised.add(job.id());
                    if (promise.startBy() != null) {
                        promisedBy.add(new At(promise.startBy(), job.id()));
                    }
                    lanes.number(job);
                } else if (policy != null && inLanes()) {
                    lanes.add(job, policy);
                }
                Long dueAt = startDue(job);
                if (dueAt != null) {
                    startsDue.add(new At(dueAt, job.id()));
                }
            }
            case Phase.Active(Attempt attempt) -> {
                attempts.add(job, attempt);
                gpusByUser.merge(job.request().user(), attempt.gpus(), Integer::sum);
                gpusByTeam.merge(job.request().team(), attempt.gpus(), Integer::sum);
            }
            case Phase.Ended(var state, long at) -> {
                ended.add(new At(at, job.id()));
                dependents.ended(job.id());
            }
        }
        if (job.cancelRequested() && (job.phase() instanceof Phase.Submitted || job.waits())) {
            cancelled.add(job.id());
        }
    }

    void remove(Job job) {
        switch (job.phase()) {
            case Phase.Submitted() -> submitted.remove(job.id());
            case Phase.Depending() -> {
                dependents.remove(job);
                subtract(waitingByUser, job.request().user(), 1);
            }
            case Phase.Waiting(long from) -> {
                waitingCount--;
                if (!inLanes()) {
                    waiting.remove(job);
                }
                settled(job);
                Promise promise = job.promise();
                if (promise != null) {
                    promised.remove(job.id());
                    if (promise.startBy() != null) {
                        promisedBy.remove(new At(promise.startBy(), job.id()));
                    }
                } else if (policy != null && inLanes()) {
                    lanes.remove(job, policy);
                }
                Long dueAt = startDue(job);
                if (dueAt != null) {
                    startsDue.remove(new At(dueAt, job.id()));
                }
                subtract(waitingByUser, job.request().user(), 1);
            }
            case Phase.Active(Attempt attempt) -> {
                attempts.remove(job, attempt);
                subtract(gpusByUser, job.request().user(), attempt.gpus());
                subtract(gpusByTeam, job.request().team(), attempt.gpus());
            }
            case Phase.Ended(var state, long at) -> ended.remove(new At(at, job.id()));
        }
        cancelled.remove(job.id());
    }

    private boolean inLanes() {
        return policy != null && policy.byPriority();
    }

    private void unsettled(Job job) {
        if (inLanes()) {
            unsettledInLanes.add(job.id());
        } else {
            unsettled.add(job);
        }
    }

    private void settled(Job job) {
        if (inLanes()) {
            unsettledInLanes.remove(job.id());
        } else {
            unsettled.remove(job);
        }
    }

    /** Only a first start is due. */
    private @Nullable Long startDue(Job job) {
        return policy == null || job.slaMissed() || job.attempts() > 0 ? null : policy.startDueAt(job);
    }

    private static void subtract(Map<String, Integer> counts, String key, int amount) {
        counts.computeIfPresent(key, (k, count) -> count == amount ? null : count - amount);
    }

    /** Not yet answered, by submission. */
    List<Job> submitted() {
        List<Job> sorted = new ArrayList<>(submitted.values());
        sorted.sort(Job.BY_SUBMISSION);
        return sorted;
    }

    /** The first of them; null when all are answered. */
    @Nullable
    Job firstSubmitted() {
        return submitted.isEmpty() ? null : Collections.min(submitted.values(), Job.BY_SUBMISSION);
    }

    /** Those that wait for the end of others. */
    Dependents dependents() {
        return dependents;
    }

    /** Those that wait for room. */
    int waitingCount() {
        return waitingCount;
    }

    /** Those that wait for room, in the policy's order; empty where the policy computes priorities. */
    NavigableSet<Job> waiting() {
        return waiting;
    }

    /** Ids of the jobs that {@link #unsettled()} would hold where the policy computes priorities, in no order. */
    Set<String> unsettledInLanes() {
        return unsettledInLanes;
    }

    /**
     * Waiting jobs whose reasons are not just that they are below the queue's head, in the policy's order; empty where
     * the policy computes priorities.
     */
    NavigableSet<Job> unsettled() {
        return unsettled;
    }

    /** Ids of the jobs that hold GPUs. */
    NavigableSet<String> active() {
        return attempts.all();
    }

    /** The jobs that hold GPUs, by what may have to be decided about them. */
    AttemptIndex attempts() {
        return attempts;
    }

    /** Ids of the jobs that hold nothing and are no longer wanted. */
    NavigableSet<String> cancelled() {
        return cancelled;
    }

    /** Ids of the waiting jobs that GPUs are kept for. */
    NavigableSet<String> promised() {
        return promised;
    }

    /** The next instant by which a waiting job was promised to start, ms; null when none was. */
    @Nullable
    Long nextPromise() {
        return promisedBy.isEmpty() ? null : (Long) promisedBy.first().at();
    }

    /** Waiting jobs without a promise, by what they have in common; empty where the policy computes no priority. */
    Lanes lanes() {
        return lanes;
    }

    /** Ids of the waiting jobs that missed their queue's SLA before {@code now} and were not told of, longest due first. */
    List<String> startsDue(long now) {
        return startsDue.headSet(new At(now, ""), false).stream().map(At::jobId).toList();
    }

    /** When the next waiting job has missed its queue's SLA, ms; null when none can. */
    @Nullable
    Long nextStartDue() {
        return startsDue.isEmpty() ? null : (Long) Timers.plus(startsDue.first().at(), 1);
    }

    /** Ids of those that ended before and that nobody waits for. */
    List<String> endedBefore(long at) {
        return ended.headSet(new At(at, ""), false).stream()
                .map(At::jobId)
                .filter(jobId -> !dependents.has(jobId))
                .toList();
    }

    int waitingOf(String user) {
        return waitingByUser.getOrDefault(user, 0);
    }

    int gpusOfUser(String user) {
        return gpusByUser.getOrDefault(user, 0);
    }

    int gpusOfTeam(String team) {
        return gpusByTeam.getOrDefault(team, 0);
    }
}
