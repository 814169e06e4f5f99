package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {

    @TempDir
    private Path root;

    private Path path = Path.of("");
    private DataFolder data = new DataFolder(path);

    @BeforeEach
    void placeFolder() {
        path = root.resolve("stack");
        data = new DataFolder(path);
    }

    private StackOptions options() {
        return StackOptions.of(root, path);
    }

    @Test
    void shouldRememberItsClockAndPools() {
        assertThat(data.isStack()).isFalse();
        data.claim(options().withClock("driven").withPools(Map.of("a", 4)));
        assertThat(data.isStack()).isTrue();
        assertThat(data.clock()).isEqualTo("driven");
        assertThat(data.pools()).containsExactly(Map.entry("a", 4));
        assertThat(StackOptions.of(root, path).pools()).containsExactly(Map.entry("a", 4));
    }

    @Test
    void shouldTakeMorePoolsLater() {
        data.claim(options().withPools(Map.of("a", 4)));
        data.claim(options().withPools(Map.of("a", 4, "b", 0)));
        assertThat(data.pools()).isEqualTo(Map.of("a", 4, "b", 0));
    }

    @Test
    void shouldRefuseAnotherClock() {
        data.claim(options());
        assertThatThrownBy(() -> data.claim(options().withClock("driven")))
                .isInstanceOf(StackException.class)
                .hasMessage("the data in " + path + " was made with the clock wall; run driven in a folder of its own"
                        + " (--data DIR), or remove this one first (down --purge)");
    }

    @Test
    void shouldRefuseToMoveAPool() {
        data.claim(options().withPools(Map.of("a", 4)));
        assertThatThrownBy(() -> data.claim(options().withPools(Map.of("a", 5))))
                .hasMessage("the data in " + path + " has the log of pool a in partition 4; it has to stay there");
    }

    @Test
    void shouldNotMoveInWithOtherFiles() throws IOException {
        Files.createDirectories(path);
        Files.writeString(path.resolve("thesis.tex"), "");
        assertThatThrownBy(() -> data.claim(options()))
                .hasMessage(path + " holds other files; give the stack a new or empty folder with --data");
        assertThat(path.resolve("thesis.tex")).exists();
    }

    @Test
    void shouldPurgeAStackOnly() throws IOException {
        Files.createDirectories(path);
        Files.writeString(path.resolve("thesis.tex"), "");
        assertThatThrownBy(data::purge).hasMessageContaining("is not removed: it is no data folder of a stack");
        assertThat(path.resolve("thesis.tex")).exists();
    }

    @Test
    void shouldPurgeEverything() throws IOException {
        data.claim(options());
        Files.createDirectories(path.resolve("broker/log/topic-0"));
        Files.writeString(path.resolve("broker/log/topic-0/0.log"), "x");
        data.purge();
        assertThat(path).doesNotExist();
        assertThat(root).isEmptyDirectory();
    }

    @Test
    void shouldNotFollowLinksOutOfTheFolder() throws IOException {
        data.claim(options());
        Path outside = Files.createDirectories(root.resolve("outside"));
        Files.writeString(outside.resolve("kept"), "");
        Files.createSymbolicLink(path.resolve("link"), outside);
        data.purge();
        assertThat(outside.resolve("kept")).exists();
    }
}
