package io.millrace.simulator.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.simulator.trace.TraceException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoryTest {
    private static final Path SHIPPED = Path.of("traces/sea_predictions.csv.gz");
    private static final long HOUR_MS = 3_600_000;

    @TempDir
    Path folder;

    @Test
    void shouldReadAnswers() throws IOException {
        Path file = written("f1,f2,class,concept,prediction,predicted_probability\n1.5,2,0,3,1,0.75\n");
        assertThat(AnswerFile.read(file)).containsExactly(new Answer(Map.of("f1", 1.5, "f2", 2.0), 3, "0", "1", 0.75));
    }

    @Test
    void shouldNameTheLineThatMakesNoSense() throws IOException {
        Path file = written("f1,class,concept,prediction,predicted_probability\n1,0,0,0,0.5\nx,0,0,0,0.5\n");
        assertThatThrownBy(() -> AnswerFile.read(file))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("line 3");
        Path short1 = written("f1,class\n1,0\n");
        assertThatThrownBy(() -> AnswerFile.read(short1)).hasMessageContaining("no column concept");
    }

    @Test
    void shouldPlantItsChangesAtWholeHours() {
        List<Answer> stream = AnswerFile.read(SHIPPED);
        Story story = Story.of(stream, 7 * HOUR_MS);

        assertThat(stream).hasSize(44_000);
        assertThat(story.answers()).hasSize(16 * 600);
        assertThat(story.reference()).hasSize(3000).allMatch(answer -> answer.concept() == 0);
        assertThat(story.planted())
                .isEqualTo(Map.of(
                        Story.CONCEPT, new Story.Change(List.of(), 12 * HOUR_MS),
                        Story.POPULATION, new Story.Change(List.of("f1", "@score"), 19 * HOUR_MS)));
        assertThat(story.answers().subList(0, 3000)).allMatch(answer -> answer.concept() == 0);
        assertThat(story.answers().subList(3000, 9600)).allMatch(answer -> answer.concept() == 3);
        assertThat(story.answers().subList(7200, 9600)).allMatch(answer -> f1(answer) >= 3);
        assertThat(story.answers().subList(0, 7200)).anyMatch(answer -> f1(answer) < 1);
    }

    private static double f1(Answer answer) {
        return Objects.requireNonNull(answer.features().get("f1"));
    }

    private Path written(String text) throws IOException {
        Path file = folder.resolve("answers.csv.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return file;
    }
}
