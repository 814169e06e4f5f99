package io.millrace.scheduler.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.scheduler.domain.PoolEvent.JobEnded;
import io.millrace.scheduler.domain.PoolEvent.JobPlaced;
import io.millrace.scheduler.domain.PoolEvent.JobQueued;
import io.millrace.scheduler.domain.PoolEvent.JobRejected;
import io.millrace.scheduler.domain.PoolEvent.JobRequeued;
import io.millrace.scheduler.domain.PoolEvent.RejectionCode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps its own account of a pool from inputs and decisions alone, in the plainest way, and objects to what must never
 * happen.
 */
final class PoolAuditor {

    private static final class Held {
        private final JobPlaced placed;
        private @Nullable Long start;
        private @Nullable Long end;

        Held(JobPlaced placed) {
            this.placed = placed;
        }

        int gpus() {
            return placed.shares().stream().mapToInt(NodeShare::gpus).sum();
        }
    }

    private record Why(Set<PendingReason> reasons, @Nullable String keptFor) {}

    private static final Why NOTHING = new Why(Set.of(), null);

    private final Map<String, Held> active = new HashMap<>();

    /** By submission, then by job. */
    private final Map<String, Work> works = new HashMap<>();

    private final Map<String, String> submissions = new HashMap<>();
    private final Set<String> waiting = new HashSet<>();
    private final Set<String> ended = new HashSet<>();
    private final Map<String, Why> reasons = new HashMap<>();
    private final Map<String, Long> promises = new HashMap<>();
    private long before;
    private final Set<String> late = new HashSet<>();
    private long gpuMs;
    private long toldGpuMs;
    private int placements;
    private int ends;

    Set<String> activeJobs() {
        return active.keySet();
    }

    Set<String> waitingJobs() {
        return waiting;
    }

    int attemptOf(String jobId) {
        Held held = active.get(jobId);
        return held == null ? 0 : held.placed.attempt();
    }

    void told(PoolInput input) {
        switch (input) {
            case PoolInput.AttemptStarted(long at, String jobId, int attempt) -> {
                Held held = current(jobId, attempt);
                if (held != null) {
                    long start = Math.max(at, held.placed.at());
                    held.start = held.start == null ? start : Math.min(held.start, start);
                }
            }
            case PoolInput.AttemptEnded end -> {
                Held held = current(end.jobId(), end.attempt());
                if (held != null && held.end == null) {
                    held.end = Math.max(end.at(), held.start == null ? held.placed.at() : held.start);
                }
            }
            case PoolInput.JobSubmitted submitted -> {
                if (submitted.work() != null) {
                    works.put(submitted.eventId(), submitted.work());
                }
            }
            case PoolInput.CancelRequested cancel -> {}
            case PoolInput.CheckpointSaved saved -> {}
            case PoolInput.ProgressReported progress -> {}
            case PoolInput.HeartbeatSeen(long at, String jobId, int attempt) -> {
                Held held = current(jobId, attempt);
                if (held != null && held.start == null) {
                    held.start = Math.max(at, held.placed.at());
                }
            }
            case PoolInput.NodeUp up -> {}
            case PoolInput.NodeHeard heard -> {}
            case PoolInput.NodeHealthChanged changed -> {}
            case PoolInput.PolicyAdopted adopted -> {}
            case PoolInput.MemberDefined defined -> {}
            case PoolInput.PriorityOverridden overridden -> {}
            case PoolInput.PreemptionOrdered ordered -> {}
            case PoolInput.Tick tick -> {}
        }
    }

    private @Nullable Held current(String jobId, int attempt) {
        Held held = active.get(jobId);
        return held != null && held.placed.attempt() == attempt ? held : null;
    }

    /** @param pool as it was before the event */
    void decided(PoolEvent event, Pool pool) {
        switch (event) {
            case JobQueued queued -> {
                assertThat(pool.job(queued.jobId()).phase()).isInstanceOf(Job.Phase.Submitted.class);
                for (Dependency dependency : queued.request().after()) {
                    assertThat(pool.job(dependency.jobId()).phase()).isNotInstanceOf(Job.Phase.Submitted.class);
                }
                assertThat(active).doesNotContainKey(queued.jobId());
                assertThat(waiting.add(queued.jobId())).isTrue();
                assertThat(queued.request().gpus()).isPositive();
                submissions.put(queued.jobId(), queued.submissionId());
                late.remove(queued.jobId()); // an ended job is forgotten in time, and its id is free again
            }
            case JobRejected rejected -> {
                if (rejected.code() != RejectionCode.DUPLICATE_JOB) {
                    assertThat(waiting).doesNotContain(rejected.jobId());
                    assertThat(active).doesNotContainKey(rejected.jobId());
                }
            }
            case JobPlaced placed -> place(placed, pool);
            case JobRequeued requeued -> {
                over(
                        requeued.jobId(),
                        requeued.attempt(),
                        requeued.startedAt(),
                        requeued.endedAt(),
                        requeued.gpuMs(),
                        pool);
                waiting.add(requeued.jobId());
            }
            case JobEnded end -> {
                promises.remove(end.jobId());
                if (end.state() == Job.EndState.CANCELLED) {
                    Job job = pool.job(end.jobId());
                    assertThat(job.cancelRequested()
                                    || job.request().after().stream()
                                            .anyMatch(
                                                    one -> one.state(pool.job(one.jobId())) == Dependency.State.FAILED))
                            .isTrue();
                    assertThat(waiting.remove(end.jobId())).isTrue();
                    assertThat(end.gpuMs()).isZero();
                } else {
                    over(end.jobId(), end.attempt(), end.startedAt(), end.endedAt(), end.gpuMs(), pool);
                }
                assertThat(reasons).doesNotContainKey(end.jobId());
                ended.add(end.jobId());
                ends++;
            }
            case PoolEvent.ReasonsChanged changed -> {
                assertThat(waiting).contains(changed.jobId());
                Why why = new Why(changed.reasons(), changed.reservedFor());
                assertThat(why.keptFor() != null).isEqualTo(why.reasons().contains(PendingReason.RESERVED_FOR));
                Why before = why.equals(NOTHING) ? reasons.remove(changed.jobId()) : reasons.put(changed.jobId(), why);
                assertThat(why).isNotEqualTo(before == null ? NOTHING : before);
            }
            case PoolEvent.StopRequested stop -> {
                if (stop.cause() == Attempt.StopCause.STALE_ATTEMPT) {
                    assertThat(current(stop.jobId(), stop.attempt())).isNull();
                } else {
                    assertThat(current(stop.jobId(), stop.attempt())).isNotNull();
                }
            }
            case PoolEvent.StartPromised promised -> {
                assertThat(waiting).contains(promised.jobId());
                assertThat(promises.put(promised.jobId(), promised.startBy()))
                        .as("%s is the first", promised)
                        .isNull();
            }
            case PoolEvent.PromiseRevised revised -> {
                assertThat(waiting).contains(revised.jobId());
                assertThat(promises.remove(revised.jobId())).isEqualTo(revised.promised());
                if (revised.startBy() != null) {
                    assertThat(revised.startBy()).isGreaterThan(revised.promised());
                    promises.put(revised.jobId(), revised.startBy());
                }
            }
            case PoolEvent.StartPlanned planned -> {
                assertThat(waiting).contains(planned.jobId());
                assertThat(pool.job(planned.jobId()).phase()).isInstanceOf(Job.Phase.Waiting.class);
            }
            case PoolEvent.DependenciesMet met -> {
                Job job = pool.job(met.jobId());
                assertThat(job.phase()).isInstanceOf(Job.Phase.Depending.class);
                long last = job.submittedAt();
                for (Dependency dependency : job.request().after()) {
                    Job.Phase.Ended end =
                            (Job.Phase.Ended) pool.job(dependency.jobId()).phase();
                    assertThat(dependency.condition() == Dependency.Condition.ENDED
                                    || end.state() == Job.EndState.COMPLETED)
                            .isTrue();
                    last = Math.max(last, end.at());
                }
                assertThat(met.since()).isEqualTo(Math.min(last, pool.header().now()));
            }
            case PoolEvent.PreemptionRequested preempted -> {
                assertThat(current(preempted.jobId(), preempted.attempt())).isNotNull();
                assertThat(preempted.lostGpuMs()).isNotNegative();
            }
            case PoolEvent.LookPlanned planned -> {
                if (planned.at() != null) {
                    assertThat(planned.at()).isGreaterThan(pool.header().now());
                }
            }
            case PoolEvent.NodeReturned returned -> {
                assertThat(pool.node(returned.nodeId()).health()).isEqualTo(Node.Health.SILENT);
                assertThat(active.values())
                        .noneMatch(held -> held.placed.shares().stream()
                                .anyMatch(share -> share.nodeId().equals(returned.nodeId())));
            }
            case PoolEvent.NodeSilenced silenced ->
                assertThat(pool.node(silenced.nodeId()).health()).isEqualTo(Node.Health.UP);
            case PoolEvent.StartSlaMissed missed -> {
                assertThat(waiting).contains(missed.jobId());
                assertThat(missed.dueAt()).isLessThanOrEqualTo(pool.header().now());
                assertThat(late.add(missed.jobId()))
                        .as("%s is told once", missed)
                        .isTrue();
            }
            case PoolEvent.TimeReached reached -> before = pool.header().now();
            case PoolEvent.CycleClosed closed ->
                promises.forEach((jobId, startBy) ->
                        assertThat(startBy).as("promise of %s", jobId).isGreaterThanOrEqualTo(closed.at()));
        }
    }

    private void place(JobPlaced placed, Pool pool) {
        assertThat(waiting.remove(placed.jobId())).as("waited: %s", placed).isTrue();
        assertThat(pool.job(placed.jobId()).phase()).isInstanceOf(Job.Phase.Waiting.class);
        assertThat(reasons).doesNotContainKey(placed.jobId());
        assertThat(placed.launch().work()).isEqualTo(works.get(submissions.get(placed.jobId())));
        assertThat(placed.launch().resume()).isEqualTo(pool.job(placed.jobId()).checkpoint());
        JobRequest request = placed.request();
        Set<String> nodes = new HashSet<>();
        int sum = 0;
        for (NodeShare share : placed.shares()) {
            assertThat(nodes.add(share.nodeId())).isTrue();
            Node node = pool.node(share.nodeId());
            assertThat(placed.launch().addresses().get(share.nodeId())).isEqualTo(node.address());
            assertThat(node.health()).isEqualTo(Node.Health.UP);
            assertThat(node.suspectUntil()).isLessThanOrEqualTo(pool.header().now());
            assertThat(request.gpuType()).isIn(null, node.gpuType());
            assertThat(share.gpus()).isPositive();
            assertThat(Long.SIZE - Long.numberOfLeadingZeros(share.gpuMask())).isLessThanOrEqualTo(node.gpus());
            for (Held held : active.values()) {
                for (NodeShare taken : held.placed.shares()) {
                    assertThat(taken.nodeId().equals(share.nodeId()) ? taken.gpuMask() & share.gpuMask() : 0)
                            .as("%s and %s share no GPU", placed, held.placed)
                            .isZero();
                }
            }
            sum += share.gpus();
        }
        Integer perNode = request.gpusPerNode();
        if (perNode != null) {
            assertThat(placed.shares()).allMatch(share -> share.gpus() == perNode);
            assertThat(sum).isEqualTo(request.gpus());
        } else if (placed.shares().size() == 1 && sum == request.gpus()) {
            assertThat(sum).isEqualTo(request.gpus());
        } else {
            assertThat(placed.shares())
                    .allMatch(share -> share.gpus() == pool.node(share.nodeId()).gpus());
            NodeShare last = placed.shares().getLast();
            assertThat(sum).isGreaterThanOrEqualTo(request.gpus());
            assertThat(sum - last.gpus()).isLessThan(request.gpus());
        }
        assertThat(active.put(placed.jobId(), new Held(placed))).isNull();
        Long startBy = promises.remove(placed.jobId());
        // At the first tick after that at the latest: between ticks nobody can start anything.
        if (startBy != null) {
            assertThat(before).as("%s was promised", placed).isLessThanOrEqualTo(startBy);
        }
        placements++;
    }

    private void over(String jobId, int attempt, @Nullable Long startedAt, long endedAt, long told, Pool pool) {
        Held held = Objects.requireNonNull(active.remove(jobId), jobId);
        assertThat(held.placed.attempt()).isEqualTo(attempt);
        assertThat(startedAt).isEqualTo(held.start);
        assertThat(endedAt).isEqualTo(held.end == null ? pool.header().now() : held.end);
        long expected = startedAt == null ? 0 : Math.max(0, endedAt - startedAt) * held.gpus();
        gpuMs += expected;
        toldGpuMs += told;
    }

    /** After a tick: every job the pool knows is where it must be, and no job got lost. */
    void check(Pool pool) {
        Set<String> known = new HashSet<>();
        for (Job job : pool.jobs()) {
            known.add(job.id());
            switch (job.phase()) {
                case Job.Phase.Submitted() -> {}
                case Job.Phase.Depending() -> {
                    assertThat(waiting).contains(job.id());
                    assertThat(job.reasons()).containsExactly(PendingReason.DEPENDENCY);
                    assertThat(job.request().after())
                            .allMatch(one -> one.state(pool.job(one.jobId())) != Dependency.State.FAILED)
                            .anyMatch(one -> one.state(pool.job(one.jobId())) == Dependency.State.OPEN);
                }
                case Job.Phase.Waiting(long from) -> {
                    assertThat(waiting).contains(job.id());
                    assertThat(new Why(job.reasons(), job.reservedFor()))
                            .isEqualTo(reasons.getOrDefault(job.id(), NOTHING));
                }
                case Job.Phase.Active(Attempt attempt) -> {
                    Held held = Objects.requireNonNull(active.get(job.id()), job.id());
                    assertThat(attempt.number()).isEqualTo(held.placed.attempt());
                    assertThat(attempt.shares()).isEqualTo(held.placed.shares());
                }
                case Job.Phase.Ended(var state, long at) -> assertThat(ended).contains(job.id());
            }
        }
        assertThat(known).containsAll(waiting).containsAll(active.keySet());
        assertThat(pool.gpusHeld())
                .isEqualTo(active.values().stream().mapToInt(Held::gpus).sum());
        assertThat(pool.waitingCount()).isEqualTo(waiting.size());
        assertThat(toldGpuMs).isEqualTo(gpuMs);
    }

    /** How much happened, for a test that wants to be sure that something did. */
    List<Integer> counts() {
        return List.of(placements, ends, (int) Math.min(Integer.MAX_VALUE, gpuMs));
    }
}
