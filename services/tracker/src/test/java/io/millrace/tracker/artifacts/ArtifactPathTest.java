package io.millrace.tracker.artifacts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArtifactPathTest {

    @ParameterizedTest
    @CsvSource({"a,a", "a/b.txt,a/b.txt", "a//b/,a/b", "./a/./b,a/b", "'',''", "模型/ü.bin,模型/ü.bin", "a/...,a/..."})
    void shouldReadAPath(String path, String text) {
        assertThat(ArtifactPath.of(path).text()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "..",
                "../a",
                "a/../b",
                "a/..",
                "/a",
                "//a",
                "a\\b",
                "..\\a",
                "C:a",
                "c:/a",
                "a\0b",
                "a\nb",
                "a#b",
                ".partial",
                ".partial/a",
                "./.partial/a"
            })
    void shouldRefuseAPathThatLeadsElsewhere(String path) {
        assertThatExceptionOfType(ArtifactException.class)
                .isThrownBy(() -> ArtifactPath.of(path))
                .withMessage("Invalid path");
    }

    @ParameterizedTest
    @ValueSource(ints = {256, 5000})
    void shouldRefuseANameThatNoFileSystemTakes(int length) {
        assertThatExceptionOfType(ArtifactException.class).isThrownBy(() -> ArtifactPath.of("a/" + "x".repeat(length)));
    }
}
