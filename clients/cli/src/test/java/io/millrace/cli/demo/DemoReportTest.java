package io.millrace.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.simulator.play.PlaySummary;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DemoReportTest {
    private static final PlaySummary GOOD = new PlaySummary(
            538,
            538,
            538,
            0,
            0,
            7_200_000,
            1_960,
            2_152,
            980,
            204,
            22_284.725,
            24_844.232,
            1_052_826_000,
            1_751_081_000);

    private static final ModelOutcome FOUND = new ModelOutcome(
            9600,
            9600,
            List.of("concept", "population"),
            Map.of("concept", "errors change", "population", "f1 drifts"),
            0,
            3,
            List.of("team was told, P3, InputsDrifted: f1"));

    private static final ModelOutcome MISSED =
            new ModelOutcome(9600, 9599, List.of("concept"), Map.of(), 1, 0, List.of());

    private static final AuditOutcome LOGGED = new AuditOutcome(7000, 31000, 0, 0, true, List.of());

    private static final AuditOutcome LOST =
            new AuditOutcome(7, 9, 2, 1, false, List.of("entry 3 says other than what lies in job-events/0"));

    private static final CostOutcome PAID =
            new CostOutcome(6_120_000, 1_000_001, Map.of("vcvGl", 4_120_000L, "vcvlY", 2_000_000L), 7_200_000, 0);

    @Test
    void shouldFindNoFaultInAPlayThatAddsUp() {
        assertThat(new DemoReport(31.26, 100, GOOD, 7_200_000, 1_960, 0, FOUND, LOGGED, PAID, Map.of()).faults())
                .isEmpty();
    }

    @Test
    void shouldNameEveryFault() {
        PlaySummary bad = new PlaySummary(10, 9, 7, 0, 3, 100, 20, 30, 5, 1, 0, 0, 0, 0);

        assertThat(new DemoReport(1, 1, bad, 90, 19, 2, MISSED, LOST, PAID, Map.of()).faults())
                .containsExactly(
                        "1 jobs were submitted and did not end.",
                        "2 jobs did not end as the trace says.",
                        "3 times a GPU was given to two attempts at once.",
                        "GPU time accounted differs from GPU time played by -10 ms.",
                        "Of 20 cycles, replay decided 19 alike.",
                        "2 records lie in dead-letter topics.",
                        "Of 9600 predictions, 9599 were joined with their label.",
                        "The planted change of concept was not found.",
                        "1 times drift was seen where none was planted.",
                        "Nobody was told that the model's world had changed.",
                        "entry 3 says other than what lies in job-events/0",
                        "2 records of audited topics are in no entry of the audit log.",
                        "1 records of audited topics are in more than one entry of the audit log.",
                        "GPU time charged differs from GPU time played by 7199900 ms.");
    }

    @Test
    void shouldKeepTheKeysThatMachinesRead() throws JsonProcessingException {
        String json = new DemoReport(31.26, 100.04, GOOD, 7_200_000, 1_960, 0, FOUND, LOGGED, PAID, Map.of()).json();

        assertThat(new ObjectMapper().readTree(json)).isEqualTo(new ObjectMapper().readTree("""
                                        {"seconds_to_playing": 31.3, "seconds_playing": 100.0,
                                         "jobs_submitted": 538, "jobs_ended": 538, "jobs_in_traced_state": 538,
                                         "jobs_rejected": 0, "double_assignments": 0,
                                         "gpu_ms_played": 7200000, "gpu_ms_accounted": 7200000,
                                         "cycles": 1960, "cycles_redecided_equal": 1960, "dead_letters": 0,
                                         "predictions": 9600, "labels_joined": 9600, "drift_planted": 2,
                                         "drift_found": 2, "false_alarms": 0, "alerts": 3,
                                         "audit_entries": 7000, "audit_source_records": 31000, "audit_missing": 0,
                                         "audit_doubled": 0, "audit_verified": true,
                                         "cost_total_usd": 7.120001, "cost_allocated_usd": 6.12,
                                         "cost_idle_usd": 1.000001,
                                         "cost_by_team_usd": {"vcvGl": 4.12, "vcvlY": 2.0},
                                         "decisions": 2152, "instants": 980, "played_s": 714281,
                                         "waits_over_1_min": 204, "avg_wait_s": 22284.7, "avg_jct_s": 24844.2}"""));
    }
}
