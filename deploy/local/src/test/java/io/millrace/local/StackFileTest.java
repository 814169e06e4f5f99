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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StackFileTest {

    @TempDir
    private Path folder;

    @Test
    void shouldReadBackWhatItWrote() throws IOException {
        StackState state = new StackState(
                Phase.READY,
                null,
                new ProcessRef(41, 1_700_000_000_000L),
                Instant.parse("2026-01-02T03:04:05.678Z"),
                folder,
                "scaled(60)",
                Map.of("vision", 3),
                List.of(
                        new ProcessState(
                                "broker",
                                new ProcessRef(42, 1_700_000_000_001L),
                                19092,
                                "127.0.0.1:19092",
                                Health.UP,
                                2,
                                folder.resolve("logs/broker.log")),
                        new ProcessState(
                                "registry",
                                null,
                                18081,
                                "http://127.0.0.1:18081",
                                Health.DOWN,
                                0,
                                folder.resolve("r"))));
        Path file = folder.resolve("stack.json");
        StackFile.write(file, state);
        assertThat(StackFile.read(file, StackState.class)).contains(state);
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void shouldSayWhatIsInTheFileAndNoMore() throws IOException {
        Path file = folder.resolve("stack.json");
        StackFile.write(
                file,
                new StackState(
                        Phase.FAILED,
                        "why",
                        new ProcessRef(41, 7),
                        Instant.EPOCH,
                        Path.of("/data"),
                        "wall",
                        Map.of("default", 0),
                        List.of()));
        assertThat(Files.readString(file)).isEqualTo("""
                {
                  "phase" : "FAILED",
                  "message" : "why",
                  "supervisor" : {
                    "pid" : 41,
                    "startedAtMs" : 7
                  },
                  "startedAt" : "1970-01-01T00:00:00Z",
                  "data" : "/data",
                  "clock" : "wall",
                  "pools" : {
                    "default" : 0
                  },
                  "processes" : [ ]
                }
                """);
    }

    @Test
    void shouldCarryTheOptionsInOneLine() {
        StackOptions options = StackOptions.of(folder, folder.resolve("data"))
                .withClock("driven")
                .withPools(Map.of("a", 1))
                .withPorts(Ports.defaults().with("broker", 29092))
                .withServices(List.of());
        String line = StackFile.line(options);
        assertThat(line).doesNotContain("\n");
        assertThat(StackFile.parse(line, StackOptions.class)).isEqualTo(options);
    }

    @Test
    void shouldReadNothingWhereThereIsNoFile() {
        assertThat(StackFile.read(folder.resolve("stack.json"), StackState.class))
                .isEmpty();
    }

    @Test
    void shouldNameAFileItCannotRead() throws IOException {
        Path file = Files.writeString(folder.resolve("stack.json"), "{ broken");
        assertThatThrownBy(() -> StackFile.read(file, StackState.class))
                .isInstanceOf(StackException.class)
                .hasMessageStartingWith("can't read " + file);
    }
}
