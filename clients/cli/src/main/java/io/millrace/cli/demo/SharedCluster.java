package io.millrace.cli.demo;

import io.millrace.cli.CommandException;
import io.millrace.simulator.trace.Cluster;
import io.millrace.simulator.trace.Partition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * A cluster that teams share: each may claim as much of it as it had for itself.
 *
 * @param shares GPUs that a team may claim, by its name
 */
public record SharedCluster(Cluster cluster, Map<String, Integer> shares) {

    /** @throws io.millrace.simulator.trace.TraceException when the partitions are too different to be one */
    public static SharedCluster of(Cluster apart) {
        Map<String, Integer> shares = new TreeMap<>();
        for (Partition partition : apart.partitions()) {
            if (!partition.team().equals(Partition.EVERYONE)) {
                shares.put(partition.team(), partition.gpus());
            }
        }
        return new SharedCluster(apart.shared(), shares);
    }

    /** Writes what the organisation says of the teams where a stack can read it. */
    public void writeOrg(Path file) {
        StringBuilder text = new StringBuilder("teams:\n");
        shares.forEach((team, gpus) -> text.append("  ")
                .append(team)
                .append(": {shares: ")
                .append(gpus)
                .append("}\n"));
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new CommandException("organisation file " + file + " can't be written: " + e.getMessage(), e);
        }
    }
}
