package io.millrace.simulator.play;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.millrace.simulator.trace.Cluster;
import io.millrace.simulator.trace.Partition;
import io.millrace.simulator.trace.Trace;
import io.millrace.simulator.trace.TraceException;
import io.millrace.simulator.trace.TraceJob;
import io.millrace.simulator.trace.TracedEnd;
import io.millrace.streams.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlayTest {
    private static final long HOUR_MS = 3_600_000;
    private static final List<Long> LIMITS = List.of(HOUR_MS, 4 * HOUR_MS, 12 * HOUR_MS, 48 * HOUR_MS, 168 * HOUR_MS);
    private static final Cluster ONE_NODE = new Cluster(List.of(new Partition("red", 1, 8, "V100")));
    private static final Cluster TWO_NODES = new Cluster(List.of(new Partition("red", 2, 8, "V100")));

    @Test
    void shouldTellExactlyWhatHappens() {
        ScriptedScheduler scheduler = new ScriptedScheduler(1, false);
        PlaySummary summary = play(
                scheduler,
                ONE_NODE,
                List.of(job("a", 10, 8, 4_000, TracedEnd.COMPLETED), job("b", 20, 2, 30, TracedEnd.KILLED)));

        assertThat(scheduler.story())
                .containsExactly(
                        "10 red-000 NodeUp {\"pool\": \"red\", \"gpus\": 8, \"gpu_type\": \"V100\","
                                + " \"address\": null, \"silent_after_ms\": null}",
                        "10 a JobSubmitted {\"pool\": \"red\", \"queue\": \"batch\", \"team\": \"red\", \"user\": \"ann\","
                                + " \"gpus\": 8, \"gpu_type\": \"V100\", \"gpus_per_node\": null,"
                                + " \"limit_ms\": 14400000, \"estimate_ms\": 4000000, \"tags\": {},"
                                + " \"job_type\": \"EXPERIMENTATION\", \"deadline\": null,"
                                + " \"work\": null, \"after\": [], \"array\": null}",
                        "10 play ClockAdvanced {\"sequence\": 1, \"sent\": {\"red\": 2}}",
                        "10 a JobStarted {\"attempt\": 1, \"node_ids\": [\"red-000\"]}",
                        "10 play ClockAdvanced {\"sequence\": 2, \"sent\": {\"red\": 3}}",
                        "20 b JobSubmitted {\"pool\": \"red\", \"queue\": \"batch\", \"team\": \"red\", \"user\": \"ann\","
                                + " \"gpus\": 2, \"gpu_type\": \"V100\", \"gpus_per_node\": null,"
                                + " \"limit_ms\": 3600000, \"estimate_ms\": 30000, \"tags\": {},"
                                + " \"job_type\": \"EXPERIMENTATION\", \"deadline\": null,"
                                + " \"work\": null, \"after\": [], \"array\": null}",
                        "20 play ClockAdvanced {\"sequence\": 3, \"sent\": {\"red\": 4}}",
                        "20 play ClockAdvanced {\"sequence\": 4, \"sent\": {\"red\": 4}}",
                        "4010 a CheckpointSaved {\"attempt\": 1, \"path\": \"checkpoints/a/1800\", \"step\": 1800}",
                        "4010 a CheckpointSaved {\"attempt\": 1, \"path\": \"checkpoints/a/3600\", \"step\": 3600}",
                        "4010 a JobCompleted {\"attempt\": 1, \"exit_code\": 0, \"log_tail\": \"\"}",
                        "4010 play ClockAdvanced {\"sequence\": 5, \"sent\": {\"red\": 7}}",
                        "4010 b JobStarted {\"attempt\": 1, \"node_ids\": [\"red-000\"]}",
                        "4010 play ClockAdvanced {\"sequence\": 6, \"sent\": {\"red\": 8}}",
                        "4040 b JobStopped {\"attempt\": 1, \"cause\": \"USER\", \"reason\": \"as traced\","
                                + " \"log_tail\": \"\"}",
                        "4040 play ClockAdvanced {\"sequence\": 7, \"sent\": {\"red\": 9}}",
                        "4040 play ClockAdvanced {\"sequence\": 8, \"sent\": {\"red\": 9}}");
        assertThat(summary)
                .isEqualTo(new PlaySummary(
                        2, 2, 2, 0, 0, 8 * 4_000_000L + 2 * 30_000L, 8, 6, 4, 1, 1_995.0, 4_010.0, 10_000, 4_040_000));
    }

    @Test
    void shouldKeepAttemptsAliveAndSaveCheckpoints() {
        ScriptedScheduler scheduler = new ScriptedScheduler(1, false);
        play(
                scheduler,
                TWO_NODES,
                List.of(job("a", 0, 8, 8_000, TracedEnd.FAILED), job("b", 59, 8, 3_661, TracedEnd.COMPLETED)));

        assertThat(scheduler.story())
                .filteredOn(line -> line.contains(" a ") && !line.contains("Submitted"))
                .containsExactly(
                        "0 a JobStarted {\"attempt\": 1, \"node_ids\": [\"red-000\"]}",
                        "3720 a Heartbeat {\"attempt\": 1}",
                        "3720 a CheckpointSaved {\"attempt\": 1, \"path\": \"checkpoints/a/1800\", \"step\": 1800}",
                        "3720 a CheckpointSaved {\"attempt\": 1, \"path\": \"checkpoints/a/3600\", \"step\": 3600}",
                        "8000 a CheckpointSaved {\"attempt\": 1, \"path\": \"checkpoints/a/5400\", \"step\": 5400}",
                        "8000 a CheckpointSaved {\"attempt\": 1, \"path\": \"checkpoints/a/7200\", \"step\": 7200}",
                        "8000 a JobFailed {\"attempt\": 1, \"exit_code\": 1, \"reason\": \"as traced\","
                                + " \"log_tail\": \"\"}");
        assertThat(scheduler.sent())
                .filteredOn(record -> record.topic().equals(Topics.GPU_TELEMETRY.name()))
                .extracting(record -> record.timeMs() / 1000 + " " + record.key())
                .containsExactly("0 red-000", "59 red-001", "3720 red-000");
    }

    @Test
    void shouldEndJobsOfNoLengthAtTheInstantTheyStart() {
        ScriptedScheduler scheduler = new ScriptedScheduler(1, false);
        PlaySummary summary = play(scheduler, ONE_NODE, List.of(job("a", 5, 8, 0, TracedEnd.COMPLETED)));

        assertThat(summary.jobsInTracedState()).isEqualTo(1);
        assertThat(summary.instants()).isEqualTo(1);
        assertThat(summary.toMs()).isEqualTo(5_000);
    }

    @Test
    void shouldPlayTheShippedTraceAsAnIndependentSimulatorDoes() {
        PlaySummary summary = play(new ScriptedScheduler(7, false), demoCluster(), demoJobs());

        assertThat(summary.jobsSubmitted()).isEqualTo(538);
        assertThat(summary.jobsEnded()).isEqualTo(538);
        assertThat(summary.jobsInTracedState()).isEqualTo(538);
        assertThat(summary.doubleAssignments()).isZero();
        assertThat(summary.gpuMsPlayed()).isEqualTo(75_241_631_000L);
        assertThat(summary.instants()).isEqualTo(980);
        assertThat(summary.waitsOverMinute()).isEqualTo(204);
        assertThat(summary.toMs()).isEqualTo(1_751_081_000L);
        assertThat(summary.avgWaitS()).isCloseTo(22_284.725, within(0.001));
        assertThat(summary.avgJctS()).isCloseTo(24_844.232, within(0.001));
    }

    @Test
    void shouldSendTheSameRecordsHoweverAnswersArrive() {
        ScriptedScheduler one = new ScriptedScheduler(1, false);
        ScriptedScheduler other = new ScriptedScheduler(2, false);
        play(one, demoCluster(), demoJobs());
        play(other, demoCluster(), demoJobs());

        assertThat(other.sent()).hasSameSizeAs(one.sent()).isEqualTo(one.sent());
        assertThat(one.sent())
                .extracting(record -> record.event().get(0).toString())
                .isSorted()
                .doesNotHaveDuplicates();
    }

    @Test
    void shouldRunAJobAgainFromItsCheckpointWhenItsNodeIsLost() {
        ScriptedScheduler scheduler = new ScriptedScheduler(1, false);
        PlaySummary summary = play(
                scheduler,
                TWO_NODES,
                List.of(job("a", 0, 8, 4_000, TracedEnd.COMPLETED)),
                new NodeChange(2_000_000, "red-000", NodeChange.Kind.DOWN),
                new NodeChange(3_000_000, "red-000", NodeChange.Kind.UP));

        assertThat(summary.jobsInTracedState()).isEqualTo(1);
        // 2,000 s until the loss, then what the checkpoint at 1,800 s had not saved.
        assertThat(summary.gpuMsPlayed()).isEqualTo(8 * (2_000_000L + 2_200_000L));
        assertThat(scheduler.story())
                .contains(
                        "2000 red-000 NodeDown {\"reason\": \"scripted\"}",
                        "2000 a JobStarted {\"attempt\": 2, \"node_ids\": [\"red-001\"]}",
                        "4200 a JobCompleted {\"attempt\": 2, \"exit_code\": 0, \"log_tail\": \"\"}");
    }

    @Test
    void shouldStopWhatTheSchedulerAsksToStop() {
        ScriptedScheduler scheduler = new ScriptedScheduler(1, false);
        PlaySummary summary = play(
                scheduler,
                TWO_NODES,
                List.of(job("a", 0, 8, 4_000, TracedEnd.KILLED), job("b", 1, 16, 10, TracedEnd.COMPLETED)),
                new NodeChange(1_000_000, "red-000", NodeChange.Kind.DRAIN),
                new NodeChange(2_000_000, "red-000", NodeChange.Kind.UP));

        assertThat(summary.jobsInTracedState()).isEqualTo(2);
        assertThat(summary.doubleAssignments()).isZero();
        assertThat(summary.gpuMsPlayed()).isEqualTo(8 * (1_000_000L + 4_000_000L) + 16 * 10_000L);
        assertThat(scheduler.story())
                .contains("1000 a JobStopped {\"attempt\": 1, \"cause\": \"SCHEDULER\", \"reason\": \"requested\","
                        + " \"log_tail\": \"\"}");
    }

    @Test
    void shouldFollowTheSchedulersTimersWhenANodeFallsSilent() {
        ScriptedScheduler scheduler = new ScriptedScheduler(1, true);
        PlaySummary summary = play(
                scheduler,
                TWO_NODES,
                List.of(job("a", 0, 8, 1_000, TracedEnd.COMPLETED)),
                new NodeChange(500_000, "red-000", NodeChange.Kind.SILENT));

        assertThat(summary.jobsInTracedState()).isEqualTo(1);
        // The lease ran from the start, the last that was heard of the attempt, and is over by then.
        assertThat(scheduler.story())
                .contains("500 a JobStarted {\"attempt\": 2, \"node_ids\": [\"red-001\"]}")
                .noneMatch(line -> line.contains("Heartbeat"));
    }

    @Test
    void shouldCountRefusedJobsAsOver() {
        PlaySummary summary = play(
                new ScriptedScheduler(1, false),
                ONE_NODE,
                List.of(job("a", 0, 9, 10, TracedEnd.COMPLETED), job("b", 0, 8, 10, TracedEnd.COMPLETED)));

        assertThat(summary.jobsRejected()).isEqualTo(1);
        assertThat(summary.jobsEnded()).isEqualTo(1);
    }

    @Test
    void shouldFailClearlyWhenNothingCanHappen() {
        assertThatThrownBy(() -> play(
                        new ScriptedScheduler(1, false),
                        ONE_NODE,
                        List.of(job("a", 1, 8, 10, TracedEnd.COMPLETED)),
                        new NodeChange(1_000, "red-000", NodeChange.Kind.DOWN)))
                .isInstanceOf(PlayException.class)
                .hasMessage("1 jobs are not over at played time 1000 ms, but nothing runs, nothing is to come"
                        + " and the scheduler waits for nothing. Ask it why: millrace explain JOB.");
    }

    @Test
    void shouldFailClearlyWhenTheSchedulerIsGone() {
        Wire deaf = new DeafWire();
        PlayOptions options = new PlayOptions(
                "play", List.of(job("a", 1, 8, 10, TracedEnd.COMPLETED)), ONE_NODE, LIMITS, List.of(), Duration.ZERO);

        assertThatThrownBy(() -> new Play(options, deaf, progress -> {}).run())
                .isInstanceOf(PlayException.class)
                .hasMessageStartingWith("The scheduler has not answered advance 1 of the clock for pools [red]");
    }

    @Test
    void shouldRefuseWhatCannotBePlayed() {
        assertThatThrownBy(() -> play(new ScriptedScheduler(1, false), ONE_NODE, List.of()))
                .isInstanceOf(PlayException.class)
                .hasMessage("There are no jobs to play: choose other days or another trace.");
        assertThatThrownBy(() -> play(
                        new ScriptedScheduler(1, false),
                        new Cluster(List.of(new Partition("blue", 1, 8, null))),
                        List.of(job("a", 1, 8, 10, TracedEnd.COMPLETED))))
                .isInstanceOf(TraceException.class);
        assertThatThrownBy(() -> play(
                        new ScriptedScheduler(1, false),
                        ONE_NODE,
                        List.of(job("a", 1, 8, 10, TracedEnd.COMPLETED)),
                        new NodeChange(0, "red-9", NodeChange.Kind.DOWN)))
                .isInstanceOf(PlayException.class)
                .hasMessage("The script names node red-9, which the cluster does not have.");
    }

    @Test
    void shouldTellHowFarItIs() {
        List<PlayProgress> told = new ArrayList<>();
        PlayOptions options = options(ONE_NODE, List.of(job("a", 5, 8, 60, TracedEnd.COMPLETED)));
        new Play(options, new ScriptedScheduler(1, false), told::add).run();

        assertThat(told)
                .containsExactly(
                        new PlayProgress(5_000, 1, 1, 1, 0, 0, 1, false),
                        new PlayProgress(5_000, 1, 1, 1, 0, 0, 2, false),
                        new PlayProgress(65_000, 1, 1, 0, 0, 1, 3, false),
                        new PlayProgress(65_000, 1, 1, 0, 0, 1, 4, false));
    }

    private static final class DeafWire implements Wire {
        @Override
        public <E extends org.apache.avro.specific.SpecificRecord> void send(
                io.millrace.streams.Topic<E> topic, String key, E event, long timeMs) {}

        @Override
        public void flush() {}

        @Override
        public List<Answer> poll(Duration atMost) {
            return List.of();
        }

        @Override
        public void close() {}
    }

    private static PlaySummary play(
            ScriptedScheduler scheduler, Cluster cluster, List<TraceJob> jobs, NodeChange... script) {
        return new Play(options(cluster, jobs, script), scheduler, progress -> {}).run();
    }

    private static PlayOptions options(Cluster cluster, List<TraceJob> jobs, NodeChange... script) {
        return new PlayOptions("play", jobs, cluster, LIMITS, List.of(script), PlayOptions.PATIENCE);
    }

    private static TraceJob job(String id, long submitS, int gpus, long durationS, TracedEnd end) {
        return new TraceJob(id, submitS * 1000, "ann", "red", gpus, "V100", durationS * 1000, end);
    }

    private static List<TraceJob> demoJobs() {
        return Trace.days(Trace.read(Path.of("traces", "venus_sept_vcvGl_vcvlY.csv")), 12, 14);
    }

    private static Cluster demoCluster() {
        return Cluster.read(Path.of("traces", "venus-demo.cluster.json"));
    }
}
