package io.millrace.bench.restart;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.millrace.bench.Sample;
import io.millrace.bench.load.JobMix;
import io.millrace.events.node.NodeEvent;
import io.millrace.events.node.NodeUp;
import io.millrace.local.ProcessRef;
import io.millrace.local.StackException;
import io.millrace.streams.EventSerde;
import io.millrace.streams.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * How soon decisions are committed again after the scheduler's process was killed in the middle of a steady load, which
 * goes on meanwhile. The stack's own supervisor starts the process again.
 */
public final class RestartBench {

    /**
     * What is measured.
     *
     * @param rate jobs submitted a second, and as many cancelled
     * @param before how long the load is decided in time before each kill
     */
    public record Options(int rounds, int rate, Duration before, long seed) {}

    /**
     * What it came to, from the kill on, in seconds.
     *
     * @param decisionsAgainSMedian until a job that was submitted after the kill has a committed decision
     * @param caughtUpSMax until all jobs that were submitted before the kill have one
     */
    public record Result(
            @JsonProperty("rate_per_s") int ratePerS,
            @JsonProperty("decisions_again_s_median") double decisionsAgainSMedian,
            @JsonProperty("decisions_again_s_max") double decisionsAgainSMax,
            @JsonProperty("caught_up_s_max") double caughtUpSMax) {}

    /** One kill; seconds from it on. */
    private record Round(double startedAgain, double servesAgain, double decisionsAgain, double caughtUp) {}

    private static final String POOL = "default";

    /** Enough for the largest jobs of the mix: with fewer they would be rejected. */
    private static final int NODES = 16;

    private static final int GPUS_PER_NODE = 8;
    private static final Duration LOOK = Duration.ofMillis(20);
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final OwnStack stack;
    private final Options options;
    private final Consumer<String> progress;

    private RestartBench(OwnStack stack, Options options, Consumer<String> progress) {
        this.stack = stack;
        this.options = options;
        this.progress = progress;
    }

    /**
     * Measures on a stack that nothing else uses.
     *
     * @param progress told of each round
     */
    public static Result run(OwnStack stack, Options options, Consumer<String> progress) {
        return new RestartBench(stack, options, progress).run();
    }

    private Result run() {
        registerNodes();
        List<Round> rounds = new ArrayList<>();
        try (SteadyLoad load = SteadyLoad.start(stack, options.rate(), options.seed(), POOL);
                Answers answers = new Answers(stack)) {
            for (int i = 1; i <= options.rounds(); i++) {
                settle(load, answers);
                Round round = kill(load, answers);
                rounds.add(round);
                progress.accept(String.format(
                        Locale.ROOT,
                        "round %d: started again after %.1f s, healthy after %.1f s; first decision after %.1f s, all"
                                + " submitted before are answered after %.1f s",
                        i,
                        round.startedAgain(),
                        round.servesAgain(),
                        round.decisionsAgain(),
                        round.caughtUp()));
            }
            progress.accept(String.format(
                    Locale.ROOT, "%d jobs were answered, %d of them rejected", answers.count(), answers.rejected()));
        }
        return new Result(
                options.rate(),
                sample(rounds, Round::decisionsAgain).median(),
                sample(rounds, Round::decisionsAgain).max(),
                sample(rounds, Round::caughtUp).max());
    }

    private static Sample sample(List<Round> rounds, ToDoubleFunction<Round> part) {
        return Sample.of(rounds.stream().map(part::applyAsDouble).toList());
    }

    /** Returns when the load has been decided for a while. */
    private void settle(SteadyLoad load, Answers answers) {
        await("the load is decided", load, answers, () -> stack.schedulerIsUp() && answers.anyFrom(0));
        long begun = System.nanoTime();
        while (System.nanoTime() - begun < options.before().toNanos()) {
            look(load, answers);
        }
        int submitted = load.submitted();
        await("what was submitted is decided", load, answers, () -> answers.allBefore(submitted));
    }

    private Round kill(SteadyLoad load, Answers answers) {
        long begun = System.nanoTime();
        ProcessRef killed = stack.killScheduler();
        int before = load.submitted();
        Since started = new Since(begun, () -> stack.hasSuccessorOf(killed));
        Since serves = new Since(begun, () -> started.happened() && stack.schedulerIsUp());
        Since decides = new Since(begun, () -> answers.anyFrom(before));
        Since caughtUp = new Since(begun, () -> answers.allBefore(before));
        List<Since> all = List.of(started, serves, decides, caughtUp);
        await("decisions are committed again", load, answers, () -> {
            all.forEach(Since::look);
            return all.stream().allMatch(Since::happened);
        });
        return new Round(started.seconds, serves.seconds, decides.seconds, caughtUp.seconds);
    }

    /** When something was seen first. */
    private static final class Since {
        private final long begun;
        private final BooleanSupplier condition;
        private double seconds = Double.NaN;

        Since(long begun, BooleanSupplier condition) {
            this.begun = begun;
            this.condition = condition;
        }

        void look() {
            if (!happened() && condition.getAsBoolean()) {
                seconds = (System.nanoTime() - begun) / 1e9;
            }
        }

        boolean happened() {
            return !Double.isNaN(seconds);
        }
    }

    private static void await(String what, SteadyLoad load, Answers answers, BooleanSupplier condition) {
        long begun = System.nanoTime();
        do {
            if (System.nanoTime() - begun > PATIENCE.toNanos()) {
                throw new StackException("gave up waiting until " + what + ", after " + PATIENCE.toSeconds() + " s");
            }
            look(load, answers);
        } while (!condition.getAsBoolean());
    }

    private static void look(SteadyLoad load, Answers answers) {
        load.requireFlowing();
        answers.read();
        LockSupport.parkNanos(LOOK.toNanos());
    }

    private void registerNodes() {
        EventSerde<NodeEvent> serde = EventSerde.of(Topics.NODE_EVENTS, stack.schemas());
        String topic = Topics.NODE_EVENTS.name();
        try (KafkaProducer<String, byte[]> producer =
                new KafkaProducer<>(stack.client(), new StringSerializer(), new ByteArraySerializer())) {
            for (int i = 0; i < NODES; i++) {
                String nodeId = String.format("node-%02d", i);
                NodeUp up = new NodeUp(POOL, GPUS_PER_NODE, JobMix.gpuType(i), null, null);
                NodeEvent event = new NodeEvent("up-" + nodeId, Instant.now(), "agent:bench", up);
                var unused = producer.send(new ProducerRecord<>(topic, nodeId, serde.serialize(topic, event)));
            }
            producer.flush();
        }
    }
}
