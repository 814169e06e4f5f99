package io.millrace.scheduler.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.scheduler.domain.PoolEvent.JobPlaced;
import io.millrace.scheduler.domain.PoolEvent.PromiseRevised;
import io.millrace.scheduler.domain.Promise.RevisionCause;
import io.millrace.scheduler.domain.SchedulingPolicy.Liveness;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Notes from inputs and decisions alone what may move a promised start, and objects to a promise that moves without. */
final class PromiseLedger {

    private static final class Running {
        private final JobPlaced placed;
        private @Nullable Long start;
        private boolean ended;
        private @Nullable Long preemptedAt;

        Running(JobPlaced placed) {
            this.placed = placed;
        }
    }

    private final Liveness liveness;
    private final Map<String, Running> running = new HashMap<>();
    private final Map<String, Long> promises = new HashMap<>();
    private final Set<String> nodes = new HashSet<>();
    private final Set<RevisionCause> happened = EnumSet.noneOf(RevisionCause.class);
    private long now;
    private boolean preempts;
    private long preemptionGraceMs;

    /** Nobody ticked for longer than an attempt's margin: what had to be stopped or started was so too late. */
    private boolean away;

    private int made;
    private int kept;
    private int revised;

    PromiseLedger(Liveness liveness) {
        this.liveness = liveness;
    }

    void told(PoolInput input) {
        switch (input) {
            case PoolInput.AttemptStarted(long at, String jobId, int attempt) -> started(jobId, attempt, at);
            case PoolInput.HeartbeatSeen(long at, String jobId, int attempt) -> {
                if (running.get(jobId) instanceof Running known && known.start == null) {
                    started(jobId, attempt, at);
                }
            }
            case PoolInput.NodeUp up -> {
                if (!nodes.add(up.nodeId())) {
                    happened.add(RevisionCause.NODE_LOST);
                }
            }
            case PoolInput.NodeHealthChanged changed ->
                happened.add(
                        changed.health() == Node.Health.DOWN ? RevisionCause.NODE_LOST : RevisionCause.NODE_DRAINED);
            case PoolInput.PolicyAdopted adopted -> {
                happened.add(RevisionCause.POLICY_CHANGED);
                preempts = adopted.policy().preempts();
                preemptionGraceMs = adopted.policy().preemptionGraceMs();
            }
            case PoolInput.AttemptEnded ended -> {
                if (running.get(ended.jobId()) instanceof Running known && known.placed.attempt() == ended.attempt()) {
                    known.ended = true;
                }
            }
            default -> {}
        }
    }

    private void started(String jobId, int attempt, long at) {
        if (running.get(jobId) instanceof Running known && known.placed.attempt() == attempt) {
            long start = Math.max(at, known.placed.at());
            known.start = known.start == null ? start : Math.min(known.start, start);
        }
    }

    void decided(PoolEvent event) {
        switch (event) {
            case PoolEvent.TimeReached(long at) -> {
                away |= at - now > liveness.marginMs();
                now = Math.max(now, at);
            }
            case JobPlaced placed -> {
                running.put(placed.jobId(), new Running(placed));
                if (promises.remove(placed.jobId()) != null) {
                    kept++;
                }
            }
            case PoolEvent.JobEnded ended -> {
                over(ended.jobId());
                promises.remove(ended.jobId());
            }
            case PoolEvent.JobRequeued requeued -> over(requeued.jobId());
            case PoolEvent.StartPromised promised -> {
                assertThat(promised.startBy()).as("%s is for later", promised).isGreaterThan(now);
                assertThat(promises.put(promised.jobId(), promised.startBy())).isNull();
                made++;
            }
            case PoolEvent.NodeSilenced silenced -> happened.add(RevisionCause.NODE_LOST);
            case PoolEvent.PreemptionRequested preempted -> {
                Running known = running.get(preempted.jobId());
                if (known != null && known.preemptedAt == null) {
                    known.preemptedAt = now;
                }
            }
            case PromiseRevised moved -> revise(moved);
            case PoolEvent.CycleClosed closed -> {
                happened.clear();
                away = false;
            }
            default -> {}
        }
    }

    private void over(String jobId) {
        Running known = running.remove(jobId);
        if (known != null && overran(known)) {
            happened.add(RevisionCause.LIMIT_OVERRUN);
        }
        if (known != null && !known.ended) {
            // It went silent, and its nodes became suspect, or they were lost.
            happened.add(RevisionCause.NODE_LOST);
        }
    }

    private void revise(PromiseRevised moved) {
        assertThat(promises.remove(moved.jobId())).isEqualTo(moved.promised());
        if (moved.startBy() != null) {
            assertThat(moved.startBy()).isGreaterThan(Math.max(now, moved.promised()));
            promises.put(moved.jobId(), moved.startBy());
        }
        if (away || running.values().stream().anyMatch(this::overran)) {
            happened.add(RevisionCause.LIMIT_OVERRUN);
        }
        if (moved.cause() == RevisionCause.PREEMPTION) {
            assertThat(preempts).as("%s at %s", moved, now).isTrue();
        } else {
            assertThat(happened).as("%s at %s", moved, now).contains(moved.cause());
        }
        revised++;
    }

    private boolean overran(Running one) {
        Long preemptedAt = one.preemptedAt;
        if (preemptedAt != null && now >= preemptedAt + preemptionGraceMs + liveness.marginMs()) {
            return true;
        }
        Long limit = one.placed.limitMs();
        if (limit == null) {
            return false;
        }
        long startBy = one.placed.at() + liveness.startWithinMs();
        long start = one.start == null ? startBy : one.start;
        return start > startBy || now >= start + limit + liveness.graceMs() + liveness.marginMs();
    }

    /** Promises that stand. */
    Map<String, Long> promises() {
        return promises;
    }

    int made() {
        return made;
    }

    int kept() {
        return kept;
    }

    int revised() {
        return revised;
    }
}
