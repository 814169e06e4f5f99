package io.millrace.cli.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.millrace.cli.SharesOverTime;
import io.millrace.cli.SharesOverTime.TeamDay;
import io.millrace.cli.TextTable;
import io.millrace.simulator.play.PlaySummary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a demo came to.
 *
 * @param secondsToPlaying from the launcher's start to the first answer of the scheduler
 * @param secondsPlaying the play itself, by the wall clock
 * @param gpuMsAccounted GPU time by the scheduler's accounts
 * @param cyclesRedecidedEqual cycles that replay decided again alike
 * @param deadLetters records that somebody could not read
 * @param model what came of the model that answered meanwhile
 * @param audit whether the audit log has all of it
 * @param cost what GPUs cost, by the price list
 * @param byDay what each team held and wanted; empty where teams don't share the cluster
 */
public record DemoReport(
        double secondsToPlaying,
        double secondsPlaying,
        PlaySummary play,
        long gpuMsAccounted,
        long cyclesRedecidedEqual,
        long deadLetters,
        ModelOutcome model,
        AuditOutcome audit,
        CostOutcome cost,
        Map<Long, Map<String, TeamDay>> byDay) {
    private static final double MS_PER_HOUR = 3_600_000;
    private static final long MS_PER_DAY = 86_400_000;

    /** What is not as it must be, in sentences; empty when all is well. */
    public List<String> faults() {
        List<String> faults = new ArrayList<>();
        if (play.jobsEnded() != play.jobsSubmitted()) {
            faults.add((play.jobsSubmitted() - play.jobsEnded()) + " jobs were submitted and did not end.");
        }
        if (play.jobsInTracedState() != play.jobsEnded()) {
            faults.add((play.jobsEnded() - play.jobsInTracedState()) + " jobs did not end as the trace says.");
        }
        if (play.doubleAssignments() != 0) {
            faults.add(play.doubleAssignments() + " times a GPU was given to two attempts at once.");
        }
        if (gpuMsAccounted != play.gpuMsPlayed()) {
            faults.add("GPU time accounted differs from GPU time played by " + (gpuMsAccounted - play.gpuMsPlayed())
                    + " ms.");
        }
        if (cyclesRedecidedEqual != play.cycles()) {
            faults.add("Of " + play.cycles() + " cycles, replay decided " + cyclesRedecidedEqual + " alike.");
        }
        if (deadLetters != 0) {
            faults.add(deadLetters + " records lie in dead-letter topics.");
        }
        faults.addAll(model.faults());
        faults.addAll(audit.faults());
        faults.addAll(cost.faults(play.gpuMsPlayed()));
        return faults;
    }

    /** For machines; names are kept, new ones may come. */
    public String json() {
        Map<String, Object> keys = new LinkedHashMap<>();
        keys.put("seconds_to_playing", tenths(secondsToPlaying));
        keys.put("seconds_playing", tenths(secondsPlaying));
        keys.put("jobs_submitted", play.jobsSubmitted());
        keys.put("jobs_ended", play.jobsEnded());
        keys.put("jobs_in_traced_state", play.jobsInTracedState());
        keys.put("jobs_rejected", play.jobsRejected());
        keys.put("double_assignments", play.doubleAssignments());
        keys.put("gpu_ms_played", play.gpuMsPlayed());
        keys.put("gpu_ms_accounted", gpuMsAccounted);
        keys.put("cycles", play.cycles());
        keys.put("cycles_redecided_equal", cyclesRedecidedEqual);
        keys.put("dead_letters", deadLetters);
        model.addTo(keys);
        audit.addTo(keys);
        cost.addTo(keys);
        keys.put("decisions", play.decisions());
        keys.put("instants", play.instants());
        keys.put("played_s", playedMs() / 1000);
        keys.put("waits_over_1_min", play.waitsOverMinute());
        keys.put("avg_wait_s", tenths(play.avgWaitS()));
        keys.put("avg_jct_s", tenths(play.avgJctS()));
        if (!byDay.isEmpty()) {
            keys.put("by_day", byDay);
        }
        try {
            return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(keys) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("numbers can always be written", e);
        }
    }

    /** For people. */
    public String table() {
        TextTable table = new TextTable(List.of("what", "came to"));
        table.row(List.of("played time", hours(playedMs()) + " h in " + (long) secondsPlaying + " s"));
        table.row(List.of("jobs submitted", Integer.toString(play.jobsSubmitted())));
        table.row(List.of("jobs ended", Integer.toString(play.jobsEnded())));
        table.row(List.of("ended as the trace says", Integer.toString(play.jobsInTracedState())));
        table.row(List.of("waited over a minute", Integer.toString(play.waitsOverMinute())));
        table.row(List.of("average wait", (long) play.avgWaitS() + " s"));
        table.row(List.of("average completion", (long) play.avgJctS() + " s"));
        table.row(List.of("GPUs given twice", Long.toString(play.doubleAssignments())));
        table.row(List.of("GPU hours played", hours(play.gpuMsPlayed())));
        table.row(List.of("GPU hours accounted", hours(gpuMsAccounted)));
        table.row(List.of("cycles", Long.toString(play.cycles())));
        table.row(List.of("replay decided alike", Long.toString(cyclesRedecidedEqual)));
        table.row(List.of("predictions", Long.toString(model.predictions())));
        table.row(List.of("joined with their truth", Long.toString(model.labelsJoined())));
        table.row(List.of("drift planted", Integer.toString(model.planted().size())));
        table.row(List.of("drift found", Integer.toString(model.found().size())));
        table.row(List.of("false alarms of drift", Long.toString(model.falseAlarms())));
        table.row(List.of("alerts of the model", Long.toString(model.alerts())));
        table.row(List.of("records audited", Long.toString(audit.sourceRecords())));
        table.row(List.of("in no entry, in two", audit.missing() + ", " + audit.doubled()));
        table.row(List.of("audit log verified", audit.verified() ? "yes" : "NO"));
        cost.rows().forEach(table::row);
        table.row(List.of("dead letters", Long.toString(deadLetters)));
        StringBuilder text = new StringBuilder(table.text());
        if (!model.found().isEmpty() || !model.told().isEmpty()) {
            text.append("\nWhat the monitor saw of the model\n");
            model.planted()
                    .forEach(change -> text.append("  ")
                            .append(change)
                            .append(": ")
                            .append(model.found().getOrDefault(change, "not found"))
                            .append('\n'));
            model.told().forEach(line -> text.append("  ").append(line).append('\n'));
        }
        if (!byDay.isEmpty()) {
            text.append("\n\n").append(SharesOverTime.table(byDay));
        }
        return text.toString();
    }

    /** Whole days are played, so time counts from the midnight before the first job. */
    private long playedMs() {
        return play.toMs() - play.fromMs() / MS_PER_DAY * MS_PER_DAY;
    }

    private static double tenths(double seconds) {
        return Math.round(seconds * 10) / 10.0;
    }

    private static String hours(long ms) {
        return String.format(Locale.ROOT, "%.1f", ms / MS_PER_HOUR);
    }
}
