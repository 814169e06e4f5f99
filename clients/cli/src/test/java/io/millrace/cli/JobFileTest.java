package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.events.job.Dependency;
import io.millrace.events.job.DependencyCondition;
import io.millrace.events.job.JobType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobFileTest {

    @TempDir
    private Path folder;

    private JobForm read(String text) throws IOException {
        Path file = folder.resolve("job.yaml");
        Files.writeString(file, text);
        return JobFile.read(file);
    }

    @Test
    void shouldReadEveryField() throws IOException {
        assertThat(read("""
                        name: train
                        team: vision
                        user: ada
                        pool: main
                        queue: interactive
                        gpus: 16
                        gpu_type: V100
                        gpus_per_node: 8
                        limit: 4h
                        estimate: 90m
                        type: research
                        deadline: 2026-03-01T12:00:00Z
                        tags: {project: x, env: dev}
                        command: [python3, train.py, --epochs, 3]
                        environment: {SEED: 1, DEBUG: true}
                        directory: ../code
                        after: [prep, load]
                        after_any: other
                        array: 0-2
                        """))
                .isEqualTo(new JobForm(
                        "train",
                        "main",
                        "interactive",
                        "vision",
                        "ada",
                        16,
                        "V100",
                        8,
                        Duration.ofHours(4),
                        Duration.ofMinutes(90),
                        JobType.RESEARCH,
                        Instant.parse("2026-03-01T12:00:00Z"),
                        Map.of("project", "x", "env", "dev"),
                        List.of("python3", "train.py", "--epochs", "3"),
                        Map.of("SEED", "1", "DEBUG", "true"),
                        folder.resolveSibling("code").toString(),
                        List.of(
                                new Dependency("prep", DependencyCondition.COMPLETED),
                                new Dependency("load", DependencyCondition.COMPLETED),
                                new Dependency("other", DependencyCondition.ENDED)),
                        new ArrayText.Indices(List.of(0, 1, 2))));
    }

    @Test
    void shouldRunALineByAShellWhereTheFileLies() throws IOException {
        JobForm form = read("command: python3 train.py > out.txt\n");
        assertThat(form.command()).containsExactly("sh", "-c", "python3 train.py > out.txt");
        assertThat(form.directory()).isEqualTo(folder.toString());
        assertThat(read("directory: '-'\n").directory()).isEqualTo("-");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    gpu: 2                   | there is no field 'gpu'; did you mean 'gpus'?
                    taem: vision             | there is no field 'taem'; did you mean 'team'?
                    enviroment: {A: 1}       | there is no field 'enviroment'; did you mean 'environment'?
                    colour: red              | there is no field 'colour'; there are name, team, user, pool, queue, gpus,
                    gpus: two                | gpus is a whole number, not "two"
                    gpus: 1.5                | gpus is a whole number, not 1.5
                    limit: soon              | limit: 'soon' is no length of time; write 90s, 30m, 4h, 2d or 1h30m
                    type: unknown            | type: 'unknown' is no job type; there are production_model,
                    deadline: tomorrow       | deadline: 'tomorrow' is no point in time
                    array: 5-2               | array: '5-2' says no indices; write 0-9, or 3,7 or 0-4,8
                    team: [a, b]             | team is one value
                    team: ''                 | team is one value
                    tags: [a]                | tags is names with values, as {a: 1, b: x}
                    environment: {A: [1]}    | environment is names with values, as {a: 1, b: x}
                    command: [a, [b]]        | command is a list of values, as [a, b]
                    """)
    void shouldSayWhatIsWrongAndHowItIsWritten(String line, String message) {
        assertThatThrownBy(() -> read(line + "\n"))
                .isInstanceOf(CommandException.class)
                .hasMessageStartingWith(folder.resolve("job.yaml") + ": " + message);
    }

    @Test
    void shouldSayWhereAFileIsNoYaml() {
        assertThatThrownBy(() -> read("team: vision\ngpus: [1\n"))
                .isInstanceOf(CommandException.class)
                .hasMessageStartingWith(folder.resolve("job.yaml") + ", line ");
        assertThatThrownBy(() -> read("team: a\nteam: b\n")).hasMessageContaining("team");
        for (String nothing : List.of("", "train\n", "- a\n")) {
            assertThatThrownBy(() -> read(nothing)).hasMessageStartingWith(folder.resolve("job.yaml") + " says no job");
        }
    }
}
