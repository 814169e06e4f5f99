package io.millrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.local.LocalStack;
import io.millrace.local.Ports;
import io.millrace.local.ProcessRef;
import io.millrace.local.ProjectRoot;
import io.millrace.local.StackException;
import io.millrace.local.StackOptions;
import io.millrace.local.StackState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** However a stack is stopped, nothing of it stays behind. */
class StoppedStackTest {

    private static final Duration SOON = Duration.ofMinutes(2);

    @TempDir
    Path folder;

    /** Also when a test failed. */
    @AfterEach
    void stop() {
        LocalStack.down(data(), true);
    }

    private Path data() {
        return folder.resolve("stack");
    }

    @Test
    void shouldLeaveNothingBehindWhenInterruptedWhileItStarts() throws IOException, InterruptedException {
        Process up = up();
        List<ProcessRef> started = awaitFirstChild();
        // As Ctrl-C does; but SIGINT itself is ignored by whatever a script started in the background.
        assertThat(new ProcessBuilder("kill", "-TERM", Long.toString(up.pid()))
                        .start()
                        .waitFor())
                .isZero();
        await().atMost(SOON).until(() -> !up.isAlive());
        await().atMost(SOON).until(() -> allGone(started) && allGone(processes()));
    }

    @Test
    void shouldLeaveNothingBehindWhenKilledWhileItStartsAndTakenDown() throws IOException {
        Process up = up();
        List<ProcessRef> started = awaitFirstChild();
        up.destroyForcibly();
        LocalStack.down(data(), false);
        assertThat(allGone(started)).isTrue();
        assertThat(allGone(processes())).isTrue();
    }

    @Test
    void shouldLeaveNothingBehindWhenItsSupervisorIsKilled() throws IOException {
        Process up = up();
        List<ProcessRef> started = awaitFirstChild();
        started.getFirst().alive().ifPresent(ProcessHandle::destroyForcibly); // the supervisor
        await().atMost(SOON).until(() -> allGone(started) && allGone(processes()));
        await().atMost(SOON).until(() -> !up.isAlive());
    }

    @Test
    void shouldNameAPortThatIsTaken() throws IOException {
        Ports ports = Ports.free();
        try (ServerSocket taken = new ServerSocket()) {
            taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), ports.registry()));
            StackOptions options = StackOptions.of(ProjectRoot.find(), data()).withPorts(ports);
            assertThatThrownBy(() -> LocalStack.up(options, line -> {}))
                    .isInstanceOf(StackException.class)
                    .hasMessageContaining("port " + ports.registry() + " (registry) is taken");
        }
        assertThat(processes()).isEmpty();
    }

    /** The command as the launcher runs it. */
    private Process up() throws IOException {
        Path libraries = ProjectRoot.find().resolve("clients/cli/target/lib");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dmillrace.root=" + ProjectRoot.find(),
                "-cp",
                libraries + "/*",
                "io.millrace.cli.Millrace",
                "up",
                "--data",
                data().toString()));
        Ports.free().numbers().forEach((name, port) -> command.addAll(List.of("--port", name + "=" + port)));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("up.log").toFile())
                .start();
    }

    /** Supervisor first. */
    private List<ProcessRef> awaitFirstChild() {
        return await().atMost(SOON).until(this::processes, found -> found.size() > 1);
    }

    private List<ProcessRef> processes() {
        List<ProcessRef> found = new ArrayList<>();
        LocalStack.status(data()).ifPresent((StackState state) -> {
            found.add(state.supervisor());
            state.processes().stream()
                    .map(StackState.ProcessState::process)
                    .filter(Objects::nonNull)
                    .forEach(found::add);
        });
        return found;
    }

    private static boolean allGone(List<ProcessRef> processes) {
        return processes.stream().allMatch(process -> process.alive().isEmpty());
    }
}
