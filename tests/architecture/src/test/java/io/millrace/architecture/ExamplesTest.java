package io.millrace.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the README shows is what lies in examples, and it compiles. */
class ExamplesTest {

    @ParameterizedTest
    @ValueSource(strings = {"examples/java/SubmitJob.java", "examples/python/submit_job.py"})
    void shouldBeQuotedInTheReadmeAsTheyAre(String example) throws IOException {
        assertThat(Files.readString(Code.ROOT.resolve("README.md")))
                .as("README.md quotes %s", example)
                .contains(Files.readString(Code.ROOT.resolve(example)));
    }

    @Test
    void shouldCompile(@TempDir Path classes) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            StringWriter messages = new StringWriter();
            boolean compiled = compiler.getTask(
                            messages,
                            files,
                            null,
                            List.of("-d", classes.toString(), "-proc:none"),
                            null,
                            files.getJavaFileObjects(Code.ROOT.resolve("examples/java/SubmitJob.java")))
                    .call();
            assertThat(compiled).as(messages.toString()).isTrue();
        }
    }
}
