package io.millrace.tracker.artifacts;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.millrace.testkit.SeededRandom;
import io.millrace.tracker.artifacts.ArtifactStore.Entry;
import io.millrace.tracker.artifacts.ArtifactStore.Stored;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderArtifactsTest {

    @TempDir
    private Path folder;

    private ArtifactStore store;

    @BeforeEach
    void open() {
        store = new FolderArtifacts(folder.resolve("store"));
    }

    private static ArtifactPath path(String text) {
        return ArtifactPath.of(text);
    }

    private Stored put(String path, String content) throws IOException {
        return store.put(path(path), new ByteArrayInputStream(content.getBytes(UTF_8)));
    }

    private String content(String path) throws IOException {
        try (InputStream stream = store.open(path(path)).orElseThrow().stream()) {
            return new String(stream.readAllBytes(), UTF_8);
        }
    }

    @Test
    void shouldGiveBackWhatItTook() throws Exception {
        SeededRandom random = SeededRandom.of("an artifact");
        byte[] bytes = random.bytes(300_000);
        Stored stored = store.put(path("1/run/artifacts/model/weights.bin"), new ByteArrayInputStream(bytes));
        byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(bytes);
        assertThat(stored).isEqualTo(new Stored(bytes.length, HexFormat.of().formatHex(sha256)));
        ArtifactStore.Content content =
                store.open(path("1/run/artifacts/model/weights.bin")).orElseThrow();
        try (InputStream stream = content.stream()) {
            assertThat(stream.readAllBytes()).isEqualTo(bytes);
        }
        assertThat(content.bytes()).isEqualTo(bytes.length);
        assertThat(store.uri(path("1/a b"))).startsWith("file:///").endsWith("a%20b");
    }

    @Test
    void shouldListAFolder() throws IOException {
        put("r/b.txt", "22");
        put("r/a/deep/x", "1");
        put("r/c", "");
        assertThat(store.list(path("r")))
                .containsExactly(new Entry("a", true, 0), new Entry("b.txt", false, 2), new Entry("c", false, 0));
        assertThat(store.list(path(""))).containsExactly(new Entry("r", true, 0));
        assertThat(store.list(path("r/b.txt"))).isEmpty();
        assertThat(store.list(path("none"))).isEmpty();
    }

    @Test
    void shouldPutAFileInThePlaceOfAnother() throws IOException {
        put("r/a", "one");
        put("r/a", "two");
        assertThat(content("r/a")).isEqualTo("two");
    }

    @Test
    void shouldDeleteAFileOrAFolder() throws IOException {
        put("r/a", "one");
        put("r/f/b", "two");
        assertThat(store.delete(path("r/a"))).isTrue();
        assertThat(store.delete(path("r/f"))).isTrue();
        assertThat(store.delete(path("r/f"))).isFalse();
        assertThat(store.delete(path(""))).isFalse();
        assertThat(store.list(path("r"))).isEmpty();
        assertThat(store.open(path("r/a"))).isEmpty();
    }

    @Test
    void shouldSayWhereAFileCantLie() throws IOException {
        put("r/a/b", "");
        assertThatExceptionOfType(ArtifactException.class)
                .isThrownBy(() -> put("r/a", ""))
                .withMessage("'r/a' is a folder; a file needs a name of its own");
        assertThatExceptionOfType(ArtifactException.class)
                .isThrownBy(() -> put("r/a/b/c", ""))
                .withMessage("'r/a/b/c' can't be stored: a file lies where its folder would be");
    }

    @Test
    void shouldKeepNothingOfAFileThatBreaksOff() throws IOException {
        put("r/a", "whole");
        InputStream breaking = new InputStream() {
            private int left = 100_000;

            @Override
            public int read() throws IOException {
                if (left-- <= 0) {
                    throw new IOException("the line is cut");
                }
                return 'x';
            }
        };
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> store.put(path("r/a"), breaking));
        assertThat(content("r/a")).isEqualTo("whole");
        assertThat(folder.resolve("store/.partial")).isEmptyDirectory();
    }

    @Test
    void shouldRemoveWhatNeverBecameWhole() throws IOException {
        Files.writeString(folder.resolve("store/.partial/left"), "x");
        put("r/a", "whole");
        store = new FolderArtifacts(folder.resolve("store"));
        assertThat(folder.resolve("store/.partial")).isEmptyDirectory();
        assertThat(content("r/a")).isEqualTo("whole");
    }

    @Test
    void shouldNotFollowALinkOutOfItsFolder() throws IOException {
        Path secret = Files.createDirectories(folder.resolve("elsewhere"));
        Files.writeString(secret.resolve("secret"), "x");
        Files.createSymbolicLink(folder.resolve("store/out"), secret);
        assertThat(store.list(path("out"))).isEmpty();
        assertThatExceptionOfType(ArtifactException.class).isThrownBy(() -> store.open(path("out/secret")));
        assertThatExceptionOfType(ArtifactException.class).isThrownBy(() -> put("out/new", ""));
        assertThatExceptionOfType(ArtifactException.class).isThrownBy(() -> store.delete(path("out/secret")));
        assertThat(store.list(path(""))).isEqualTo(List.of());
        assertThat(secret.resolve("secret")).hasContent("x");
        assertThat(secret.resolve("new")).doesNotExist();
    }
}
