package io.millrace.bench.pipeline;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.millrace.bench.Sample;
import io.millrace.bench.pipeline.Flow.Passed;
import io.millrace.bench.pipeline.JobStream.Encoded;
import io.millrace.events.decision.EndState;
import io.millrace.events.decision.JobDecision;
import io.millrace.events.decision.JobEnded;
import io.millrace.events.decision.JobQueued;
import io.millrace.local.StackException;
import io.millrace.streams.EventSerde;
import io.millrace.streams.Topic.Principal;
import io.millrace.streams.Topics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.config.TopicConfig;

/**
 * How many job events a second have their decisions committed, beside plain loops over topics of as many partitions: one
 * that writes the same bytes on as many hops, and two that write each event on and nothing else. Rounds of each take
 * turns, in one run.
 */
public final class PipelineBench {

    /**
     * What is measured.
     *
     * @param events of a round; 0 for as many as take {@code seconds} in the warm-up
     * @param rounds of each
     * @param nodes of 8 GPUs each, all taken
     * @param policy the policy's document
     */
    public record Options(int events, double seconds, int rounds, int nodes, long seed, String policy) {}

    /**
     * What it came to. Rates are the medians of the rounds.
     *
     * @param plainLoopPerS the plain two-hop loop that writes the bytes the pipeline writes
     * @param ratio the pipeline's rate as a part of that
     * @param oneHopRatio as a part of the rate of a loop that writes each event once, to one topic
     * @param leanLoopPerS the two-hop loop that writes each event once a hop, and nothing else
     * @param leanRatio the pipeline's rate as a part of that
     * @param cpuUsPerEvent processor time an event takes: in the thread that processes, in the one that sends for it,
     *     in the broker, and in what makes and counts the load; microseconds
     */
    public record Result(
            @JsonProperty("events_per_s") double eventsPerS,
            @JsonProperty("plain_loop_per_s") double plainLoopPerS,
            @JsonProperty("ratio") double ratio,
            @JsonProperty("one_hop_ratio") double oneHopRatio,
            @JsonProperty("one_hop_per_s") double oneHopPerS,
            @JsonProperty("lean_loop_per_s") double leanLoopPerS,
            @JsonProperty("lean_ratio") double leanRatio,
            @JsonProperty("cpu_us_per_event") Map<String, Double> cpuUsPerEvent,
            @JsonProperty("plain_loop_cpu_us_per_event") Map<String, Double> plainLoopCpuUsPerEvent,
            @JsonProperty("rounds") List<Round> rounds,
            @JsonProperty("nodes") int nodes,
            @JsonProperty("seed") long seed) {}

    /** One round of each, in records a second. */
    public record Round(
            @JsonProperty("events_per_s") double eventsPerS,
            @JsonProperty("plain_loop_per_s") double plainLoopPerS,
            @JsonProperty("one_hop_per_s") double oneHopPerS,
            @JsonProperty("lean_loop_per_s") double leanLoopPerS) {}

    /** With fewer, the largest jobs would be refused, and their cancellations would ask for nothing. */
    public static final int FEWEST_NODES = 50;

    // Named as what the scheduler has for itself, so that its principal may use them.
    private static final String SOURCE = "scheduler-bench-source";
    private static final String BETWEEN = "scheduler-bench-between";
    private static final String TARGET = "scheduler-bench-target";
    private static final String LEAN_SOURCE = "scheduler-bench-lean-source";
    private static final String LEAN_BETWEEN = "scheduler-bench-lean-between";
    private static final String LEAN_TARGET = "scheduler-bench-lean-target";
    private static final String TRAIL = "scheduler-bench-trail-";
    private static final String APPLICATION = "scheduler-bench";

    /** Begins the ids of all jobs that are sent through. */
    private static final String MARK = "pass-";

    private static final String ONE_HOP_SOURCE = "scheduler-bench-one-hop-source";
    private static final String ONE_HOP_TARGET = "scheduler-bench-one-hop-target";

    /** The compiler is done with the hot code after some hundred thousand events. */
    private static final int WARM_UP_EVENTS = 60_000;

    private static final int WARM_UPS = 2;

    private final Cluster cluster;
    private final Options options;
    private final Consumer<String> progress;
    private final JobStream jobs;
    private final ThreadTimes threads = new ThreadTimes();
    private int passes;

    private PipelineBench(Cluster cluster, Options options, Consumer<String> progress) {
        this.cluster = cluster;
        this.options = options;
        this.progress = progress;
        this.jobs = new JobStream(options.seed(), RunningScheduler.POOL, cluster.schemas());
    }

    /** @param progress told of each round */
    public static Result run(Cluster cluster, Options options, Consumer<String> progress) {
        return new PipelineBench(cluster, options, progress).run();
    }

    private Result run() {
        makeTopics();
        ServiceSettings settings = new ServiceSettings(cluster, APPLICATION);
        int warmUp = options.events() > 0 ? options.events() : WARM_UP_EVENTS;
        try (RunningScheduler scheduler = RunningScheduler.start(cluster, settings, options.nodes(), options.policy());
                Flow pipeline = flow(Principal.SIMULATOR, Topics.JOB_EVENTS.name(), Topics.JOB_DECISIONS.name())) {
            Side decided = new Side(pipeline, scheduler::requireRunning, true);
            for (int i = 0; i < WARM_UPS; i++) {
                decided.rate = pass(decided, warmUp, false);
            }
            try (PlainLoop sameBytes = sameBytes(settings, WARM_UPS * warmUp);
                    PlainLoop lean = PlainLoop.twoHops(cluster, settings, LEAN_SOURCE, LEAN_BETWEEN, LEAN_TARGET);
                    PlainLoop oneHop = PlainLoop.oneHop(cluster, settings, ONE_HOP_SOURCE, ONE_HOP_TARGET);
                    Flow plain = flow(Principal.SCHEDULER, SOURCE, TARGET);
                    Flow leaner = flow(Principal.SCHEDULER, LEAN_SOURCE, LEAN_TARGET);
                    Flow shorter = flow(Principal.SCHEDULER, ONE_HOP_SOURCE, ONE_HOP_TARGET)) {
                Side copied = new Side(plain, sameBytes::requireRunning, false);
                Side copiedLean = new Side(leaner, lean::requireRunning, false);
                Side copiedOnce = new Side(shorter, oneHop::requireRunning, false);
                for (Side side : List.of(copied, copiedLean, copiedOnce)) {
                    for (int i = 0; i < WARM_UPS; i++) {
                        side.rate = pass(side, warmUp, false);
                    }
                }
                List<Round> rounds = new ArrayList<>();
                for (int i = 1; i <= options.rounds(); i++) {
                    scheduler.beat();
                    Round round =
                            new Round(measure(decided), measure(copied), measure(copiedOnce), measure(copiedLean));
                    rounds.add(round);
                    progress.accept(String.format(
                            Locale.ROOT,
                            "round %d: pipeline %.0f/s, plain two-hop loop %.0f/s; writing less: two-hop loop %.0f/s,"
                                    + " one-hop loop %.0f/s",
                            i,
                            round.eventsPerS(),
                            round.plainLoopPerS(),
                            round.leanLoopPerS(),
                            round.oneHopPerS()));
                }
                return result(rounds, decided, copied);
            }
        }
    }

    private PlainLoop sameBytes(ServiceSettings settings, int events) {
        Trail trail = new Trail(cluster, MARK, events);
        return PlainLoop.sameBytes(
                cluster,
                settings,
                SOURCE,
                BETWEEN,
                TARGET,
                TRAIL,
                new PlainLoop.Written(
                        trail.decisions(), trail.reasons(), trail.state(APPLICATION), trail.owners(APPLICATION)));
    }

    /** One of the things compared. */
    private static final class Side {
        private final Flow flow;
        private final Runnable requireRunning;
        private final boolean decides;
        private final Map<String, Long> nanos = new TreeMap<>();
        private long events;
        private double rate;

        Side(Flow flow, Runnable requireRunning, boolean decides) {
            this.flow = flow;
            this.requireRunning = requireRunning;
            this.decides = decides;
        }

        Map<String, Double> cpuUsPerEvent() {
            Map<String, Double> each = new TreeMap<>();
            nanos.forEach((part, spent) -> each.put(part, spent / 1e3 / events));
            return each;
        }
    }

    private double measure(Side side) {
        int events = options.events() > 0 ? options.events() : (int) (side.rate * options.seconds());
        return pass(side, events, true);
    }

    private double pass(Side side, int events, boolean measured) {
        String prefix = MARK + passes++ + "-";
        List<Encoded> records = jobs.events(prefix, Math.max(1, events / 2));
        threads.take();
        Passed passed = side.flow.pass(prefix, records);
        if (measured) {
            threads.take().forEach((part, nanos) -> side.nanos.merge(part, nanos, Long::sum));
            side.events += records.size();
        }
        side.requireRunning.run();
        if (side.decides) {
            requireDecided(passed.records());
        }
        return passed.perSecond();
    }

    /** Each job must have been queued and then ended by its cancellation, and nothing else. */
    private void requireDecided(List<ConsumerRecord<String, byte[]>> records) {
        EventSerde<JobDecision> decisions = EventSerde.of(Topics.JOB_DECISIONS, cluster.schemas());
        Map<String, Boolean> ended = new HashMap<>();
        for (ConsumerRecord<String, byte[]> record : records) {
            Object decided = decisions.decode(record.value()).getPayload();
            boolean queued = decided instanceof JobQueued && ended.put(record.key(), false) == null;
            boolean cancelled = decided instanceof JobEnded end
                    && end.getState() == EndState.CANCELLED
                    && Boolean.FALSE.equals(ended.put(record.key(), true));
            if (!queued && !cancelled) {
                throw new StackException(
                        "job " + record.key() + " was to be queued and then cancelled, not " + decided);
            }
        }
        if (ended.containsValue(false)) {
            throw new StackException("not every job that was cancelled has ended");
        }
    }

    private Result result(List<Round> rounds, Side decided, Side copied) {
        double events = median(rounds.stream().map(Round::eventsPerS));
        double plain = median(rounds.stream().map(Round::plainLoopPerS));
        double oneHop = median(rounds.stream().map(Round::oneHopPerS));
        double lean = median(rounds.stream().map(Round::leanLoopPerS));
        return new Result(
                events,
                plain,
                events / plain,
                events / oneHop,
                oneHop,
                lean,
                events / lean,
                decided.cpuUsPerEvent(),
                copied.cpuUsPerEvent(),
                rounds,
                options.nodes(),
                options.seed());
    }

    private static double median(Stream<Double> values) {
        return Sample.of(values.toList()).median();
    }

    private Flow flow(Principal principal, String source, String target) {
        return new Flow(cluster, principal, source, target, Topics.KEYED_PARTITIONS);
    }

    /** Topics of as many partitions as those on the scheduler's way. */
    private void makeTopics() {
        try (Admin admin = Admin.create(cluster.client(Principal.SCHEDULER))) {
            admin.createTopics(List.of(
                            topic(SOURCE, Topics.JOB_EVENTS.partitions()),
                            topic(BETWEEN, Topics.POOL_INPUTS.partitions()),
                            topic(TARGET, Topics.JOB_DECISIONS.partitions()),
                            topic(LEAN_SOURCE, Topics.JOB_EVENTS.partitions()),
                            topic(LEAN_BETWEEN, Topics.POOL_INPUTS.partitions()),
                            topic(LEAN_TARGET, Topics.JOB_DECISIONS.partitions()),
                            topic(TRAIL + "owners", Topics.JOB_EVENTS.partitions()),
                            topic(TRAIL + "reasons", Topics.PENDING_REASONS.partitions()),
                            topic(TRAIL + "state", Topics.POOL_INPUTS.partitions()),
                            topic(ONE_HOP_SOURCE, Topics.JOB_EVENTS.partitions()),
                            topic(ONE_HOP_TARGET, Topics.JOB_DECISIONS.partitions())))
                    .all()
                    .get();
        } catch (ExecutionException e) {
            throw new StackException("can't create the topics to compare with: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException("interrupted while the topics were created", e);
        }
    }

    private static NewTopic topic(String name, int partitions) {
        return new NewTopic(name, Optional.of(partitions), Optional.empty())
                .configs(Map.of(TopicConfig.RETENTION_MS_CONFIG, "-1"));
    }
}
