package io.millrace.agent;

import java.nio.file.Path;
import java.time.Duration;

/**
 * What an agent is told of its node.
 *
 * @param node id of the node; one agent each
 * @param gpus how many it has, with the indices from 0
 * @param address where other nodes reach it
 * @param workDir where everything lies that it and its jobs keep on disk
 * @param heartbeat how often it says that it is alive
 * @param silentAfter how long nothing may be heard of it before the node counts as down
 * @param stopGrace between SIGTERM and SIGKILL of its jobs when it is told to end
 */
public record AgentSettings(
        String node,
        String pool,
        int gpus,
        String gpuType,
        String address,
        Path workDir,
        Duration heartbeat,
        Duration silentAfter,
        Duration stopGrace) {

    public static final Duration HEARTBEAT = Duration.ofSeconds(10);
    public static final Duration SILENT_AFTER = Duration.ofSeconds(30);
    public static final Duration STOP_GRACE = Duration.ofSeconds(5);

    public AgentSettings {
        workDir = workDir.toAbsolutePath().normalize();
        if (!node.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,99}")) {
            throw new AgentException("a node's id is made of letters, digits, '.', '_' and '-', not '" + node + "'");
        }
        if (gpus < 1) {
            throw new AgentException("a node has at least one GPU, not " + gpus);
        }
    }

    /** The agent's own folder. */
    Path folder() {
        return workDir.resolve("agent").resolve(node);
    }

    /** Where a job's checkpoints lie, over all its attempts. */
    Path checkpoints(String jobId) {
        return workDir.resolve("checkpoints").resolve(FileNames.of(jobId));
    }
}
