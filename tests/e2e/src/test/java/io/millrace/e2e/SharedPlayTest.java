package io.millrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.cli.SharesOverTime;
import io.millrace.cli.SharesOverTime.TeamDay;
import io.millrace.cli.demo.PlayAudit;
import io.millrace.cli.demo.SharedCluster;
import io.millrace.cli.demo.TracePolicy;
import io.millrace.local.ProjectRoot;
import io.millrace.scheduler.replay.Replay;
import io.millrace.scheduler.replay.ReplayReport;
import io.millrace.simulator.play.KafkaWire;
import io.millrace.simulator.play.Play;
import io.millrace.simulator.play.PlayOptions;
import io.millrace.simulator.play.PlaySummary;
import io.millrace.simulator.trace.Cluster;
import io.millrace.simulator.trace.Partition;
import io.millrace.simulator.trace.TraceJob;
import io.millrace.simulator.trace.TracedEnd;
import io.millrace.streams.Topic.Principal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two teams share a cluster to equal parts, and one of them comes a day later: played through the stack's topics. */
class SharedPlayTest {

    private static final long HOUR_MS = 3_600_000;
    private static final long DAY_MS = 24 * HOUR_MS;
    private static final Cluster APART =
            new Cluster(List.of(new Partition("early", 1, 4, "V100"), new Partition("late", 1, 4, "V100")));

    @TempDir
    static Path folder;

    @Test
    void shouldLetTheTeamBeyondItsShareWaitUntilTheOtherHasCaughtUp() {
        List<TraceJob> jobs = new ArrayList<>();
        for (int i = 0; i < 90; i++) {
            jobs.add(job("early", i, 0));
        }
        for (int i = 0; i < 90; i++) {
            jobs.add(job("late", i, DAY_MS));
        }
        SharedCluster shared = SharedCluster.of(APART);
        TracePolicy policy = TracePolicy.read(ProjectRoot.find().resolve("policies/trace.yaml"), "millrace");
        policy.write(folder.resolve("policy.yaml"));
        shared.writeOrg(folder.resolve("org.yaml"));
        Map<Long, Map<String, TeamDay>> days;
        try (RunningStack stack = RunningStack.start(
                folder.resolve("stack"),
                options -> options.withClock("driven")
                        .withPools(
                                Map.of(shared.cluster().partitions().getFirst().pool(), 0))
                        .withPolicyFile(folder.resolve("policy.yaml"))
                        .withOrgFile(folder.resolve("org.yaml")))) {
            PlayOptions options = new PlayOptions(
                    "shared", jobs, shared.cluster(), policy.statedLimitsMs(), List.of(), PlayOptions.PATIENCE);
            PlaySummary summary;
            try (KafkaWire wire =
                    KafkaWire.connect(stack.connection(Principal.SIMULATOR).kafkaProperties(), stack.registry())) {
                summary = new Play(options, wire, progress -> {}).run();
            }
            assertThat(summary.jobsEnded()).isEqualTo(jobs.size());
            PlayAudit audit = new PlayAudit(stack.connection(), stack.registry());
            assertThat(audit.gpuMsAccounted(summary.gpuMsPlayed(), Duration.ofSeconds(30)))
                    .isEqualTo(summary.gpuMsPlayed());
            ReplayReport replay = Replay.run(stack.connection().kafkaProperties(), stack.registry(), null, null);
            assertThat(replay.equal()).isEqualTo(replay.cycles());
            days = SharesOverTime.of(audit.stays(), shared.shares());
        }
        assertThat(held(days, 0, "early")).isCloseTo(8, within(1e-9));
        assertThat(held(days, 1, "late")).isGreaterThan(6);
        assertThat(held(days, 1, "early")).isLessThan(2);
        assertThat(days.getOrDefault(1L, Map.of()))
                .hasEntrySatisfying("early", row -> assertThat(row.waiting()).isGreaterThan(20));
        assertThat(held(days, 2, "late")).isCloseTo(4, within(1.5));
        assertThat(held(days, 2, "early")).isCloseTo(4, within(1.5));
    }

    private static TraceJob job(String team, int number, long submitMs) {
        return new TraceJob(
                team + "-" + number, submitMs, "user-of-" + team, team, 1, "V100", 4 * HOUR_MS, TracedEnd.COMPLETED);
    }

    private static double held(Map<Long, Map<String, TeamDay>> days, long day, String team) {
        TeamDay row = days.getOrDefault(day, Map.of()).get(team);
        return row == null ? 0 : row.held();
    }
}
