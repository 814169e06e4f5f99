package io.millrace.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.local.StackException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchReportTest {

    @TempDir
    private Path folder;

    @Test
    void shouldKeepWhatOtherMeasurementsWrote() throws Exception {
        Path file = folder.resolve("out/bench.json");
        BenchReport.write(file, "scheduler", List.of(Map.of("pending", 1000)));
        BenchReport.write(file, "pipeline", Map.of("ratio", 0.25));
        BenchReport.write(file, "pipeline", Map.of("ratio", 0.5));
        assertThat(new ObjectMapper().readTree(Files.readString(file)))
                .isEqualTo(new ObjectMapper()
                        .readTree("{\"scheduler\":[{\"pending\":1000}],\"pipeline\":{\"ratio\":0.5}}"));
    }

    @Test
    void shouldNotOverwriteWhatIsNoReport() throws Exception {
        Path list = Files.writeString(folder.resolve("list.json"), "[1]");
        assertThatThrownBy(() -> BenchReport.write(list, "pipeline", Map.of()))
                .isInstanceOf(StackException.class)
                .hasMessage(list + " holds no JSON object; name another file with --json");
        Path text = Files.writeString(folder.resolve("notes.txt"), "mine");
        assertThatThrownBy(() -> BenchReport.write(text, "pipeline", Map.of()))
                .isInstanceOf(StackException.class)
                .hasMessage(text + " holds no JSON; name another file with --json");
        assertThat(Files.readString(text)).isEqualTo("mine");
    }
}
