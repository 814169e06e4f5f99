package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildJvmTest {

    /** A program that would run for ever. */
    static final class Endless {
        public static void main(String[] args) throws InterruptedException {
            System.out.println("running");
            Thread.currentThread().join();
        }
    }

    @TempDir
    private Path folder;

    private @Nullable Process child;

    @AfterEach
    void killChild() {
        if (child != null) {
            child.destroyForcibly();
        }
    }

    private static List<String> endless(ChildJvm jvm) {
        return jvm.command(
                List.of("-Xmx32m", "-XX:TieredStopAtLevel=1"),
                List.of("-cp", System.getProperty("java.class.path"), Endless.class.getName()));
    }

    @Test
    void shouldEndWithItsParent() throws IOException, InterruptedException {
        child = new ProcessBuilder(endless(ChildJvm.in(folder.resolve("stack"))))
                .redirectErrorStream(true)
                .start();
        BufferedReader out = child.inputReader();
        assertThat(out.readLine()).isEqualTo("running");
        assertThat(child.isAlive()).isTrue();
        // What the system does to the pipe when the parent is gone.
        child.outputWriter().close();
        assertThat(child.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(child.exitValue()).isEqualTo(143);
    }

    @Test
    void shouldClearWhatKilledChildrenLeft() throws IOException {
        Path left = Files.createDirectories(folder.resolve("tmp/native"));
        Files.writeString(left.resolve("lib.so"), "");
        ChildJvm jvm = ChildJvm.in(folder);
        assertThat(left).doesNotExist();
        assertThat(jvm.command(List.of("-Xmx1m"), List.of("Main")))
                .contains("-Djava.io.tmpdir=" + folder.resolve("tmp"))
                .endsWith("-Xmx1m", "Main");
    }
}
