package io.millrace.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.agent.domain.AttemptKey;
import io.millrace.agent.domain.Input;
import io.millrace.agent.domain.NodeParts;
import io.millrace.agent.domain.NodeState;
import io.millrace.agent.domain.PartState;
import io.millrace.agent.domain.Placement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real processes. */
class ShimTest {

    private static final Duration SOON = Duration.ofMinutes(2);
    private static final AttemptKey KEY = new AttemptKey("job", 1);
    private static final long LONG_LEASE = 600_000;

    @TempDir
    Path folder;

    private AgentSettings settings;
    private Shim shim;

    @BeforeEach
    void prepare() throws IOException {
        settings = new AgentSettings(
                "n",
                "default",
                4,
                "local",
                "127.0.0.1",
                folder,
                AgentSettings.HEARTBEAT,
                AgentSettings.SILENT_AFTER,
                AgentSettings.STOP_GRACE);
        Files.createDirectories(settings.folder());
        shim = new Shim(settings, System.getenv());
    }

    @AfterEach
    void killAll() {
        shim.processes(KEY).forEach(seen -> ProcessHandle.of(seen.pid()).ifPresent(ProcessHandle::destroyForcibly));
    }

    private static Placement placement(long leaseMs, String... command) {
        return new Placement(
                KEY,
                List.of(new Placement.Share("n", List.of(1, 3), null)),
                System.currentTimeMillis() + 60_000,
                leaseMs,
                null,
                new Placement.Work(List.of(command), Map.of("GREETING", "hello"), null),
                null,
                null);
    }

    private static PartState launching(Placement placement) {
        NodeParts parts = new NodeParts("n", NodeState.EMPTY);
        parts.on(new Input.Placed(placement), 0);
        parts.tick(0);
        return parts.parts().getFirst();
    }

    private AttemptFolder attempt() {
        return AttemptFolder.of(settings, KEY);
    }

    private @Nullable Input launch(Placement placement) {
        return shim.launch(placement, 0);
    }

    private Input.Exited awaitExit(Placement placement) {
        PartState part = launching(placement);
        await().atMost(SOON).until(() -> shim.look(part) instanceof Input.Exited);
        return (Input.Exited) Objects.requireNonNull(shim.look(part));
    }

    private void awaitOutput(String text) {
        await().atMost(SOON).until(() -> attempt().tail().contains(text));
    }

    @ParameterizedTest
    @CsvSource({"exit 0, 0", "exit 3, 3", "kill -9 $$, 137", "kill -TERM $$, 143"})
    void shouldTellTheExitCode(String script, int code) {
        Placement placement = placement(LONG_LEASE, "sh", "-c", script);
        assertThat(launch(placement)).isNull();
        assertThat(awaitExit(placement)).isEqualTo(new Input.Exited(KEY, code, Input.How.BY_ITSELF));
    }

    @Test
    void shouldGiveTheProcessItsEnvironmentAndNothingOfTheAgents() {
        shim = new Shim(settings, Map.of("PATH", System.getenv("PATH"), "KAFKA_PASSWORD", "secret", "LC_ALL", "C"));
        Placement placement = placement(LONG_LEASE, "env");
        launch(placement);
        awaitExit(placement);
        assertThat(attempt().tail().lines())
                .contains(
                        "MILLRACE_JOB_ID=job",
                        "MILLRACE_ATTEMPT=1",
                        "RANK=0",
                        "WORLD_SIZE=1",
                        "MILLRACE_GPUS=2",
                        "MILLRACE_GPU_IDS=1,3",
                        "CUDA_VISIBLE_DEVICES=1,3",
                        "GREETING=hello",
                        "LC_ALL=C",
                        "PATH=" + System.getenv("PATH"),
                        "PWD=" + attempt().work(),
                        "MILLRACE_CHECKPOINT_DIR=" + folder.resolve("checkpoints/job"))
                .noneMatch(line -> line.contains("secret"));
    }

    @Test
    void shouldStartOnceHoweverOftenItIsLaunched() {
        Placement placement = placement(LONG_LEASE, "sh", "-c", "echo once; sleep 0.5");
        launch(placement);
        launch(placement);
        await().atMost(SOON).until(() -> attempt().isStarted());
        launch(placement);
        awaitExit(placement);
        assertThat(attempt().tail()).isEqualTo("once\n");
    }

    @Test
    void shouldLetAProcessEndInGoodOrder() {
        Placement placement = placement(
                LONG_LEASE, "sh", "-c", "trap 'echo saved; exit 7' TERM; echo ready; while :; do sleep 0.1; done");
        launch(placement);
        awaitOutput("ready");
        shim.stop(KEY, 60_000);
        assertThat(awaitExit(placement).exitCode()).isEqualTo(7);
        assertThat(attempt().tail()).contains("saved");
    }

    @Test
    void shouldEndWhatIsStoppedBeforeItBegan() {
        Placement placement = placement(LONG_LEASE, "sh", "-c", "echo begun");
        shim.stop(KEY, 10_000);
        assertThat(shim.look(launching(placement))).isEqualTo(new Input.Exited(KEY, 143, Input.How.BY_ITSELF));
        launch(placement);
        await().during(Duration.ofSeconds(1))
                .atMost(SOON)
                .until(() -> attempt().tail().isEmpty());
        assertThat(shim.processes(KEY)).isEmpty();
    }

    @Test
    void shouldKillWhatDoesNotEndInItsGrace() {
        Placement placement =
                placement(LONG_LEASE, "sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.1; done");
        launch(placement);
        awaitOutput("ready");
        shim.stop(KEY, 1_000);
        assertThat(awaitExit(placement).exitCode()).isEqualTo(137);
    }

    @Test
    void shouldKillEverythingWhenTheLeaseIsNotRenewed() {
        Placement placement = placement(
                2_000,
                "sh",
                "-c",
                "(setsid sleep 600 &); (sleep 600 &); trap '' TERM; echo ready; while :; do sleep 0.1; done");
        launch(placement);
        awaitOutput("ready");
        assertThat(shim.processes(KEY)).hasSizeGreaterThanOrEqualTo(3);
        assertThat(awaitExit(placement)).isEqualTo(new Input.Exited(KEY, 137, Input.How.LEASE_EXPIRED));
        assertThat(shim.processes(KEY)).isEmpty();
    }

    @Test
    void shouldLiveAsLongAsTheLeaseIsRenewed() {
        Placement placement = placement(2_000, "sh", "-c", "sleep 4; echo lived");
        launch(placement);
        PartState part = launching(placement);
        await().atMost(SOON).until(() -> {
            shim.renew(KEY, 2_000);
            return shim.look(part) instanceof Input.Exited;
        });
        assertThat(awaitExit(placement).exitCode()).isZero();
        assertThat(attempt().tail()).isEqualTo("lived\n");
    }

    @Test
    void shouldLeaveNothingBehind() {
        Placement placement = placement(LONG_LEASE, "sh", "-c", "(setsid sleep 600 &); sleep 600 & exit 0");
        launch(placement);
        assertThat(awaitExit(placement).exitCode()).isZero();
        assertThat(shim.processes(KEY)).isEmpty();
    }

    @Test
    void shouldTellWhenTheShimItselfWasKilled() throws IOException {
        Placement placement = placement(LONG_LEASE, "sleep", "600");
        launch(placement);
        await().atMost(SOON).until(() -> attempt().pid() != null);
        long shimPid = Long.parseLong(
                Files.readString(attempt().path().resolve("shim")).split(" ")[0]);
        ProcessHandle.of(shimPid).orElseThrow().destroyForcibly();
        assertThat(awaitExit(placement)).isEqualTo(new Input.Exited(KEY, 137, Input.How.LOST));
        assertThat(shim.processes(KEY)).isEmpty();
    }

    @Test
    void shouldSayWhatCannotBeStarted() throws IOException {
        assertThat(launch(placement(LONG_LEASE, "no-such-program")))
                .isInstanceOfSatisfying(Input.NotLaunched.class, told -> {
                    assertThat(told.exitCode()).isEqualTo(127);
                    assertThat(told.reason())
                            .startsWith("there is no program 'no-such-program' in the folders of PATH");
                });
        Path plain = Files.writeString(folder.resolve("plain"), "x");
        assertThat(launch(placement(LONG_LEASE, plain.toString())))
                .isEqualTo(new Input.NotLaunched(KEY, 126, plain + " is not executable"));
        Placement elsewhere = new Placement(
                KEY,
                List.of(new Placement.Share("n", List.of(0), null)),
                System.currentTimeMillis() + 60_000,
                LONG_LEASE,
                null,
                new Placement.Work(List.of("env"), Map.of(), "/data/missing"),
                null,
                null);
        assertThat(launch(elsewhere))
                .isEqualTo(new Input.NotLaunched(KEY, 127, "there is no directory /data/missing on node n"));
    }

    @Test
    void shouldNotStartLate() {
        Placement late = new Placement(
                KEY,
                List.of(new Placement.Share("n", List.of(0), null)),
                System.currentTimeMillis() - 1,
                LONG_LEASE,
                null,
                new Placement.Work(List.of("env"), Map.of(), null),
                null,
                null);
        assertThat(launch(late)).isEqualTo(new Input.TooLate(KEY));
        assertThat(attempt().isStarted()).isFalse();
    }
}
