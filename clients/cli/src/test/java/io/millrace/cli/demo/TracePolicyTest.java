package io.millrace.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.cli.CommandException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TracePolicyTest {
    private static final String POLICY = """
            # Why it is so.
            policy: fifo-strict
            queues:
              batch: {}
            leases:
              start_within: 5m
              lease: 5m
              margin: 1m
              grace: 30s
              tick_interval: 30s
              suspect_for: 10m
              remember_ended_for: 1d
            """;

    @TempDir
    Path folder;

    @Test
    void shouldPutAnotherRuleIntoThePolicy() throws IOException {
        String trace = "trace:\n  stated_limits: [4h, 1h]\n";
        TracePolicy policy = TracePolicy.read(write(POLICY + trace), "sjf-skip");

        assertThat(policy.text()).isEqualTo(POLICY.replace("fifo-strict", "sjf-skip") + trace);
        assertThat(policy.statedLimitsMs()).containsExactly(3_600_000L, 14_400_000L);
        Path written = folder.resolve("new/policy.yaml");
        policy.write(written);
        assertThat(written).hasContent(policy.text());
    }

    @Test
    void shouldSayWhatIsWrong() throws IOException {
        Path file = write(POLICY);
        assertThatThrownBy(() -> TracePolicy.read(file, "fifo-strict"))
                .isInstanceOf(CommandException.class)
                .hasMessage(file + " does not say trace.stated_limits: it is no policy for playing traces");
        assertThatThrownBy(() -> TracePolicy.read(file, "lifo"))
                .isInstanceOf(CommandException.class)
                .hasMessage("there is no policy lifo; policies are fifo-strict, fifo-skip, sjf-strict, sjf-skip,"
                        + " millrace");
        assertThatThrownBy(() -> TracePolicy.read(folder.resolve("none.yaml"), "fifo-strict"))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("none.yaml can't be read");
    }

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("trace.yaml"), text);
    }
}
