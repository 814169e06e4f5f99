package io.millrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.cli.demo.PlayAudit;
import io.millrace.cli.demo.TracePolicy;
import io.millrace.events.cycle.CycleDecided;
import io.millrace.events.pool.Gathered;
import io.millrace.local.ProjectRoot;
import io.millrace.scheduler.replay.Replay;
import io.millrace.scheduler.replay.ReplayReport;
import io.millrace.simulator.play.KafkaWire;
import io.millrace.simulator.play.Play;
import io.millrace.simulator.play.PlayOptions;
import io.millrace.simulator.play.PlaySummary;
import io.millrace.simulator.trace.Cluster;
import io.millrace.simulator.trace.Trace;
import io.millrace.simulator.trace.TraceJob;
import io.millrace.streams.Topic;
import io.millrace.streams.Topic.Principal;
import io.millrace.streams.Topics;
import io.millrace.testkit.SeededRandom;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A play in which the scheduler is killed three times comes out as one in which it is not. */
class KilledPlayTest {

    private static final Map<String, Integer> POOLS = Map.of("vcvGl", 0, "vcvlY", 1);
    private static final int KILLS = 3;

    @TempDir
    static Path folder;

    /** What a pool's store held when the scheduler began again. */
    private record Restored(String pool, long offset, String stateHash) {}

    private static List<TraceJob> jobs = List.of();
    private static Cluster cluster = new Cluster(List.of());
    private static TracePolicy policy = new TracePolicy("", List.of());

    @BeforeAll
    static void readTheTrace() {
        Path root = ProjectRoot.find();
        Path traces = root.resolve("clients/simulator/traces");
        String days = System.getProperty("millrace.played.days", "12-13");
        String[] span = days.split("-", -1);
        jobs = Trace.days(
                Trace.read(traces.resolve("venus_sept_vcvGl_vcvlY.csv")),
                Integer.parseInt(span[0]),
                Integer.parseInt(span[1]));
        cluster = Cluster.read(traces.resolve("venus-demo.cluster.json"));
        policy = TracePolicy.read(root.resolve("policies/trace.yaml"), "fifo-strict");
        policy.write(folder.resolve("policy.yaml"));
    }

    @Test
    void shouldDecideTheSameWhenTheSchedulerIsKilledThreeTimes() {
        Map<String, List<String>> quiet;
        long cycles;
        try (RunningStack stack = start("quiet")) {
            PlaySummary summary = play(stack, new AtomicLong());
            requireSound(stack, summary);
            quiet = digests(stack);
            cycles = summary.cycles();
        }
        SeededRandom random = SeededRandom.of("KilledPlayTest");
        try (RunningStack stack = start("killed")) {
            AtomicLong answered = new AtomicLong();
            List<Restored> restored = new ArrayList<>();
            CompletableFuture<Void> killing = CompletableFuture.runAsync(() -> {
                for (int kill = 1; kill <= KILLS; kill++) {
                    long share = cycles * kill / (KILLS + 1);
                    long moment = share + random.nextInt((int) Math.max(1, cycles / (2L * (KILLS + 1))));
                    Awaitility.await()
                            .pollInterval(Duration.ofMillis(1))
                            .atMost(Duration.ofMinutes(10))
                            .until(() -> answered.get() >= moment);
                    stack.killAndAwaitSuccessor("scheduler");
                    restored.addAll(restored(stack));
                }
            });
            PlaySummary summary = play(stack, answered);
            killing.join();
            requireSound(stack, summary);
            assertThat(stack.process("scheduler").restarts()).isEqualTo(KILLS);
            assertThat(digests(stack)).isEqualTo(quiet);
            assertThat(restored).hasSize(KILLS * POOLS.size());
            for (Restored store : restored) {
                ReplayReport replay = Replay.run(
                        stack.connection().kafkaProperties(), stack.registry(), store.pool(), store.offset());
                assertThat(replay.pools().getFirst().stateHash())
                        .as("state of %s restored at %d", store.pool(), store.offset())
                        .isEqualTo(store.stateHash());
            }
        }
    }

    private static RunningStack start(String name) {
        return RunningStack.start(
                folder.resolve(name),
                options -> options.withClock("driven").withPools(POOLS).withPolicyFile(folder.resolve("policy.yaml")));
    }

    private static PlaySummary play(RunningStack stack, AtomicLong cycles) {
        PlayOptions options =
                new PlayOptions("play", jobs, cluster, policy.statedLimitsMs(), List.of(), PlayOptions.PATIENCE);
        try (KafkaWire wire =
                KafkaWire.connect(stack.connection(Principal.SIMULATOR).kafkaProperties(), stack.registry())) {
            return new Play(options, wire, progress -> cycles.set(progress.cycles())).run();
        }
    }

    /** What must hold of any play. */
    private static void requireSound(RunningStack stack, PlaySummary summary) {
        assertThat(summary.jobsSubmitted()).isEqualTo(jobs.size());
        assertThat(summary.jobsEnded()).isEqualTo(jobs.size());
        assertThat(summary.jobsInTracedState()).isEqualTo(jobs.size());
        assertThat(summary.doubleAssignments()).isZero();
        PlayAudit audit = new PlayAudit(stack.connection(), stack.registry());
        assertThat(audit.gpuMsAccounted(summary.gpuMsPlayed(), Duration.ofSeconds(30)))
                .isEqualTo(summary.gpuMsPlayed());
        assertThat(audit.deadLetters()).isZero();
        ReplayReport replay = Replay.run(stack.connection().kafkaProperties(), stack.registry(), null, null);
        assertThat(replay.pools())
                .allSatisfy(pool -> assertThat(pool.firstDifference()).isNull());
        assertThat(replay.cycles()).isEqualTo((int) summary.cycles());
        assertThat(replay.equal()).isEqualTo(replay.cycles());
        assertThat(gathered(stack)).containsExactlyInAnyOrderElementsOf(sent(stack));
    }

    private static List<String> sent(RunningStack stack) {
        List<String> coordinates = new ArrayList<>();
        for (Topic<?> topic : List.of(Topics.JOB_EVENTS, Topics.ATTEMPT_EVENTS, Topics.NODE_EVENTS)) {
            for (ConsumerRecord<String, byte[]> record : stack.committed(topic.name())) {
                coordinates.add(topic.name() + "/" + record.partition() + "/" + record.offset());
            }
        }
        return coordinates;
    }

    private static List<String> gathered(RunningStack stack) {
        List<String> coordinates = new ArrayList<>();
        for (ConsumerRecord<String, byte[]> record : stack.committed(Topics.POOL_INPUTS.name())) {
            if (stack.decode(Topics.POOL_INPUTS, record).getPayload() instanceof Gathered gathered
                    && !gathered.getTopic().equals(Topics.POLICY_EVENTS.name())) {
                coordinates.add(gathered.getTopic() + "/" + gathered.getPartition() + "/" + gathered.getOffset());
            }
        }
        return coordinates;
    }

    /** By pool, for each cycle in its order: decisions' digest and state hash. */
    private static Map<String, List<String>> digests(RunningStack stack) {
        Map<String, TreeMap<Long, String>> byPool = new TreeMap<>();
        for (ConsumerRecord<String, byte[]> record : stack.committed(Topics.SCHEDULING_CYCLES.name())) {
            CycleDecided cycle = (CycleDecided)
                    stack.decode(Topics.SCHEDULING_CYCLES, record).getPayload();
            byPool.computeIfAbsent(record.key(), pool -> new TreeMap<>())
                    .put(cycle.getCycle(), cycle.getDecisionsSha256() + " " + cycle.getStateHash());
        }
        Map<String, List<String>> digests = new TreeMap<>();
        byPool.forEach((pool, cycles) -> digests.put(pool, List.copyOf(cycles.values())));
        return digests;
    }

    private static List<Restored> restored(RunningStack stack) {
        List<Restored> restored = new ArrayList<>();
        for (String pool : POOLS.keySet()) {
            JsonNode state = stack.json("/v1/pools/" + pool + "/state").path("restored");
            restored.add(new Restored(
                    pool,
                    state.path("offset").asLong(),
                    state.path("state_hash").asText()));
        }
        return restored;
    }
}
