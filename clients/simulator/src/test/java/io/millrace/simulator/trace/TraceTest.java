package io.millrace.simulator.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceTest {
    private static final String HEADER = "job_id,submit_time_s,user,team,gpus,gpu_type,duration_s,status,nodes\n";

    @TempDir
    Path folder;

    @Test
    void shouldReadJobsInTheOrderOfTheFile() throws IOException {
        Path file =
                write(HEADER + "b,10,ann,red,8,V100,1.5,killed,1\n\na,5,,,1,,0,,\nc,5.0005,bob,blue,2,,7,Failed,1\n");

        assertThat(Trace.read(file))
                .containsExactly(
                        new TraceJob("b", 10_000, "ann", "red", 8, "V100", 1_500, TracedEnd.KILLED),
                        new TraceJob("a", 5_000, "unknown", "*", 1, null, 0, TracedEnd.COMPLETED),
                        new TraceJob("c", 5_001, "bob", "blue", 2, null, 7_000, TracedEnd.FAILED));
    }

    @Test
    void shouldFindColumnsByNameAndReadGzip() throws IOException {
        Path file = folder.resolve("trace.csv.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write("\uFEFFgpus,\"job_id\",duration_s,note,submit_time_s\r\n4,\"x,\"\"1\"\"\",60,hello,2\r\n"
                    .getBytes(StandardCharsets.UTF_8));
        }

        assertThat(Trace.read(file))
                .containsExactly(new TraceJob("x,\"1\"", 2_000, "unknown", "*", 4, null, 60_000, TracedEnd.COMPLETED));
    }

    @Test
    void shouldNameTheLineOfAMistake() throws IOException {
        assertMistake("", "line 1: the file is empty: a header line is needed.");
        assertMistake("job_id,gpus,duration_s\n", "line 1: the header has no column submit_time_s.");
        assertMistake(HEADER + ",1,u,t,1,,1,,\n", "line 2: job_id is empty.");
        assertMistake(HEADER + "a,1,u,t,1,,1,,\na,2,u,t,1,,1,,\n", "line 3: job_id a is there a second time.");
        assertMistake(HEADER + "a,soon,u,t,1,,1,,\n", "line 2: submit_time_s must be a number, not 'soon'.");
        assertMistake(HEADER + "a,1\n", "line 2: gpus must be a number, not ''.");
        assertMistake(HEADER + "a,1,u,t,0,,1,,\n", "line 2: gpus must be a whole number of at least 1, not 0.");
        assertMistake(HEADER + "a,1,u,t,1.5,,1,,\n", "line 2: gpus must be a whole number of at least 1, not 1.5.");
        assertMistake(HEADER + "a,1,u,t,1,,-3,,\n", "line 2: duration_s must not be negative: -3.");
        assertMistake(HEADER + "a,1e30,u,t,1,,3,,\n", "line 2: submit_time_s is too large or too precise: 1e30.");
        assertMistake(
                HEADER + "a,1,u,t,1,,1,lost,\n",
                "line 2: status must be completed, failed, killed or empty, not 'lost'.");
        assertMistake(HEADER + "\"a,1,u,t,1,,1,,\n", "line 2: a quote is opened and not closed.");
    }

    @Test
    void shouldSayThatAFileIsMissing() {
        Path file = folder.resolve("none.csv");

        assertThatThrownBy(() -> Trace.read(file))
                .isInstanceOf(TraceException.class)
                .hasMessage("Trace " + file + " does not exist.");
    }

    @Test
    void shouldTakeWholeDays() throws IOException {
        List<TraceJob> jobs = Trace.read(write("""
                job_id,submit_time_s,gpus,duration_s
                a,86399.999,1,1
                b,86400,1,1
                c,259199,1,1
                d,259200,1,1
                """));

        assertThat(Trace.days(jobs, 1, 2)).extracting(TraceJob::jobId).containsExactly("b", "c");
        assertThatThrownBy(() -> Trace.days(jobs, 2, 1))
                .isInstanceOf(TraceException.class)
                .hasMessage("Days 2-1 are no span of days: say for example 12-14.");
    }

    @Test
    void shouldReadTheTraceThatIsShipped() {
        List<TraceJob> jobs = Trace.read(Path.of("traces", "venus_sept_vcvGl_vcvlY.csv"));

        assertThat(jobs).hasSize(1_867);
        assertThat(Trace.days(jobs, 12, 14)).hasSize(538);
    }

    private void assertMistake(String content, String message) throws IOException {
        Path file = write(content);
        assertThatThrownBy(() -> Trace.read(file))
                .isInstanceOf(TraceException.class)
                .hasMessage(file + ", " + message);
    }

    private Path write(String content) throws IOException {
        return Files.writeString(folder.resolve("trace.csv"), content);
    }
}
