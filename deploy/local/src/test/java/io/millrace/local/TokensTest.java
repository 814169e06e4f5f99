package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokensTest {

    @TempDir
    private Path folder;

    private List<String> lines() throws IOException {
        return Files.readAllLines(folder.resolve("tokens"));
    }

    @Test
    void shouldMakeOneForWhoeverRunsTheStackAndOneForEachLesserRole() throws IOException {
        Tokens made = Tokens.in(folder, "ada");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("tokens"))))
                .isEqualTo("rw-------");
        assertThat(lines()).hasSize(5);
        assertThat(lines().get(0)).startsWith("# Who may ask");
        assertThat(lines().get(1)).matches("ada admin [A-Za-z0-9_-]{43}");
        assertThat(lines().get(2)).matches("viewer viewer [A-Za-z0-9_-]{43}");
        assertThat(lines().get(3)).matches("user user [A-Za-z0-9_-]{43}");
        assertThat(lines().get(4)).matches("manager manager [A-Za-z0-9_-]{43}");
        assertThat(made.own()).isEqualTo(lines().get(1).substring("ada admin ".length()));
        assertThat(made.digests() + made).doesNotContain(made.own());
    }

    @Test
    void shouldTellServicesDigestsOnly() throws IOException {
        Files.writeString(
                folder.resolve("tokens"),
                "ada admin not-a-secret-but-long\n\n# a remark\neve viewer 0123456789abcdef\n");
        assertThat(Tokens.in(folder, "ada").digests())
                .isEqualTo("ada=admin=8d922b8ebe9b17e8a31e1aa07d9c93aef53c12471336ea098f07793430b79b15,"
                        + "eve=viewer=9f9f5111f7b27a781f1f1ddde5ebc2dd2b796bfc7365c9c28b548e564176929f");
    }

    @Test
    void shouldKeepThoseThatAreThereAndAddWhoRunsItNow() throws IOException {
        Tokens first = Tokens.in(folder, "ada");
        assertThat(Tokens.in(folder, "ada").digests()).isEqualTo(first.digests());
        Tokens second = Tokens.in(folder, "two words");
        assertThat(second.digests()).startsWith(first.digests() + ",two_words=admin=");
        assertThat(lines()).hasSize(6);
    }

    @Test
    void shouldSayWhichLineItCannotRead() throws IOException {
        Files.writeString(folder.resolve("tokens"), "# fine\nada boss not-a-secret-but-long\n");
        assertThatThrownBy(() -> Tokens.in(folder, "ada"))
                .isInstanceOf(StackException.class)
                .hasMessageStartingWith(folder.resolve("tokens") + ", line 2, is not NAME ROLE TOKEN: ");
        Files.writeString(folder.resolve("tokens"), "a user 0123456789abcdef\na user 0123456789abcdeg\n");
        assertThatThrownBy(() -> Tokens.in(folder, "ada"))
                .hasMessage(folder.resolve("tokens") + ", line 2: there is a a already");
    }
}
