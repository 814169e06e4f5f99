package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.local.Ports;
import io.millrace.local.ProjectRoot;
import io.millrace.local.StackOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.ParameterException;

class UpCommandTest {

    @TempDir
    private Path folder;

    private StackOptions parse(String... arguments) {
        String[] all = new String[arguments.length + 3];
        all[0] = "up";
        all[1] = "--data";
        all[2] = folder.toString();
        System.arraycopy(arguments, 0, all, 3, arguments.length);
        UpCommand command = Millrace.commandLine()
                .parseArgs(all)
                .subcommand()
                .commandSpec()
                .commandLine()
                .getCommand();
        return command.options();
    }

    @Test
    void shouldStartTheUsualStack() {
        assertThat(parse().agent()).isNotNull();
        assertThat(parse("--no-agent"))
                .isEqualTo(StackOptions.of(ProjectRoot.find(), folder)
                        .withOrgFile(ProjectRoot.find().resolve("policies/org.yaml")));
    }

    @Test
    void shouldTakeEveryOption() throws IOException {
        Path policy = Files.writeString(folder.resolve("p.yaml"), "");
        Path org = Files.writeString(folder.resolve("o.yaml"), "");
        assertThat(parse(
                        "--port",
                        "broker=29092",
                        "--port",
                        "scheduler=28090",
                        "--clock",
                        "scaled(60)",
                        "--pool",
                        "a=4",
                        "--pool",
                        "b",
                        "--policy",
                        policy.toString(),
                        "--org",
                        org.toString(),
                        "--services",
                        "none"))
                .isEqualTo(new StackOptions(
                        ProjectRoot.find(),
                        folder,
                        Ports.defaults().with("broker", 29092).with("scheduler", 28090),
                        "scaled(60)",
                        Map.of("a", 4, "b", 0),
                        policy,
                        org,
                        List.of(),
                        null,
                        null));
    }

    @Test
    void shouldSayHowManyGpusThisMachineHas() {
        assertThat(parse("--agent-gpus", "7").agent())
                .extracting(StackOptions.AgentNode::gpus)
                .isEqualTo(7);
        assertThatThrownBy(() -> parse("--agent-gpus", "7", "--no-agent"))
                .isInstanceOf(ParameterException.class)
                .hasMessageStartingWith("--agent-gpus needs an agent");
        assertThatThrownBy(() -> parse("--agent-gpus", "0"))
                .isInstanceOf(ParameterException.class)
                .hasMessage("--agent-gpus is at least 1, not 0");
    }

    @Test
    void shouldGoOnWithTheClockAndPoolsOfTheFolder() throws IOException {
        Files.writeString(folder.resolve("millrace-stack.properties"), "clock=driven\npools=a=4\n");
        StackOptions options = parse("--pool", "b");
        assertThat(options.clock()).isEqualTo("driven");
        assertThat(options.agent()).as("whoever plays brings his own nodes").isNull();
        assertThat(options.orgFile()).as("whoever plays brings his own teams").isNull();
        assertThat(options.pools()).isEqualTo(Map.of("a", 4, "b", 0));
    }

    @Test
    void shouldRefuseWhatItCannotDoAsWronglyUsed() {
        assertThatThrownBy(() -> parse("--port", "kafka=9092"))
                .isInstanceOf(ParameterException.class)
                .hasMessageStartingWith("there is no port named 'kafka'");
        assertThatThrownBy(() -> parse("--clock", "fast")).isInstanceOf(ParameterException.class);
        assertThatThrownBy(() -> parse("--pool", "a=9")).isInstanceOf(ParameterException.class);
        assertThatThrownBy(() -> parse("--policy", "missing.yaml"))
                .isInstanceOf(ParameterException.class)
                .hasMessage("there is no policy file missing.yaml");
        assertThatThrownBy(() -> parse("--org", "missing.yaml"))
                .isInstanceOf(ParameterException.class)
                .hasMessage("there is no organisation file missing.yaml");
        assertThatThrownBy(() -> parse("--services", "oracle")).isInstanceOf(ParameterException.class);
    }
}
