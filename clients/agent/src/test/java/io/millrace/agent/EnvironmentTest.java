package io.millrace.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.agent.domain.AttemptKey;
import io.millrace.agent.domain.Placement;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EnvironmentTest {

    private static Placement placement(int attempt) {
        return new Placement(
                new AttemptKey("sweep/7", attempt),
                List.of(
                        new Placement.Share("a", List.of(0, 1), "a.example"),
                        new Placement.Share("b", List.of(5), null)),
                0,
                1,
                null,
                new Placement.Work(List.of("train"), Map.of("SEED", "3", "RANK", "99", "PATH", "/opt/bin"), null),
                new Placement.Resume(1, 40, "c/40"),
                new Placement.Member("sweep", 7, 9));
    }

    private static Map<String, String> of(int attempt, int rank) {
        return Environment.of(
                placement(attempt),
                rank,
                Path.of("checkpoints"),
                Path.of("reports"),
                Map.of("PATH", "/bin", "TZ", "UTC"));
    }

    @Test
    void shouldTellAPartWhatItIs() {
        assertThat(of(2, 1))
                .containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
                        Map.entry("TZ", "UTC"),
                        Map.entry("PATH", "/opt/bin"),
                        Map.entry("SEED", "3"),
                        Map.entry("RANK", "1"),
                        Map.entry("WORLD_SIZE", "2"),
                        Map.entry("LOCAL_RANK", "0"),
                        Map.entry("LOCAL_WORLD_SIZE", "1"),
                        Map.entry("MASTER_ADDR", "a.example"),
                        Map.entry("MASTER_PORT", Integer.toString(Environment.masterPort(placement(2)))),
                        Map.entry("CUDA_VISIBLE_DEVICES", "5"),
                        Map.entry("MILLRACE_GPU_IDS", "5"),
                        Map.entry("MILLRACE_GPUS", "3"),
                        Map.entry("MILLRACE_JOB_ID", "sweep/7"),
                        Map.entry("MILLRACE_ATTEMPT", "2"),
                        Map.entry("MILLRACE_RUN_ID", Environment.runId("sweep/7")),
                        Map.entry("MILLRACE_CHECKPOINT_DIR", "checkpoints"),
                        Map.entry("MILLRACE_REPORT_FILE", "reports"),
                        Map.entry("MILLRACE_RESUME_PATH", "c/40"),
                        Map.entry("MILLRACE_RESUME_STEP", "40"),
                        Map.entry("MILLRACE_ARRAY_ID", "sweep"),
                        Map.entry("MILLRACE_ARRAY_INDEX", "7"),
                        Map.entry("MILLRACE_ARRAY_SIZE", "9")));
    }

    @Test
    void shouldGiveAllPartsOfAnAttemptOnePortAndTheNextAttemptAnother() {
        assertThat(of(1, 0).get("MASTER_PORT")).isEqualTo(of(1, 1).get("MASTER_PORT"));
        assertThat(Environment.masterPort(placement(1))).isBetween(20_000, 29_999);
        assertThat(Environment.masterPort(placement(2))).isNotEqualTo(Environment.masterPort(placement(1)));
    }

    @Test
    void shouldKnowAJobsRunInEveryAttempt() {
        assertThat(Environment.runId("job"))
                .isEqualTo(FileNames.sha256("job/job").substring(0, 32));
    }

    @Test
    void shouldPassOnWhatProgramsNeedAndNothingElse() {
        assertThat(Environment.passedOn(Map.of(
                        "PATH",
                        "/bin",
                        "LC_ALL",
                        "C",
                        "KAFKA_PASSWORD",
                        "x",
                        "MILLRACE_CONFIG",
                        "y",
                        "AWS_SECRET",
                        "z")))
                .isEqualTo(Map.of("PATH", "/bin", "LC_ALL", "C"));
    }

    @Test
    void shouldNameFoldersApart() {
        assertThat(FileNames.of("train-7.a")).isEqualTo("train-7.a");
        assertThat(FileNames.of("a/b")).isNotEqualTo(FileNames.of("a_b")).doesNotContain("/");
        assertThat(FileNames.of("..")).doesNotStartWith(".");
        assertThat(FileNames.of("x".repeat(500))).hasSizeLessThan(130);
    }
}
