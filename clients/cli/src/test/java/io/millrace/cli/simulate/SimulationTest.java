package io.millrace.cli.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.simulator.trace.TraceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The shipped trace on the cluster it was recorded on. The figures are those of an independent simulator. */
class SimulationTest {

    private static final Path TRACE = Path.of(System.getProperty("millrace.root", "."))
            .resolve("clients/simulator/traces/venus_sept_vcvGl_vcvlY.csv");

    @TempDir
    private Path folder = Path.of("");

    private Path cluster = Path.of("");

    @BeforeEach
    void writeCluster() throws IOException {
        cluster = cluster("""
                {"partitions": [
                  {"team": "vcvGl", "nodes": 20, "gpus_per_node": 8, "gpu_type": "V100"},
                  {"team": "vcvlY", "nodes": 2, "gpus_per_node": 8, "gpu_type": "V100"}]}
                """);
    }

    private Path cluster(String json) throws IOException {
        return Files.writeString(folder.resolve("cluster.json"), json);
    }

    private JsonNode json(Path trace, String policy) throws IOException {
        return new ObjectMapper().readTree(Simulation.of(trace, cluster, false).json(policy));
    }

    @ParameterizedTest
    @CsvSource({"fifo-strict,16534.265", "sjf-strict,6272.793", "fifo-skip,5902.403", "sjf-skip,5892.037"})
    void shouldFindTheKnownCompletionTimes(String policy, double averageS) throws IOException {
        JsonNode report = json(TRACE, policy);
        assertThat(report.path("avg_jct_s").asDouble()).isCloseTo(averageS, within(0.01));
        assertThat(report.path("policy").asText()).isEqualTo(policy);
        assertThat(report.path("rejected").asInt()).isZero();
    }

    @Test
    void shouldWaitLessThanByPassingAndNobodyLongerThanInStrictOrderWhereTheClusterIsShared() {
        Simulation shared = Simulation.of(TRACE, cluster, true);
        SimulationReport strict = shared.run("fifo-strict");
        SimulationReport millrace = shared.run("millrace");
        assertThat(millrace.avgQueueS()).isLessThan(shared.run("fifo-skip").avgQueueS());
        assertNobodyWaitsLonger(millrace.byTeam(), strict.byTeam());
        assertNobodyWaitsLonger(millrace.bySize(), strict.bySize());
    }

    private static void assertNobodyWaitsLonger(
            Map<String, SimulationReport.Row> rows, Map<String, SimulationReport.Row> than) {
        assertThat(rows.keySet()).isEqualTo(than.keySet());
        than.forEach((name, most) -> assertThat(rows)
                .hasEntrySatisfying(name, row -> assertThat(row.p95QueueS()).isLessThanOrEqualTo(most.p95QueueS())));
    }

    @Test
    void shouldReportTheDocumentedFieldsAndNoOthers() throws IOException {
        JsonNode report = json(TRACE, "fifo-strict");
        assertThat(names(report))
                .containsExactly(
                        "policy",
                        "jobs",
                        "avg_queue_s",
                        "p95_queue_s",
                        "avg_jct_s",
                        "makespan_s",
                        "gpu_utilization",
                        "jain",
                        "preemptions",
                        "rejected",
                        "by_team",
                        "by_size",
                        "by_day");
        assertThat(names(report.path("by_team"))).containsExactly("vcvGl", "vcvlY");
        for (JsonNode row : List.of(
                report.path("by_team").path("vcvGl"), report.path("by_size").path("1"))) {
            assertThat(names(row)).containsExactly("jobs", "avg_queue_s", "p95_queue_s", "avg_jct_s");
        }
    }

    private static List<String> names(JsonNode node) {
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }

    @Test
    void shouldReportASmallTraceExactly() throws IOException {
        cluster = cluster(
                "{\"partitions\": [{\"team\": \"*\", \"nodes\": 1, \"gpus_per_node\": 8, \"gpu_type\": \"V100\"}]}");
        Path trace = Files.writeString(folder.resolve("trace.csv"), """
                job_id,submit_time_s,user,team,gpus,gpu_type,duration_s,status
                a,0,u,red,8,V100,100,completed
                b,10,u,red,4,V100,50,failed
                c,20,u,blue,4,V100,30,killed
                d,30,u,blue,9,V100,30,completed
                """);
        JsonNode report = json(trace, "fifo-strict");
        assertThat(report).isEqualTo(new ObjectMapper().readTree("""
                        {"policy": "fifo-strict", "jobs": 3, "avg_queue_s": 56.666666666666664, "p95_queue_s": 90.0,
                         "avg_jct_s": 116.66666666666667, "makespan_s": 150.0, "gpu_utilization": 0.9333333333333333,
                         "jain": 0.7538461538461538, "preemptions": 0, "rejected": 1,
                         "by_team": {
                           "blue": {"jobs": 1, "avg_queue_s": 80.0, "p95_queue_s": 80.0, "avg_jct_s": 110.0},
                           "red": {"jobs": 2, "avg_queue_s": 45.0, "p95_queue_s": 90.0, "avg_jct_s": 120.0}},
                         "by_size": {
                           "3-4": {"jobs": 2, "avg_queue_s": 85.0, "p95_queue_s": 90.0, "avg_jct_s": 125.0},
                           "5-8": {"jobs": 1, "avg_queue_s": 0.0, "p95_queue_s": 0.0, "avg_jct_s": 100.0}},
                         "by_day": {"0": {
                           "blue": {"share": 0, "held": 0.001388888888888889, "waiting": 0.003703703703703704},
                           "red": {"share": 0, "held": 0.011574074074074073, "waiting": 0.004166666666666667}}}}
                        """));
    }

    @Test
    void shouldSayWhichPoliciesThereAre() {
        assertThatThrownBy(() -> Simulation.of(TRACE, cluster, false).json("lifo"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("there is no policy lifo; policies are fifo-strict, fifo-skip, sjf-strict, sjf-skip,"
                        + " millrace");
    }

    @Test
    void shouldSayThatAFileIsMissing() {
        assertThatThrownBy(() -> Simulation.of(folder.resolve("nothing.csv"), cluster, false))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("nothing.csv");
    }

    @Test
    void shouldPutAllTeamsInOnePoolWhenAsked() throws IOException {
        JsonNode report =
                new ObjectMapper().readTree(Simulation.of(TRACE, cluster, true).json("fifo-skip"));
        assertThat(report.path("jobs").asInt())
                .isEqualTo(json(TRACE, "fifo-skip").path("jobs").asInt());
    }

    @Test
    void shouldPrintATable() {
        assertThat(Simulation.of(TRACE, cluster, false)
                        .table("fifo-skip", false)
                        .lines())
                .anyMatch(line -> line.startsWith("fifo-skip: "))
                .anyMatch(line -> line.startsWith("team vcvGl"))
                .anyMatch(line -> line.startsWith("1 GPUs"));
    }
}
