package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class MillraceTest {

    record Outcome(int status, String out, String err) {}

    @TempDir
    private Path folder;

    private static Outcome run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = Millrace.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
        return new Outcome(status, out.toString(), err.toString());
    }

    static Stream<String> commands() {
        return Millrace.commandLine().getSubcommands().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void shouldExplainEveryCommand(String command) {
        Outcome help = run(command, "--help");
        assertThat(help.status()).isZero();
        assertThat(help.out()).startsWith("Usage: millrace " + command);
        assertThat(run("--help").out()).contains("\n  " + command);
    }

    @ParameterizedTest
    @ValueSource(strings = {"up", "demo"})
    void shouldNameThePortsThatCanBeChosen(String command) {
        assertThat(run(command, "--help").out().replaceAll("\\s+", " "))
                .contains("Default: broker=19092, registry=18081, registry-management=18082, scheduler=18090,"
                        + " tracker=18091, monitor=18092,"
                        + " governance=18093.");
    }

    @ParameterizedTest
    @MethodSource("commands")
    void shouldDescribeEveryOption(String command) {
        CommandLine described =
                Objects.requireNonNull(Millrace.commandLine().getSubcommands().get(command));
        assertThat(described.getCommandSpec().options())
                .allSatisfy(option -> assertThat(option.description())
                        .as(option.longestName())
                        .isNotEmpty());
    }

    @Test
    void shouldHelpWithAWordItDoesNotKnow() {
        assertThat(run("sumbit")).isEqualTo(new Outcome(2, "", """
                        millrace: Unmatched argument at index 0: 'sumbit'
                        Did you mean: millrace submit or millrace audit?
                        Try 'millrace --help'.
                        """));
    }

    @Test
    void shouldAskForWhatIsMissing() throws IOException {
        Files.writeString(folder.resolve("client.properties"), ConnectionTest.PROPERTIES);
        assertThat(run("submit", "--gpus", "8", "--pool", "a", "--data", folder.toString()))
                .isEqualTo(new Outcome(2, "", """
                        millrace: say which team is charged: --team TEAM, or 'team' in the job file
                        Try 'millrace submit --help'.
                        """));
    }

    @Test
    void shouldSayThatNoStackIsUp() {
        for (List<String> command : List.of(
                List.of("submit", "--team", "t", "--gpus", "1"),
                List.of("cancel", "job-1"),
                List.of("queue"),
                List.of("jobs"),
                List.of("explain", "job-1"))) {
            String[] arguments = Stream.concat(command.stream(), Stream.of("--data", folder.toString()))
                    .toArray(String[]::new);
            assertThat(run(arguments))
                    .isEqualTo(new Outcome(
                            1,
                            "",
                            "millrace: no stack is up: there is no " + folder.resolve("client.properties")
                                    + "; start one with 'millrace up'\n"));
        }
    }

    @Test
    void shouldRefuseAStrangersJobInAPlay() throws IOException {
        Files.writeString(
                folder.resolve("client.properties"), ConnectionTest.PROPERTIES.replace("clock=wall", "clock=driven"));
        Outcome outcome = run("submit", "--team", "t", "--gpus", "1", "--pool", "a", "--data", folder.toString());
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.err()).startsWith("millrace: this stack's clock is driven: a play sends its jobs.");
    }

    @Test
    void shouldNameThePoolsThereAre() throws IOException {
        Files.writeString(folder.resolve("client.properties"), ConnectionTest.PROPERTIES);
        Outcome outcome = run("submit", "--team", "t", "--gpus", "1", "--pool", "c", "--data", folder.toString());
        assertThat(outcome).isEqualTo(new Outcome(2, "", """
                        millrace: there is no pool 'c'; this stack has a, b
                        Try 'millrace submit --help'.
                        """));
    }

    @Test
    void shouldSayHowAStackThatNeverWasIs() {
        assertThat(run("status", "--data", folder.toString()))
                .isEqualTo(new Outcome(1, "No stack in " + folder + "; start one with 'millrace up'.\n", ""));
        assertThat(run("down", "--data", folder.resolve("none").toString()))
                .isEqualTo(new Outcome(0, "Nothing runs in " + folder.resolve("none") + ".\n", ""));
    }

    @Test
    void shouldPrintTheEndOfALog() throws IOException {
        Files.createDirectories(folder.resolve("logs"));
        Files.writeString(folder.resolve("logs/broker.log"), "one\ntwo\nthree\n");
        assertThat(run("logs", "broker", "-n", "2", "--data", folder.toString()))
                .isEqualTo(new Outcome(0, "two\nthree\n", ""));
        assertThat(run("logs", "brokers", "--data", folder.toString()).err())
                .startsWith("millrace: there is no log of 'brokers'; there are broker\n");
    }

    @Test
    void shouldTellItsVersion() {
        assertThat(run("--version").out()).startsWith("millrace ");
        assertThat(new CommandLine(new Millrace()).getCommandName()).isEqualTo("millrace");
    }
}
