package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.events.job.JobEvent;
import io.millrace.events.job.JobSubmitted;
import io.millrace.events.job.JobType;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.ParameterException;

class SubmitCommandTest {

    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-01-02T03:04:05.678Z"), ZoneOffset.UTC);

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

    @Test
    void shouldSayAllThatWasAskedFor() {
        JobEvent event = parse(
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
                        "env=dev")
                .event("e-1", CLOCK, "main");
        assertThat(event)
                .isEqualTo(JobEvent.newBuilder()
                        .setEventId("e-1")
                        .setOccurredAt(CLOCK.instant())
                        .setActor("user:ada")
                        .setPayload(JobSubmitted.newBuilder()
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
                                .build())
                        .build());
    }

    @Test
    void shouldLeaveOpenWhatWasNotSaid() {
        JobSubmitted submitted = (JobSubmitted) parse("--team", "vision", "--gpus", "1")
                .event("e-1", CLOCK, "main")
                .getPayload();
        assertThat(submitted.getQueue()).isEqualTo("batch");
        assertThat(submitted.getUser()).isEqualTo(System.getProperty("user.name"));
        assertThat(submitted.getGpuType()).isNull();
        assertThat(submitted.getGpusPerNode()).isNull();
        assertThat(submitted.getLimitMs()).isNull();
        assertThat(submitted.getEstimateMs()).isNull();
        assertThat(submitted.getTags()).isEmpty();
        assertThat(submitted.getJobType()).isEqualTo(JobType.EXPERIMENTATION);
        assertThat(submitted.getDeadline()).isNull();
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
            assertThatThrownBy(() -> parse("--team", "t", "--gpus", gpus).event("e", CLOCK, "p"))
                    .isInstanceOf(ParameterException.class)
                    .hasMessage("--gpus is at least 1, not " + gpus);
        }
    }

    @Test
    void shouldTakeTheOnlyPool() {
        SubmitCommand command = parse("--team", "t", "--gpus", "1");
        assertThat(command.choosePool(Set.of("main"))).isEqualTo("main");
        assertThatThrownBy(() -> command.choosePool(new TreeSet<>(Set.of("a", "b"))))
                .isInstanceOf(ParameterException.class)
                .hasMessage("name a pool with --pool; this stack has a, b");
    }
}
