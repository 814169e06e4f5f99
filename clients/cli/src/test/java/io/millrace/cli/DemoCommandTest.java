package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class DemoCommandTest {

    private final StringWriter err = new StringWriter();

    @Test
    void shouldRefuseWhatItCannotPlay() {
        assertThat(demo("--trace", "jobs.csv")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).startsWith("millrace: --trace and --cluster belong together: give both or none");
    }

    @Test
    void shouldRefuseDaysThatAreNoSpan() {
        assertThat(demo("--days", "monday")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).startsWith("millrace: --days is a span such as 12-14, not 'monday'");
    }

    @Test
    void shouldRefuseDaysOnWhichNothingHappens() {
        assertThat(demo("--days", "900-901")).isEqualTo(CommandLine.ExitCode.SOFTWARE);
        assertThat(err.toString())
                .startsWith("millrace: There are no jobs to play: choose other days or another trace.");
    }

    @Test
    void shouldRefuseAPolicyThatThereIsNot() {
        assertThat(demo("--policy", "lifo")).isEqualTo(CommandLine.ExitCode.SOFTWARE);
        assertThat(err.toString()).startsWith("millrace: there is no policy lifo; policies are fifo-strict");
    }

    @Test
    void shouldRefuseATraceThatIsNotThere() {
        assertThat(demo("--trace", "none.csv", "--cluster", "none.json")).isEqualTo(CommandLine.ExitCode.SOFTWARE);
        assertThat(err.toString()).startsWith("millrace: Cluster file none.json does not exist.");
    }

    @Test
    void shouldRefuseAPortThatThereIsNot() {
        assertThat(demo("--port", "web=80")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).startsWith("millrace: there is no port named 'web'");
    }

    private int demo(String... options) {
        String[] arguments = new String[options.length + 1];
        arguments[0] = "demo";
        System.arraycopy(options, 0, arguments, 1, options.length);
        return Millrace.commandLine().setErr(new PrintWriter(err)).execute(arguments);
    }
}
