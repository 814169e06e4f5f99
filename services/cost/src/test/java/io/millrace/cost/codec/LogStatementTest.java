package io.millrace.cost.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cost.domain.statement.Statement;
import io.millrace.events.attempt.AttemptEvent;
import io.millrace.events.attempt.JobStarted;
import io.millrace.events.decision.EndState;
import io.millrace.events.decision.JobDecision;
import io.millrace.events.decision.JobEnded;
import io.millrace.events.decision.JobPlaced;
import io.millrace.events.decision.JobRequeued;
import io.millrace.events.decision.NodeShare;
import io.millrace.events.decision.RequeueCause;
import io.millrace.events.job.JobEvent;
import io.millrace.events.job.JobSubmitted;
import io.millrace.events.node.NodeEvent;
import io.millrace.events.node.NodeUp;
import io.millrace.testkit.SeededRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class LogStatementTest {

    private static final long HOUR = 3_600_000;
    private static final long START = Instant.parse("2026-03-01T00:00:00Z").toEpochMilli();
    private static final PricesDocument PRICES = PricesDocument.parse("""
            currency: USD
            pools: {"*": on_demand}
            prices:
              - {gpu_type: V100, option: on_demand, usd_per_gpu_hour: "3.06", from: "2020-01-01T00:00:00Z"}
            """);

    private final List<Consumer<LogStatement>> told = new ArrayList<>();

    private void up(String node, long at) {
        NodeUp up = NodeUp.newBuilder()
                .setPool("default")
                .setGpus(8)
                .setGpuType("V100")
                .build();
        told.add(log -> log.node(node, new NodeEvent("up/" + node, Instant.ofEpochMilli(at), "agent:" + node, up)));
    }

    private void submitted(String job, String team, Map<String, String> tags) {
        JobSubmitted submitted = JobSubmitted.newBuilder()
                .setPool("default")
                .setQueue("batch")
                .setTeam(team)
                .setUser("ada")
                .setGpus(1)
                .setTags(tags)
                .build();
        told.add(log ->
                log.submitted(job, new JobEvent("sub/" + job, Instant.ofEpochMilli(START), "user:ada", submitted)));
    }

    private void decided(String job, String id, long at, Object payload) {
        JobDecision decision =
                new JobDecision(job + "/" + id, Instant.ofEpochMilli(at), "service:scheduler", "default", 1L, payload);
        told.add(log -> log.decided(job, decision));
    }

    private void placed(String job, int attempt, long at, NodeShare... nodes) {
        decided(
                job,
                "placed" + attempt,
                at,
                JobPlaced.newBuilder()
                        .setAttempt(attempt)
                        .setNodes(List.of(nodes))
                        .setStartBefore(Instant.ofEpochMilli(at + 60_000))
                        .setLeaseMs(1)
                        .setTeam("vision")
                        .setUser("ada")
                        .setGpuType("V100")
                        .build());
    }

    private void started(String job, int attempt, long at) {
        AttemptEvent event = new AttemptEvent(
                job + "/started" + attempt,
                Instant.ofEpochMilli(at),
                "agent:n1",
                new JobStarted(attempt, List.of("n1")));
        told.add(log -> log.attempted(job, event));
    }

    private static Instant at(long ms) {
        return Instant.ofEpochMilli(ms);
    }

    private static NodeShare share(String node, int gpus) {
        return new NodeShare(node, Collections.nCopies(gpus, 0), "127.0.0.1");
    }

    private Statement statement(long hours) {
        LogStatement log = new LogStatement(PRICES);
        told.forEach(one -> one.accept(log));
        return log.statement(START, START + hours * HOUR);
    }

    private static Map<String, Long> micros(Statement statement) {
        Map<String, Long> micros = new TreeMap<>();
        statement
                .rows()
                .forEach(row -> micros.put(
                        row.kind() + " " + row.charge().team() + " "
                                + row.charge().project() + " " + row.charge().job(),
                        row.micros()));
        return micros;
    }

    @Test
    void shouldChargeAGangOverTwoNodesThatRanTwice() {
        up("n1", START);
        up("n2", START);
        submitted("j", "vision", Map.of("project", "lanes"));
        placed("j", 1, START, share("n1", 2), share("n2", 1));
        started("j", 1, START + HOUR / 2);
        decided(
                "j",
                "requeued1",
                START + HOUR,
                new JobRequeued(1, RequeueCause.NODE_LOST, at(START + HOUR / 2), at(START + HOUR), 3 * HOUR / 2));
        placed("j", 2, START + HOUR, share("n2", 4));
        started("j", 2, START + HOUR);
        decided(
                "j",
                "ended2",
                START + 2 * HOUR,
                new JobEnded(EndState.COMPLETED, 2, at(START + HOUR), at(START + 2 * HOUR), 4 * HOUR, ""));
        assertThat(micros(statement(3)))
                .containsOnly(
                        // 3 GPUs for half an hour, 4 for an hour, of 3.06 USD
                        Map.entry("CHARGED vision lanes j", 16_830_000L),
                        Map.entry("IDLE   ", 48 * 3_060_000L - 16_830_000L));
    }

    @Test
    void shouldChargeNothingForWhatNeverRan() {
        up("n1", START);
        submitted("j", "vision", Map.of());
        placed("j", 1, START, share("n1", 8));
        decided(
                "j",
                "requeued1",
                START + HOUR,
                new JobRequeued(1, RequeueCause.NOT_STARTED, null, at(START + HOUR), 0L));
        assertThat(micros(statement(1))).containsOnly(Map.entry("IDLE   ", 8 * 3_060_000L));
    }

    @Test
    void shouldChargeWhatStillRunsUntilTheEnd() {
        up("n1", START);
        submitted("j", "", Map.of());
        placed("j", 1, START, share("n1", 1));
        started("j", 1, START);
        assertThat(micros(statement(5)))
                .containsOnly(Map.entry("UNTAGGED   j", 15_300_000L), Map.entry("IDLE   ", 35 * 3_060_000L));
    }

    /** Topics are read one beside the other, so in any order; and a record may be there twice. */
    @Test
    void shouldSayTheSameInWhateverOrderItIsTold() {
        SeededRandom random = SeededRandom.of("LogStatementTest");
        up("n1", START);
        up("n2", START + 7);
        for (int i = 0; i < 40; i++) {
            String job = "j" + i;
            submitted(job, i % 3 == 0 ? "speech" : "vision", Map.of("project", "p" + i % 4));
            long begin = START + random.nextInt((int) (20 * HOUR));
            placed(job, 1, begin, share(i % 2 == 0 ? "n1" : "n2", 1));
            started(job, 1, begin + 3);
            decided(
                    job,
                    "ended",
                    begin + HOUR + i,
                    new JobEnded(EndState.FAILED, 1, at(begin + 3), at(begin + HOUR + i), HOUR + i - 3, ""));
        }
        Map<String, Long> expected = micros(statement(24));
        assertThat(expected).hasSize(41);
        for (int i = 0; i < 20; i++) {
            told.add(random.pick(told));
            Collections.shuffle(told, random);
            assertThat(micros(statement(24))).isEqualTo(expected);
        }
    }
}
