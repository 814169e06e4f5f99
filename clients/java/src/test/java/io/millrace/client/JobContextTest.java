package io.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobContextTest {

    @TempDir
    private Path folder;

    @Test
    void shouldBeNoneOutsideAJob() {
        assertThat(JobContext.of(Map.of())).isEmpty();
        assertThat(JobContext.of(Map.of("RANK", "1"))).isEmpty();
    }

    @Test
    void shouldSayWhatTheAgentSays() {
        Path report = folder.resolve("report");
        assertThat(JobContext.of(Map.of(
                        "MILLRACE_JOB_ID", "train",
                        "MILLRACE_ATTEMPT", "2",
                        "MILLRACE_RUN_ID", "0123",
                        "RANK", "1",
                        "WORLD_SIZE", "4",
                        "MILLRACE_RESUME_PATH", "checkpoints/7",
                        "MILLRACE_RESUME_STEP", "700",
                        "MILLRACE_REPORT_FILE", report.toString())))
                .contains(new JobContext("train", 2, "0123", 1, 4, "checkpoints/7", 700, report));
        assertThat(JobContext.of(Map.of("MILLRACE_JOB_ID", "train", "MILLRACE_REPORT_FILE", report.toString())))
                .contains(new JobContext("train", 1, "train", 0, 1, null, 0, report));
    }

    @Test
    void shouldReportLineByLine() throws IOException {
        Path report = folder.resolve("report");
        JobContext context = new JobContext("train", 1, "0123", 0, 1, null, 0, report);
        context.checkpoint("a \"b\"\nc", 10);
        context.progress(0.25, 11);
        assertThat(report).hasContent("""
                {"event":"checkpoint","path":"a \\"b\\"\\nc","step":10}
                {"event":"progress","fraction":0.25,"step":11}
                """);
        Files.delete(report);
        JobContext nowhere = new JobContext("train", 1, "0123", 0, 1, null, 0, folder.resolve("none/report"));
        assertThatThrownBy(() -> nowhere.progress(0, 0))
                .isInstanceOf(ClientException.class)
                .hasMessageStartingWith("the agent's report file can't be written");
    }
}
