package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.client.Identifiers;
import io.millrace.client.Submission;
import io.millrace.events.job.ArrayMembership;
import io.millrace.events.job.Dependency;
import io.millrace.events.job.DependencyCondition;
import io.millrace.events.job.JobSubmitted;
import io.millrace.events.job.JobType;
import io.millrace.events.job.Work;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.ParameterException;

class SubmitCommandTest {

    private static final Path HERE = Path.of("/data/here");

    private static SubmitCommand parse(String... arguments) {
        List<String> all = new ArrayList<>(List.of("submit"));
        all.addAll(List.of(arguments));
        return Millrace.commandLine()
                .parseArgs(all.toArray(String[]::new))
                .subcommand()
                .commandSpec()
                .commandLine()
                .getCommand();
    }

    private static JobSubmitted job(String... arguments) {
        return submissions(arguments).getFirst().job();
    }

    private static List<Submission> submissions(String... arguments) {
        SubmitCommand command = parse(arguments);
        return command.submissions(command.form(HERE), "main", new Identifiers(Clock.systemUTC()));
    }

    @Test
    void shouldSayAllThatWasAskedFor() {
        List<Submission> submissions = submissions(
                "--team",
                "vision",
                "--user",
                "ada",
                "--gpus",
                "16",
                "--gpu-type",
                "V100",
                "--gpus-per-node",
                "8",
                "--limit",
                "4h",
                "--estimate",
                "90m",
                "--queue",
                "interactive",
                "--type",
                "production_model",
                "--deadline",
                "2026-01-03T05:04+02:00",
                "--tag",
                "project=x",
                "--tag",
                "env=dev",
                "--env",
                "SEED=1",
                "--directory",
                "../work",
                "--after",
                "prep,load",
                "--after-any",
                "other",
                "--id",
                "train",
                "--",
                "python3",
                "train.py",
                "--epochs",
                "3",
                "--",
                "--help");
        assertThat(submissions)
                .containsExactly(new Submission(
                        "train",
                        JobSubmitted.newBuilder()
                                .setPool("main")
                                .setQueue("interactive")
                                .setTeam("vision")
                                .setUser("ada")
                                .setGpus(16)
                                .setGpuType("V100")
                                .setGpusPerNode(8)
                                .setLimitMs(14_400_000L)
                                .setEstimateMs(5_400_000L)
                                .setTags(Map.of("project", "x", "env", "dev"))
                                .setJobType(JobType.PRODUCTION_MODEL)
                                .setDeadline(Instant.parse("2026-01-03T03:04:00Z"))
                                .setWork(new Work(
                                        List.of("python3", "train.py", "--epochs", "3", "--", "--help"),
                                        Map.of("SEED", "1"),
                                        "/data/work"))
                                .setAfter(List.of(
                                        new Dependency("prep", DependencyCondition.COMPLETED),
                                        new Dependency("load", DependencyCondition.COMPLETED),
                                        new Dependency("other", DependencyCondition.ENDED)))
                                .build()));
    }

    @Test
    void shouldLeaveOpenWhatWasNotSaid() {
        List<Submission> submissions = submissions("--team", "vision", "--gpus", "1");
        assertThat(submissions)
                .singleElement()
                .satisfies(only -> assertThat(only.jobId()).startsWith("job-"));
        assertThat(submissions.getFirst().job())
                .isEqualTo(JobSubmitted.newBuilder()
                        .setPool("main")
                        .setQueue("batch")
                        .setTeam("vision")
                        .setUser(System.getProperty("user.name"))
                        .setGpus(1)
                        .setJobType(JobType.EXPERIMENTATION)
                        .build());
    }

    @Test
    void shouldRunACommandWhereItWasSubmitted() {
        String[] command = {"--", "true"};
        assertThat(work(command).getDirectory()).isEqualTo("/data/here");
        assertThat(work("--directory", "there", "--", "true").getDirectory()).isEqualTo("/data/here/there");
        assertThat(work("--directory", "-", "--", "true").getDirectory()).isNull();
    }

    private static Work work(String... arguments) {
        List<String> all = new ArrayList<>(List.of("--team", "t", "--gpus", "1"));
        all.addAll(List.of(arguments));
        return Objects.requireNonNull(job(all.toArray(String[]::new)).getWork());
    }

    @Test
    void shouldLetOptionsCountBeforeTheFile(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("job.yaml");
        Files.writeString(file, """
                name: train
                team: vision
                gpus: 2
                limit: 1h
                tags: {project: x, env: dev}
                environment: {SEED: 1}
                command: [python3, train.py]
                """);
        List<Submission> submissions = submissions(
                file.toString(), "--gpus", "4", "--tag", "env=prod", "--array", "0,2", "--", "python3", "other.py");
        assertThat(submissions).extracting(Submission::jobId).containsExactly("train-0", "train-2");
        assertThat(submissions.getLast().job())
                .isEqualTo(JobSubmitted.newBuilder()
                        .setPool("main")
                        .setTeam("vision")
                        .setUser(System.getProperty("user.name"))
                        .setGpus(4)
                        .setLimitMs(3_600_000L)
                        .setTags(Map.of("project", "x", "env", "prod"))
                        .setWork(new Work(List.of("python3", "other.py"), Map.of("SEED", "1"), folder.toString()))
                        .setArray(new ArrayMembership("train", 2, 3))
                        .build());
        assertThat(job(file.toString()).getWork())
                .isEqualTo(new Work(List.of("python3", "train.py"), Map.of("SEED", "1"), folder.toString()));
    }

    @Test
    void shouldSayHowACommandIsWritten() {
        assertThatThrownBy(() -> job("--team", "t", "--gpus", "1", "python3", "train.py"))
                .isInstanceOf(ParameterException.class)
                .hasMessage("write -- before the command: millrace submit ... -- python3 train.py");
        assertThatThrownBy(() -> job("--team", "t", "train.yaml"))
                .isInstanceOf(ParameterException.class)
                .hasMessage("there is no job file train.yaml; a command is written after --");
    }

    @Test
    void shouldAskForWhatIsMissing() {
        assertThatThrownBy(() -> job("--gpus", "1"))
                .isInstanceOf(ParameterException.class)
                .hasMessage("say which team is charged: --team TEAM, or 'team' in the job file");
        assertThatThrownBy(() -> job("--team", "t"))
                .isInstanceOf(ParameterException.class)
                .hasMessage("say how many GPUs it needs: --gpus N, or 'gpus' in the job file");
        assertThatThrownBy(() -> job("--team", "t", "--gpus", "1", "--env", "A=1"))
                .hasMessage("an environment needs a command: write it after --, or as 'command' in the job file");
    }

    @Test
    void shouldSayHowTypesAndDeadlinesAreWritten() {
        assertThatThrownBy(() -> parse("--team", "t", "--gpus", "1", "--type", "unknown"))
                .isInstanceOf(ParameterException.class)
                .hasMessageContaining(
                        "'unknown' is no job type; there are production_model, research, experimentation, sweep");
        assertThatThrownBy(() -> parse("--team", "t", "--gpus", "1", "--deadline", "tomorrow"))
                .isInstanceOf(ParameterException.class)
                .hasMessageContaining("'tomorrow' is no point in time; write 2026-03-01T12:00:00Z");
    }

    @Test
    void shouldRefuseAJobWithoutGpus() {
        for (String gpus : List.of("0", "-1")) {
            assertThatThrownBy(() -> job("--team", "t", "--gpus", gpus))
                    .isInstanceOf(ParameterException.class)
                    .hasMessage("a job needs at least 1 GPU, not " + gpus);
        }
        assertThatThrownBy(() -> job("--team", "t", "--gpus", "1", "--gpus-per-node", "0"))
                .hasMessage("a job wants at least 1 GPU on each node, not 0");
    }

    @Test
    void shouldTakeTheOnlyPool() {
        SubmitCommand command = parse("--team", "t", "--gpus", "1");
        assertThat(command.choosePool(JobForm.EMPTY, Set.of("main"))).isEqualTo("main");
        assertThatThrownBy(() -> command.choosePool(JobForm.EMPTY, new TreeSet<>(Set.of("a", "b"))))
                .isInstanceOf(ParameterException.class)
                .hasMessage("name a pool with --pool; this stack has a, b");
    }
}
