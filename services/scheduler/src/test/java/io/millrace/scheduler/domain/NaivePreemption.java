package io.millrace.scheduler.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.scheduler.domain.NaiveBackfill.Kept;
import io.millrace.scheduler.domain.PoolEvent.PreemptionRequested;
import io.millrace.scheduler.domain.SchedulingPolicy.Preemptible;
import io.millrace.scheduler.domain.SchedulingPolicy.QueueLimits;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** Objects to preemptions that must not be, found in the plainest way from a pool as it was before them. */
final class NaivePreemption {

    private static final long DAY_MS = 86_400_000;

    /** Who gave way to whom, in a whole history. */
    private final Map<String, Set<String>> gaveWay = new HashMap<>();

    private int made;

    /**
     * @param pool as it is when a cycle has placed all that finds room
     * @param priorities as they were before it did
     * @param decided in that cycle from then on
     */
    void check(Pool pool, Priorities priorities, List<PoolEvent> decided) {
        List<PreemptionRequested> requests = decided.stream()
                .filter(PreemptionRequested.class::isInstance)
                .map(PreemptionRequested.class::cast)
                .toList();
        if (requests.isEmpty()) {
            return;
        }
        Set<String> beneficiaries = new TreeSet<>();
        requests.forEach(request -> beneficiaries.add(Objects.requireNonNull(request.forJob())));
        Job job = pool.job(beneficiaries.iterator().next());
        assertThat(beneficiaries).hasSize(1);
        SchedulingPolicy policy = Objects.requireNonNull(pool.policy()).policy();
        SchedulingPolicy.Preemption terms = Objects.requireNonNull(policy.preemption());
        long now = pool.header().now();
        QueueLimits queue = queue(policy, job);
        long after = queue.preemptAfterMs() == null ? terms.afterMs() : queue.preemptAfterMs();
        assertThat(job.phase())
                .isInstanceOfSatisfying(
                        Job.Phase.Waiting.class,
                        waiting -> assertThat(now - waiting.from()).isGreaterThanOrEqualTo(after));
        Set<String> gone = new HashSet<>();
        for (PreemptionRequested request : requests) {
            Job victim = pool.job(request.jobId());
            Attempt attempt = Objects.requireNonNull(victim.active());
            assertThat(attempt.number()).isEqualTo(request.attempt());
            assertThat(attempt.stop()).isNull();
            assertThat(attempt.ending()).isNull();
            assertThat(now - Objects.requireNonNull(attempt.startedAt())).isGreaterThanOrEqualTo(terms.minRuntimeMs());
            assertThat(victim.preemptedFor()).hasSizeLessThan(terms.maxPerJob());
            assertThat(queue(policy, victim).preemptible()).isNotEqualTo(Preemptible.NEVER);
            assertThat(priorities.total(victim))
                    .isEqualTo(priorities.of(victim).total())
                    .isLessThan(priorities.of(job).total());
            assertThat(isCritical(pool, victim)).isFalse();
            assertThat(reaches(victim.id(), job.id()))
                    .as("%s gave way to %s", job.id(), victim.id())
                    .isFalse();
            gone.add(victim.id());
        }
        // The graph as it was: several that give way to one job at once make no circle among themselves.
        gone.forEach(victim ->
                gaveWay.computeIfAbsent(job.id(), id -> new HashSet<>()).add(victim));
        assertThat(fits(pool, priorities, job, gone))
                .as("%s give way to %s", gone, job.id())
                .isTrue();
        for (String spared : gone) {
            Set<String> others = new HashSet<>(gone);
            others.remove(spared);
            assertThat(fits(pool, priorities, job, others))
                    .as("%s need not give way to %s", spared, job.id())
                    .isFalse();
        }
        made += gone.size();
    }

    private static QueueLimits queue(SchedulingPolicy policy, Job job) {
        return Objects.requireNonNull(policy.queues().get(job.request().queue()));
    }

    /** How many had to give way. */
    int made() {
        return made;
    }

    private boolean reaches(String from, String to) {
        Set<String> seen = new HashSet<>();
        Deque<String> left = new ArrayDeque<>(Set.of(from));
        while (!left.isEmpty()) {
            String next = left.removeFirst();
            if (next.equals(to)) {
                return true;
            }
            if (seen.add(next)) {
                left.addAll(gaveWay.getOrDefault(next, Set.of()));
            }
        }
        return false;
    }

    private static boolean isCritical(Pool pool, Job job) {
        Member.Team team = pool.teams().get(job.request().team());
        return job.request().deadlineMs() instanceof Long deadline
                && team != null
                && team.deadlines()
                && deadline - pool.header().now() < DAY_MS;
    }

    private static boolean fits(Pool pool, Priorities priorities, Job job, Set<String> gone) {
        NaiveBackfill cycle = new NaiveBackfill(pool);
        SchedulingPolicy policy = Objects.requireNonNull(pool.policy()).policy();
        long at = cycle.now + policy.preemptionGraceMs() + policy.liveness().marginMs();
        cycle.kept.remove(job.id());
        if (isCritical(pool, job)) {
            List<Kept> all = new ArrayList<>(cycle.kept.values());
            for (Kept other : all) {
                long points = Math.floorDiv(priorities.of(other.job()).total(), Priority.POINT);
                if (!isCritical(pool, other.job())
                        && points < Math.floorDiv(priorities.of(job).total(), Priority.POINT)) {
                    cycle.kept.remove(other.job().id());
                }
            }
        }
        cycle.busy.clear();
        List<Node> nodes = List.copyOf(pool.nodes());
        for (Job other : pool.jobs()) {
            if (other.active() instanceof Attempt attempt) {
                long until = cycle.surelyOver(other, attempt);
                boolean leaves = gone.contains(other.id()) || attempt.stop() != null || attempt.ending() != null;
                for (NodeShare share : attempt.shares()) {
                    int node = nodes.stream().map(Node::id).toList().indexOf(share.nodeId());
                    cycle.busy.add(new NaiveBackfill.Use(
                            node, share.gpus(), NaiveBackfill.AT_ONCE, leaves ? Math.min(until, at) : until));
                }
            }
        }
        return cycle.fit(job, cycle.free(at, NaiveBackfill.plus(at, cycle.length(job)))) != null;
    }
}
