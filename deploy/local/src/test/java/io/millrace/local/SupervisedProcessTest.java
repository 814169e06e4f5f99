package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.local.StackState.Health;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SupervisedProcessTest {

    @TempDir
    private Path folder;

    private @Nullable SupervisedProcess supervised;

    @AfterEach
    void stop() {
        if (supervised != null) {
            supervised.stop();
        }
    }

    /** A program that needs a while to end in good order. */
    static final class Orderly {
        public static void main(String[] args) throws IOException, InterruptedException {
            Path folder = Path.of(args[0]);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                try {
                    new CountDownLatch(1).await(500, TimeUnit.MILLISECONDS);
                    Files.writeString(folder.resolve("ended"), "in good order");
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }));
            Files.writeString(folder.resolve("up"), "");
            Thread.currentThread().join();
        }
    }

    private SupervisedProcess of(String script, Probe probe) {
        return of(List.of("sh", "-c", script), probe);
    }

    private SupervisedProcess of(List<String> command, Probe probe) {
        supervised = new SupervisedProcess(
                new SupervisedProcess.Plan(
                        "worker",
                        1,
                        "127.0.0.1:1",
                        command,
                        Map.of("GREETING", "hello"),
                        folder,
                        folder.resolve("worker.log"),
                        probe),
                () -> {});
        return supervised;
    }

    @Test
    void shouldSayWhenItIsUpAndEndItWhenTold() throws Exception {
        SupervisedProcess worker =
                of("echo $GREETING; touch up; exec sleep 1000", () -> Files.exists(folder.resolve("up")));
        worker.start().get(10, TimeUnit.SECONDS);
        ProcessRef ref = Objects.requireNonNull(worker.state().process());
        assertThat(worker.state().health()).isEqualTo(Health.UP);
        assertThat(worker.state().restarts()).isZero();
        assertThat(folder.resolve("worker.log")).hasContent("hello");
        worker.stop();
        assertThat(ref.alive()).isEmpty();
        assertThat(worker.state().process()).isNull();
        assertThat(worker.state().health()).isEqualTo(Health.DOWN);
    }

    @Test
    void shouldLetAChildJvmEndInGoodOrder() throws Exception {
        List<String> orderly = ChildJvm.in(folder.resolve("jvm"))
                .command(
                        List.of("-Xmx32m", "-XX:TieredStopAtLevel=1"),
                        List.of(
                                "-cp",
                                System.getProperty("java.class.path"),
                                Orderly.class.getName(),
                                folder.toString()));
        SupervisedProcess worker = of(orderly, () -> Files.exists(folder.resolve("up")));
        worker.start().get(10, TimeUnit.SECONDS);
        worker.stop();
        assertThat(folder.resolve("ended")).hasContent("in good order");
    }

    @Test
    void shouldStartAgainWhatDied() throws Exception {
        SupervisedProcess worker = of("exec sleep 1000", () -> true);
        worker.start().get(10, TimeUnit.SECONDS);
        ProcessRef first = Objects.requireNonNull(worker.state().process());
        first.alive().orElseThrow().destroyForcibly();
        Awaitility.await()
                .atMost(Duration.ofMinutes(2))
                .until(() -> worker.state().health() == Health.UP
                        && worker.state().process() != null
                        && !first.equals(worker.state().process()));
        assertThat(worker.state().restarts()).isEqualTo(1);
    }

    @Test
    void shouldGiveUpWhatNeverServed() {
        SupervisedProcess worker = of("echo no luck; exit 3", () -> false);
        assertThatThrownBy(() -> worker.start().get(30, TimeUnit.SECONDS))
                .hasRootCauseInstanceOf(StackException.class)
                .hasRootCauseMessage("worker does not start (exit status 3); its log " + folder.resolve("worker.log")
                        + " ends with\nno luck\nno luck\nno luck");
    }

    @Test
    void shouldReportWhatCannotBeRun() {
        SupervisedProcess worker = new SupervisedProcess(
                new SupervisedProcess.Plan(
                        "worker", 1, "", List.of("./missing"), Map.of(), folder, folder.resolve("log"), () -> false),
                () -> {});
        assertThatThrownBy(() -> worker.start().get(10, TimeUnit.SECONDS)).hasMessageContaining("can't start worker");
    }

    @Test
    void shouldPutALongLogAside() throws Exception {
        try (var log = new RandomAccessFile(folder.resolve("worker.log").toFile(), "rw")) {
            log.setLength(33L << 20);
        }
        SupervisedProcess worker = of("exec sleep 1000", () -> true);
        worker.start().get(10, TimeUnit.SECONDS);
        assertThat(folder.resolve("worker.log")).hasSize(0);
        assertThat(folder.resolve("worker.log.1")).hasSize(33L << 20);
    }
}
