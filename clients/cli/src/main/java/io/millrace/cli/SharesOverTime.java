package io.millrace.cli;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What each team held and wanted, day by day, so that one sees who waits while others catch up. */
public final class SharesOverTime {

    private static final long DAY_MS = 86_400_000;

    private SharesOverTime() {}

    /**
     * A job from when it began to wait until it ended or was put back; ms.
     *
     * @param startMs when it got its GPUs; {@code endMs} when it never did
     */
    public record Stay(String team, int gpus, long waitsFromMs, long startMs, long endMs) {}

    /**
     * A team's day; means in GPUs.
     *
     * @param share GPUs it may claim; 0 where its share is not known
     * @param held by its running jobs
     * @param waiting asked for by its waiting jobs
     */
    public record TeamDay(
            @JsonProperty("share") int share,
            @JsonProperty("held") double held,
            @JsonProperty("waiting") double waiting) {}

    /** By day since the first job, from 0, and by team. */
    public static Map<Long, Map<String, TeamDay>> of(Collection<Stay> stays, Map<String, Integer> teamShares) {
        long first = stays.stream().mapToLong(Stay::waitsFromMs).min().orElse(0);
        Map<Long, Map<String, TeamDay>> days = new TreeMap<>();
        for (Stay stay : stays) {
            int share = teamShares.getOrDefault(stay.team(), 0);
            add(
                    days,
                    stay.team(),
                    stay.waitsFromMs() - first,
                    stay.startMs() - first,
                    new TeamDay(share, 0, stay.gpus()));
            add(days, stay.team(), stay.startMs() - first, stay.endMs() - first, new TeamDay(share, stay.gpus(), 0));
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

    /** For people. */
    public static String table(Map<Long, Map<String, TeamDay>> byDay) {
        TextTable table = new TextTable(List.of("day", "team", "share", "held", "waiting"));
        byDay.forEach((day, teams) -> teams.forEach((team, row) -> table.row(List.of(
                Long.toString(day),
                team,
                Integer.toString(row.share()),
                String.format(Locale.ROOT, "%.1f", row.held()),
                String.format(Locale.ROOT, "%.1f", row.waiting())))));
        return table.text();
    }
}
