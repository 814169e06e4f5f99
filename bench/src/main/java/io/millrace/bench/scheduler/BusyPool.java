package io.millrace.bench.scheduler;

import io.millrace.bench.load.HeldSchemas;
import io.millrace.bench.load.JobMix;
import io.millrace.events.attempt.Heartbeat;
import io.millrace.events.attempt.JobCompleted;
import io.millrace.events.attempt.JobStarted;
import io.millrace.events.attempt.JobStopped;
import io.millrace.events.attempt.StopCause;
import io.millrace.events.cycle.CycleEvent;
import io.millrace.events.decision.JobDecision;
import io.millrace.events.node.NodeUp;
import io.millrace.events.pool.PoolInput;
import io.millrace.events.poolusage.PoolUsageEvent;
import io.millrace.events.reason.PendingEvent;
import io.millrace.events.signal.SignalEvent;
import io.millrace.scheduler.codec.InputCodec;
import io.millrace.scheduler.domain.Pool;
import io.millrace.scheduler.domain.PoolDecider;
import io.millrace.scheduler.domain.PoolEvent;
import io.millrace.scheduler.topology.PoolBinding;
import io.millrace.streams.EventSerde;
import io.millrace.streams.Topics;
import io.millrace.streams.decider.DeciderBinding;
import io.millrace.streams.decider.DeciderRun;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A full pool with a queue of a constant length: in each cycle a few dozen jobs end, what is free is given to others,
 * and as many new ones are submitted. Plays the users and the agents; only the cycle itself is timed.
 */
final class BusyPool {

    /** What one cycle came to; {@code cpuNanos} is this thread's processor time alone. */
    record Cycle(long nanos, long cpuNanos, int decisions, int reasons, int placed) {}

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private static final String POOL = "default";
    private static final int GPUS_PER_NODE = 8;
    private static final long BEGIN_MS = 1_800_000_000_000L;
    private static final long STEP_MS = 10_000;
    private static final long HEARTBEAT_MS = 60_000;
    private static final int FEWEST_ENDS = 24;
    private static final int ENDS_SPREAD = 25;

    private record Beat(long at, String jobId, int attempt) {}

    private final int pending;
    private final Random random;
    private final JobMix mix;
    private final HeldSchemas schemas = new HeldSchemas();
    private final PoolLog log = new PoolLog(POOL, schemas);
    private final StageTimes times = new StageTimes();
    private final DeciderBinding<PoolInput, Pool, io.millrace.scheduler.domain.PoolInput, PoolEvent> binding =
            new TimedBinding<>(new PoolBinding(new InputCodec(schemas)), times);
    private final DeciderRun<PoolInput, Pool, io.millrace.scheduler.domain.PoolInput, PoolEvent> run =
            new DeciderRun<>(new TimedDecider<>(new PoolDecider(), times), binding, (entity, bytes) -> {});
    private final EventSerde<PoolUsageEvent> usage = EventSerde.of(Topics.POOL_USAGE, schemas);
    private final EventSerde<JobDecision> decisions = EventSerde.of(Topics.JOB_DECISIONS, schemas);
    private final EventSerde<PendingEvent> reasons = EventSerde.of(Topics.PENDING_REASONS, schemas);
    private final EventSerde<CycleEvent> cycles = EventSerde.of(Topics.SCHEDULING_CYCLES, schemas);
    private final EventSerde<SignalEvent> signals = EventSerde.of(Topics.ALERT_SIGNALS, schemas);

    /** Running attempts by job, and the jobs again in a list to draw from. */
    private final Map<String, Integer> running = new HashMap<>();

    private final List<String> drawn = new ArrayList<>();
    private final ArrayDeque<Beat> beats = new ArrayDeque<>();
    private final List<PoolInput> answers = new ArrayList<>();
    private long now = BEGIN_MS;
    private long jobs;
    private long offset;
    private int unanswered;
    private int decided;
    private int reasoned;

    private BusyPool(int pending, long seed) {
        this.pending = pending;
        this.random = new Random(seed);
        this.mix = new JobMix(seed, POOL);
    }

    /** A pool whose nodes are full and whose queue is as long as it will be. */
    static BusyPool filled(int pending, int nodes, long seed, String policy) {
        BusyPool pool = new BusyPool(pending, seed);
        pool.fold(pool.log.policy(pool.now, policy));
        for (int i = 0; i < nodes; i++) {
            NodeUp up = NodeUp.newBuilder()
                    .setPool(POOL)
                    .setGpus(GPUS_PER_NODE)
                    .setGpuType(JobMix.gpuType(i))
                    .build();
            pool.fold(pool.log.node(pool.now, String.format("node-%05d", i), up));
        }
        pool.fill(nodes * GPUS_PER_NODE);
        return pool;
    }

    private void fill(int gpus) {
        int held = -1;
        while (held < pool().gpusHeld() && pool().gpusHeld() < gpus) {
            held = pool().gpusHeld();
            while (pool().waitingCount() + unanswered < Math.max(1, gpus / GPUS_PER_NODE)) {
                submit();
            }
            decide();
        }
        for (int i = pool().waitingCount(); i < pending; i++) {
            submit();
        }
        decide();
    }

    private void submit() {
        fold(log.job(now, "job-" + String.format("%09d", jobs++), mix.next()));
        unanswered++;
    }

    private void fold(PoolInput input) {
        if (!run.step(input).isEmpty()) {
            throw new IllegalStateException("only a tick is to be decided from");
        }
        offset++;
    }

    Pool pool() {
        return run.state();
    }

    int running() {
        return running.size();
    }

    StageTimes times() {
        return times;
    }

    /** Lets the next few seconds pass, ends some jobs and submits others, and times the cycle that follows. */
    Cycle next() {
        int ends = FEWEST_ENDS + random.nextInt(ENDS_SPREAD);
        for (int i = 0; i < ends && !drawn.isEmpty(); i++) {
            String jobId = draw();
            fold(log.attempt(now, jobId, new JobCompleted(running.getOrDefault(jobId, 0), 0, "")));
            running.remove(jobId);
        }
        while (pool().waitingCount() + unanswered < pending) {
            submit();
        }
        return decide();
    }

    /** A running job, which is no longer drawn from then on. */
    private String draw() {
        int at = random.nextInt(drawn.size());
        String jobId = drawn.get(at);
        drawn.set(at, drawn.getLast());
        drawn.removeLast();
        return jobId;
    }

    private Cycle decide() {
        answers.forEach(this::fold);
        answers.clear();
        now += STEP_MS;
        beat();
        PoolInput tick = log.tick(now);
        run.settle(); // what was sent is no part of the cycle
        times.take();
        decided = 0;
        reasoned = 0;
        long cpuBegun = THREADS.getCurrentThreadCpuTime();
        long begun = System.nanoTime();
        List<PoolEvent> events = run.step(tick);
        binding.publish(POOL, pool(), events, offset, run.stateHash(), this::publish);
        long nanos = System.nanoTime() - begun;
        long cpuNanos = THREADS.getCurrentThreadCpuTime() - cpuBegun;
        offset++;
        unanswered = 0;
        int placed = 0;
        for (PoolEvent event : events) {
            if (event instanceof PoolEvent.JobPlaced started) {
                start(started.jobId(), started.attempt());
                placed++;
            } else if (event instanceof PoolEvent.StopRequested stop) {
                stop(stop.jobId(), stop.attempt());
            } else if (event instanceof PoolEvent.PreemptionRequested stop) {
                stop(stop.jobId(), stop.attempt());
            } else if (event instanceof PoolEvent.JobRequeued requeued
                    && requeued.cause() != PoolEvent.RequeueCause.PREEMPTED) {
                throw new IllegalStateException("an agent went silent: " + requeued);
            }
        }
        return new Cycle(nanos, cpuNanos, decided, reasoned, placed);
    }

    /** As the topology's sinks do it. */
    private void publish(String child, String key, @Nullable Object value, long timestamp) {
        byte[] ignored = switch (value) {
            case JobDecision decision -> {
                decided++;
                yield decisions.serialize(null, decision);
            }
            case PendingEvent reason -> {
                reasoned++;
                yield reasons.serialize(null, reason);
            }
            case CycleEvent cycle -> cycles.serialize(null, cycle);
            case SignalEvent signal -> signals.serialize(null, signal);
            case PoolUsageEvent row -> usage.serialize(null, row);
            case null -> {
                reasoned++;
                yield null;
            }
            default -> throw new IllegalStateException("published to " + child + ": " + value);
        };
    }

    private void start(String jobId, int attempt) {
        answers.add(log.attempt(now, jobId, new JobStarted(attempt, List.of())));
        running.put(jobId, attempt);
        drawn.add(jobId);
        beats.add(new Beat(now + HEARTBEAT_MS, jobId, attempt));
    }

    private void stop(String jobId, int attempt) {
        if (running.remove(jobId) != null) {
            drawn.remove(jobId);
            answers.add(log.attempt(now, jobId, new JobStopped(attempt, StopCause.SCHEDULER, "asked to stop", "")));
        }
    }

    private void beat() {
        while (!beats.isEmpty() && beats.peek().at() <= now) {
            Beat beat = beats.remove();
            if (running.getOrDefault(beat.jobId(), 0) == beat.attempt()) {
                fold(log.attempt(now, beat.jobId(), new Heartbeat(beat.attempt())));
                beats.add(new Beat(now + HEARTBEAT_MS, beat.jobId(), beat.attempt()));
            }
        }
    }
}
