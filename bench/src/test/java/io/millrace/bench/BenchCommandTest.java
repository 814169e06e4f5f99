package io.millrace.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class BenchCommandTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    private int run(String... arguments) {
        return new CommandLine(new BenchCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }

    @Test
    void shouldReportEachLengthOfTheQueue() throws Exception {
        Path file = folder.resolve("bench.json");
        assertThat(run("scheduler", "--pending=30,60", "--nodes=20", "--cycles=8", "--seed=7", "--json=" + file))
                .isZero();
        assertThat(out.toString()).startsWith("seed 7, 20 nodes of 8 GPUs");
        JsonNode results = new ObjectMapper().readTree(Files.readString(file)).path("scheduler");
        assertThat(results).hasSize(2);
        for (JsonNode result : results) {
            assertThat(result.path("cycle_ms_median").isDouble()).isTrue();
            assertThat(result.path("cycle_ms_p99").isDouble()).isTrue();
            assertThat(result.path("cycles").asInt()).isEqualTo(8);
        }
        assertThat(results.path(0).path("pending").asInt()).isEqualTo(30);
        assertThat(results.path(1).path("pending").asInt()).isEqualTo(60);
    }

    @Test
    void shouldRefuseWhatCannotBeMeasured() {
        assertThat(run("scheduler", "--pending=0")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains("--pending, --nodes and --cycles must be numbers from 1 on");
        assertThat(run("scheduler", "--policy=none")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains("there is no policy none");
        assertThat(run("pipeline", "--rounds=0")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains("--seconds and --rounds must be more than 0");
        assertThat(run("pipeline", "--nodes=49")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains("--nodes no less than 50");
        assertThat(run("restart", "--rate=0")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains("--rounds and --rate must be more than 0");
        assertThat(run("tracker", "--metrics=9")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains("--metrics no less than 10");
        assertThat(run("audit", "--thousands=0")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains("--events, --thousands and --rounds must be numbers from 1 on");
        assertThat(run()).isEqualTo(CommandLine.ExitCode.USAGE);
    }
}
