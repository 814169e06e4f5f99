package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.agent.AgentSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.ParameterException;

class AgentCommandTest {

    @TempDir
    Path folder;

    private AgentSettings parse(String clock, String pools, String... arguments) throws IOException {
        Path config = Files.writeString(
                folder.resolve("agent.properties"), "millrace.clock=" + clock + "\nmillrace.pools=" + pools + "\n");
        String[] all = new String[arguments.length + 3];
        all[0] = "agent";
        all[1] = "--data";
        all[2] = folder.toString();
        System.arraycopy(arguments, 0, all, 3, arguments.length);
        AgentCommand command = Millrace.commandLine()
                .parseArgs(all)
                .subcommand()
                .commandSpec()
                .commandLine()
                .getCommand();
        return command.settings(Connection.read(config));
    }

    @Test
    void shouldTakeEveryOption() throws IOException {
        assertThat(parse(
                        "wall",
                        "a=0,b=1",
                        "--node",
                        "n7",
                        "--gpus",
                        "8",
                        "--gpu-type",
                        "A100",
                        "--pool",
                        "b",
                        "--address",
                        "n7.example",
                        "--work-dir",
                        folder.resolve("w").toString(),
                        "--stop-grace",
                        "20s",
                        "--silent-after",
                        "6s"))
                .isEqualTo(new AgentSettings(
                        "n7",
                        "b",
                        8,
                        "A100",
                        "n7.example",
                        folder.resolve("w"),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(6),
                        Duration.ofSeconds(20)));
    }

    @Test
    void shouldKnowTheOnlyPool() throws IOException {
        AgentSettings settings = parse("wall", "only=0", "--node", "n", "--gpus", "1", "--gpu-type", "T");
        assertThat(settings.pool()).isEqualTo("only");
        assertThat(settings.address()).isEqualTo("127.0.0.1");
        assertThat(settings.workDir()).isEqualTo(folder.resolve("work"));
        assertThat(settings.heartbeat()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void shouldSayWhatIsMissing() {
        assertThatThrownBy(() -> parse("driven", "a=0", "--gpus", "1", "--gpu-type", "T"))
                .isInstanceOf(CommandException.class)
                .hasMessageStartingWith("an agent runs real processes, in real time, and this stack's clock is driven");
        assertThatThrownBy(() -> parse("wall", "a=0,b=1", "--gpus", "1", "--gpu-type", "T"))
                .isInstanceOf(ParameterException.class)
                .hasMessage("name a pool with --pool; this stack has a, b");
        assertThatThrownBy(() -> parse("wall", "a=0", "--gpus", "0", "--gpu-type", "T"))
                .isInstanceOf(ParameterException.class)
                .hasMessage("a node has at least one GPU, not 0");
        assertThatThrownBy(() -> parse("wall", "a=0", "--node", "a/b", "--gpus", "1", "--gpu-type", "T"))
                .isInstanceOf(ParameterException.class)
                .hasMessageContaining("not 'a/b'");
    }
}
