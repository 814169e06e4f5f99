package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.local.StackState.Health;
import io.millrace.local.StackState.Phase;
import io.millrace.local.StackState.ProcessState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What holds without any stack; stacks that run are tested end to end. */
class LocalStackTest {

    /** No process has it: pids end far below. */
    private static final ProcessRef GONE = new ProcessRef(Integer.MAX_VALUE, 0);

    @TempDir
    private Path root;

    private Path data = Path.of("");
    private @Nullable Process orphan;

    @BeforeEach
    void makeFolder() {
        data = root.resolve("stack");
        new DataFolder(data).claim(StackOptions.of(root, data));
    }

    @AfterEach
    void killOrphan() {
        if (orphan != null) {
            orphan.destroyForcibly();
        }
    }

    private void leave(Phase phase, ProcessRef supervisor, @Nullable ProcessRef broker) throws IOException {
        StackFile.write(
                new DataFolder(data).stackFile(),
                new StackState(
                        phase,
                        null,
                        supervisor,
                        Instant.EPOCH,
                        data,
                        "wall",
                        Map.of("default", 0),
                        List.of(new ProcessState(
                                "broker", broker, 19092, "127.0.0.1:19092", Health.UP, 0, data.resolve("log")))));
    }

    @Test
    void shouldKnowOfNoStackWhereNoneWas() {
        assertThat(LocalStack.status(data)).isEmpty();
        assertThat(LocalStack.down(data, false)).isFalse();
        assertThat(LocalStack.down(root.resolve("nowhere"), true)).isFalse();
    }

    @Test
    void shouldSeeThatTheSupervisorWasKilled() throws IOException {
        leave(Phase.READY, GONE, GONE);
        StackState state = LocalStack.status(data).orElseThrow();
        assertThat(state.phase()).isEqualTo(Phase.STOPPED);
        assertThat(state.message()).isEqualTo("the supervisor was killed");
        assertThat(state.isHealthy()).isFalse();
        assertThat(state.process("broker").orElseThrow().health()).isEqualTo(Health.DOWN);
        assertThat(state.process("broker").orElseThrow().process()).isNull();
    }

    @Test
    void shouldEndAChildThatOutlivedItsSupervisor() throws IOException, InterruptedException {
        orphan = new ProcessBuilder("sleep", "1000").start();
        leave(Phase.READY, GONE, ProcessRef.of(orphan.toHandle()));
        assertThat(LocalStack.down(data, false)).isTrue();
        assertThat(orphan.waitFor(1, TimeUnit.SECONDS)).isTrue();
        assertThat(data).exists();
    }

    @Test
    void shouldLeaveAloneWhoeverHasAnOldPidNow() throws IOException {
        orphan = new ProcessBuilder("sleep", "1000").start();
        ProcessRef now = ProcessRef.of(orphan.toHandle());
        leave(Phase.READY, GONE, new ProcessRef(now.pid(), now.startedAtMs() - 3_600_000));
        assertThat(LocalStack.down(data, true)).isFalse();
        assertThat(orphan.isAlive()).isTrue();
        assertThat(data).doesNotExist();
    }

    @Test
    void shouldRemoveWhatClientsConnectWith() throws IOException {
        Path properties = Files.writeString(new DataFolder(data).clientProperties(), "x=y\n");
        LocalStack.down(data, false);
        assertThat(properties).doesNotExist();
    }

    @Test
    void shouldNotTouchAFolderThatIsNoStack() throws IOException {
        Path other = Files.createDirectories(root.resolve("home"));
        assertThatThrownBy(() -> LocalStack.down(other, true))
                .isInstanceOf(StackException.class)
                .hasMessage(other + " is no data folder of a stack; name one with --data");
        assertThat(other).exists();
    }

    @Test
    void shouldNotTakeARunningStackForAnother() throws IOException {
        leave(Phase.READY, ProcessRef.of(ProcessHandle.current()), GONE);
        assertThatThrownBy(() -> LocalStack.up(StackOptions.of(root, data).withClock("driven"), line -> {}))
                .hasMessage("a stack with the clock wall already runs in " + data
                        + "; give this one a folder of its own with --data DIR");
        assertThatThrownBy(() -> LocalStack.up(
                        StackOptions.of(root, data).withPools(Map.of("default", 0, "more", 1)), line -> {}))
                .hasMessage(
                        "a stack with the pools default=0 already runs in " + data + "; stop it (down) to add a pool");
    }
}
