package io.millrace.cli.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.cli.SharesOverTime;
import io.millrace.simulator.trace.Cluster;
import io.millrace.simulator.trace.Partition;
import io.millrace.simulator.trace.TraceJob;
import io.millrace.simulator.trace.TracedEnd;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Two teams that share a cluster to equal parts, and one of them comes a day later. */
class FairSimulationTest {

    private static final long HOUR_MS = 3_600_000;
    private static final long DAY_MS = 24 * HOUR_MS;

    private static final Cluster CLUSTER =
            new Cluster(List.of(new Partition("early", 1, 4, "V100"), new Partition("late", 1, 4, "V100")));

    private static List<TraceJob> jobs() {
        List<TraceJob> jobs = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            jobs.add(job("early", i, 0));
        }
        for (int i = 0; i < 400; i++) {
            jobs.add(job("late", i, DAY_MS));
        }
        return jobs;
    }

    private static TraceJob job(String team, int number, long submitMs) {
        return new TraceJob(
                team + "-" + number, submitMs, "user-of-" + team, team, 1, "V100", HOUR_MS, TracedEnd.COMPLETED);
    }

    private static Map<Long, Map<String, SharesOverTime.TeamDay>> days(String policy) {
        return Simulation.of(CLUSTER, jobs(), true).run(policy).byDay();
    }

    private static double held(Map<Long, Map<String, SharesOverTime.TeamDay>> days, long day, String team) {
        SharesOverTime.TeamDay row = days.getOrDefault(day, Map.of()).get(team);
        return row == null ? 0 : row.held();
    }

    @Test
    void shouldLetTheTeamBeyondItsShareWaitUntilTheOtherHasCaughtUp() {
        Map<Long, Map<String, SharesOverTime.TeamDay>> days = days("millrace");
        assertThat(held(days, 0, "early")).isCloseTo(8, within(1e-9));
        assertThat(held(days, 1, "late")).isGreaterThan(6);
        assertThat(held(days, 1, "early")).isLessThan(2);
        assertThat(held(days, 2, "late")).isCloseTo(4, within(1.0));
        assertThat(held(days, 2, "early")).isCloseTo(4, within(1.0));
        assertThat(days.getOrDefault(2L, Map.of()))
                .hasEntrySatisfying("early", row -> assertThat(row.share()).isEqualTo(4));
    }

    @Test
    void shouldServeTheEarlierTeamFirstWithoutFairShare() {
        assertThat(held(days("fifo-skip"), 1, "late")).isZero();
    }

    @Test
    void shouldMeetSharesMoreEvenlyThanInOrderOfSubmission() {
        double fair = Simulation.of(CLUSTER, jobs(), true).run("millrace").jain();
        double inOrder = Simulation.of(CLUSTER, jobs(), true).run("fifo-skip").jain();
        assertThat(inOrder).isLessThan(0.97);
        assertThat(fair).isGreaterThan(0.99);
    }
}
