package io.millrace.scheduler.topology;

import io.millrace.events.cycle.CycleDecided;
import io.millrace.events.cycle.CycleEvent;
import io.millrace.events.decision.JobDecision;
import io.millrace.events.pool.Tick;
import io.millrace.events.poolusage.PoolUsageCounted;
import io.millrace.events.poolusage.PoolUsageEvent;
import io.millrace.events.reason.PendingEvent;
import io.millrace.events.reason.PendingReason;
import io.millrace.events.reason.PendingReasonsChanged;
import io.millrace.events.signal.SignalEvent;
import io.millrace.scheduler.codec.DecisionCodec;
import io.millrace.scheduler.codec.EventIds;
import io.millrace.scheduler.codec.InputCodec;
import io.millrace.scheduler.codec.StateCodec;
import io.millrace.scheduler.domain.Pool;
import io.millrace.scheduler.domain.PoolDecider;
import io.millrace.scheduler.domain.PoolEntity;
import io.millrace.scheduler.domain.PoolEvent;
import io.millrace.scheduler.domain.PoolInput;
import io.millrace.scheduler.domain.Timers;
import io.millrace.scheduler.domain.UsageAccount;
import io.millrace.scheduler.domain.UserAccount;
import io.millrace.streams.decider.DeciderBinding;
import io.millrace.streams.decider.StateHash;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How a pool meets its log, its store and its readers. Used live and in replays. */
public final class PoolBinding
        implements DeciderBinding<io.millrace.events.pool.PoolInput, Pool, PoolInput, PoolEvent> {

    private static final List<io.millrace.scheduler.domain.PendingReason> IN_ORDER =
            List.of(io.millrace.scheduler.domain.PendingReason.values());

    private final InputCodec inputs;
    private final DecisionCodec decisions = new DecisionCodec();

    public PoolBinding(InputCodec inputs) {
        this.inputs = inputs;
    }

    @Override
    public PoolInput input(io.millrace.events.pool.PoolInput logged) {
        return inputs.input(logged);
    }

    @Override
    public Pool restore(Map<String, byte[]> entities) {
        return Pool.restore(entities.values().stream().map(StateCodec::entity).toList());
    }

    @Override
    public Map<String, byte @Nullable []> takeChanges(Pool pool) {
        Map<String, byte @Nullable []> bytes = new LinkedHashMap<>();
        pool.takeChanges().forEach((key, entity) -> bytes.put(key, entity == null ? null : StateCodec.bytes(entity)));
        return bytes;
    }

    @Override
    public boolean publish(
            String poolName, Pool pool, List<PoolEvent> decided, long offset, String stateHash, Forwarder out) {
        MessageDigest digest = StateHash.sha256();
        long at = pool.header().now();
        long cycle = pool.header().cycle();
        int count = 0;
        boolean closed = false;
        for (PoolEvent event : decided) {
            switch (event) {
                case PoolEvent.Decision decision -> {
                    JobDecision published = decisions.published(poolName, cycle, count++, at, decision);
                    decisions.digest(digest, decision.jobId(), published);
                    out.forward(
                            SchedulerTopology.DECISIONS_SINK,
                            decision.jobId(),
                            published,
                            at,
                            decision.jobId(),
                            published.getEventId());
                }
                case PoolEvent.ReasonsChanged changed ->
                    out.forward(
                            SchedulerTopology.REASONS_SINK, changed.jobId(), reasons(poolName, cycle, at, changed), at);
                case PoolEvent.StartSlaMissed missed -> {
                    SignalEvent signal = StartSlaSignal.of(poolName, cycle, at, pool.job(missed.jobId()), missed);
                    out.forward(
                            SchedulerTopology.FOLD_SIGNALS_SINK,
                            StartSlaSignal.fingerprint(poolName, missed),
                            signal,
                            at,
                            missed.jobId(),
                            signal.getEventId());
                }
                case PoolEvent.StartPlanned planned -> {}
                case PoolEvent.NodeSilenced silenced -> {}
                case PoolEvent.DependenciesMet met -> {}
                case PoolEvent.LookPlanned planned -> {}
                case PoolEvent.NodeReturned returned -> {}
                case PoolEvent.TimeReached reached -> {}
                case PoolEvent.CycleClosed close -> {
                    closed = true;
                    CycleEvent record = cycle(
                            poolName, pool, close, offset, count, HexFormat.of().formatHex(digest.digest()), stateHash);
                    out.forward(SchedulerTopology.CYCLES_SINK, poolName, record, at);
                }
            }
        }
        for (UserAccount account : pool.takeUsageChanges()) {
            out.forward(
                    SchedulerTopology.USAGE_SINK,
                    UsageLedger.key(account.team(), account.user(), poolName),
                    usage(poolName, cycle, at, account),
                    at);
        }
        return closed;
    }

    private static PoolUsageEvent usage(String poolName, long cycle, long at, UserAccount account) {
        UsageAccount usage = account.usage();
        return new PoolUsageEvent(
                EventIds.ofCycle(poolName, cycle) + "/usage/" + account.team() + "/" + account.user() + "@" + at,
                Instant.ofEpochMilli(at),
                PoolGathering.ACTOR,
                new PoolUsageCounted(
                        poolName,
                        account.team(),
                        account.user(),
                        usage.gpuMs(),
                        usage.runningGpus(),
                        usage.runningWeight(),
                        usage.base(),
                        usage.asOf()));
    }

    private static CycleEvent cycle(
            String poolName,
            Pool pool,
            PoolEvent.CycleClosed close,
            long offset,
            int decisions,
            String digest,
            String stateHash) {
        PoolEntity.PolicyEntity policy = pool.policy();
        return new CycleEvent(
                EventIds.ofCycle(poolName, close.cycle()),
                Instant.ofEpochMilli(close.at()),
                PoolGathering.ACTOR,
                new CycleDecided(
                        close.cycle(),
                        offset,
                        close.sequence(),
                        policy == null ? "" : policy.sha256(),
                        PoolDecider.VERSION,
                        decisions,
                        digest,
                        stateHash,
                        pool.waitingCount(),
                        pool.gpusHeld(),
                        Timers.next(pool).map(Instant::ofEpochMilli).orElse(null)));
    }

    private static @Nullable PendingEvent reasons(
            String poolName, long cycle, long at, PoolEvent.ReasonsChanged changed) {
        if (changed.reasons().isEmpty()) {
            return null; // deletes the row
        }
        return new PendingEvent(
                EventIds.ofCycle(poolName, cycle) + "/" + changed.jobId(),
                Instant.ofEpochMilli(at),
                PoolGathering.ACTOR,
                poolName,
                cycle,
                new PendingReasonsChanged(published(changed.reasons()), changed.reservedFor()));
    }

    private static List<PendingReason> published(Set<io.millrace.scheduler.domain.PendingReason> reasons) {
        List<PendingReason> published = new ArrayList<>(reasons.size());
        for (var reason : IN_ORDER) {
            if (reasons.contains(reason)) {
                published.add(PendingReason.valueOf(reason.name()));
            }
        }
        return published;
    }

    @Override
    public boolean tickDue(Pool pool, long now) {
        if (pool.policy() == null) {
            return false;
        }
        boolean watching = pool.isWatching()
                && now - pool.header().now()
                        >= pool.policy().policy().liveness().tickIntervalMs();
        return pool.header().changed()
                || watching
                || Timers.next(pool).filter(at -> at <= now).isPresent();
    }

    @Override
    public io.millrace.events.pool.PoolInput tick(long now) {
        return new io.millrace.events.pool.PoolInput(
                "tick/" + now, Instant.ofEpochMilli(now), PoolGathering.ACTOR, new Tick(0L, 0L));
    }

    @Override
    public boolean isOwnTick(io.millrace.events.pool.PoolInput logged) {
        return logged.getPayload() instanceof Tick tick && tick.getSequence() == 0;
    }
}
