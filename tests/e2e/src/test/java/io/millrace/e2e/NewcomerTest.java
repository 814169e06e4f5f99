package io.millrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.millrace.cli.Millrace;
import io.millrace.local.Ports;
import io.millrace.local.ProjectRoot;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README shows a newcomer, command by command: the example runs, gives way, and goes on where it was. */
class NewcomerTest {

    private static final Duration SOON = Duration.ofMinutes(2);
    private static final Pattern EPOCH = Pattern.compile("(?m)^epoch (\\d+): error ");

    private record Outcome(int status, String out, String err) {}

    @TempDir
    private Path folder;

    private String job = "";

    private Outcome run(String command, String... arguments) {
        List<String> line = new ArrayList<>(List.of(command, "--data", folder.toString()));
        line.addAll(List.of(arguments));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = Millrace.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(line.toArray(String[]::new));
        return new Outcome(status, out.toString(), err.toString());
    }

    private String done(String command, String... arguments) {
        Outcome outcome = run(command, arguments);
        assertThat(outcome.status()).as(outcome.toString()).isZero();
        return outcome.out();
    }

    @BeforeEach
    void startStack() throws IOException, InterruptedException {
        assumeThat(pythonIsThere())
                .as("python3, which the example is written in")
                .isTrue();
        job = ProjectRoot.find().resolve("examples/training/job.yaml").toString();
        List<String> ports = Ports.free().numbers().entrySet().stream()
                .map(port -> "--port=" + port.getKey() + "=" + port.getValue())
                .toList();
        done("up", ports.toArray(String[]::new));
    }

    private static boolean pythonIsThere() throws InterruptedException {
        try {
            return new ProcessBuilder("python3", "-c", "import json").start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    @AfterEach
    void stopStack() {
        if (Files.exists(folder.resolve("client.properties"))) {
            run("down", "--purge");
        }
    }

    @Test
    void shouldRunTheExampleAndGoOnAfterAPreemption() {
        Outcome followed =
                run("submit", job, "--follow", "--", "python3", "train.py", "--epochs", "3", "--pause", "0.1");
        assertThat(followed.status()).as(followed.toString()).isZero();
        assertThat(followed.out()).startsWith("fit-a-line\nattempt 1, from epoch 0\nepoch 1: error ");
        assertThat(epochs(followed.out())).containsExactly(1, 2, 3);
        assertThat(followed.err()).endsWith("fit-a-line COMPLETED\n");
        assertThat(done("explain", "fit-a-line")).startsWith("fit-a-line  COMPLETED\n");
        assertThat(done("jobs", "--state", "completed")).contains("fit-a-line");

        done("submit", job, "--id", "longer", "--env", "PYTHONUNBUFFERED=1");
        await().atMost(SOON).until(() -> epochs(done("logs", "longer")).contains(3));
        done("preempt", "longer", "--reason", "to see it resume");
        Outcome waited = run("submit", job, "--id", "longer", "--env", "PYTHONUNBUFFERED=1", "--wait");
        assertThat(waited.status()).as(waited.toString()).isZero();
        assertThat(waited.out()).isEqualTo("longer\n");
        assertThat(waited.err())
                .startsWith("longer was submitted before, with the same content: ")
                .endsWith("\nlonger COMPLETED\n");
        String log = done("logs", "longer");
        int saved = number(log, "asked to stop, saved at epoch (\\d+)");
        assertThat(number(log, "attempt 2, from epoch (\\d+)")).isEqualTo(saved);
        assertThat(epochs(log))
                .as("each epoch once")
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 20).boxed().toList());
        assertThat(done("explain", "longer")).contains("PreemptionRequested", "a manager asked", "PREEMPTED");

        done("down");
        assertThat(run("status").status()).isEqualTo(1);
    }

    private static List<Integer> epochs(String log) {
        return EPOCH.matcher(log).results().map(NewcomerTest::number).toList();
    }

    private static int number(String log, String pattern) {
        return Pattern.compile(pattern)
                .matcher(log)
                .results()
                .findFirst()
                .map(NewcomerTest::number)
                .orElse(-1);
    }

    private static int number(MatchResult found) {
        return Integer.parseInt(found.group(1));
    }
}
