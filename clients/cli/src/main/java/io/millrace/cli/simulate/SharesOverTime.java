package io.millrace.cli.simulate;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.millrace.cli.simulate.TraceSimulation.Outcome;
import java.util.Map;
import java.util.TreeMap;

/** What each team held and wanted, day by day, so that one sees who waits while others catch up. */
final class SharesOverTime {

    private static final long DAY_MS = 86_400_000;

    private SharesOverTime() {}

    /**
     * A team's day; means in GPUs.
     *
     * @param share GPUs it may claim; 0 where its share is not known
     * @param held by its running jobs
     * @param waiting asked for by its waiting jobs
     */
    record TeamDay(
            @JsonProperty("share") int share,
            @JsonProperty("held") double held,
            @JsonProperty("waiting") double waiting) {}

    /** By day since the first submission, from 0, and by team. */
    static Map<Long, Map<String, TeamDay>> of(Iterable<Outcome> outcomes, Map<String, Integer> teamShares) {
        long first = Long.MAX_VALUE;
        for (Outcome outcome : outcomes) {
            first = Math.min(first, outcome.job().submitMs());
        }
        Map<Long, Map<String, TeamDay>> days = new TreeMap<>();
        for (Outcome outcome : outcomes) {
            String team = outcome.job().team();
            int share = teamShares.getOrDefault(team, 0);
            double gpus = outcome.job().gpus();
            long start = SimulationReport.start(outcome) - first;
            add(days, team, outcome.job().submitMs() - first, start, new TeamDay(share, 0, gpus));
            add(days, team, start, SimulationReport.end(outcome) - first, new TeamDay(share, gpus, 0));
        }
        return days;
    }

    private static void add(Map<Long, Map<String, TeamDay>> days, String team, long from, long until, TeamDay allDay) {
        for (long at = from; at < until; ) {
            long day = at / DAY_MS;
            long end = Math.min(until, (day + 1) * DAY_MS);
            double part = (double) (end - at) / DAY_MS;
            days.computeIfAbsent(day, d -> new TreeMap<>())
                    .merge(
                            team,
                            new TeamDay(allDay.share(), part * allDay.held(), part * allDay.waiting()),
                            (one, other) -> new TeamDay(
                                    one.share(), one.held() + other.held(), one.waiting() + other.waiting()));
            at = end;
        }
    }
}
