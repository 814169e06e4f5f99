package io.millrace.local;

import io.millrace.streams.Topic.Principal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The agent of the node that this machine is, as a process of the stack. */
final class AgentProcess {

    static final String NAME = "agent";

    /** Id of the node. */
    static final String NODE = "local";

    /** The command line that a stack is started with has the agent too. */
    private static final String PROGRAM = "io.millrace.cli.Millrace";

    private static final List<String> FLAGS =
            List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", ProcessLogging.flag());

    private AgentProcess() {}

    static SupervisedProcess.Plan plan(ChildJvm jvm, StackOptions options, StackOptions.AgentNode node) {
        DataFolder data = new DataFolder(options.data());
        Path up = data.work().resolve("agent").resolve(NODE).resolve("up");
        List<String> program = new ArrayList<>(List.of("-cp", System.getProperty("java.class.path"), PROGRAM, "agent"));
        program.addAll(List.of("--node", NODE));
        program.addAll(List.of("--gpus", Integer.toString(node.gpus())));
        program.addAll(List.of("--gpu-type", node.gpuType()));
        program.addAll(List.of("--pool", options.pools().keySet().iterator().next()));
        program.addAll(List.of("--work-dir", data.work().toString()));
        program.addAll(List.of(
                "--config", data.clientProperties(Principal.AGENTS.userName()).toString()));
        return new SupervisedProcess.Plan(
                NAME,
                0,
                "node " + NODE + ", " + node.gpus() + " GPUs of type " + node.gpuType(),
                jvm.command(FLAGS, program),
                Map.of(),
                data.path(),
                data.log(NAME),
                Probe.pidFile(up));
    }
}
