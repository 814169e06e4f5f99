package io.millrace.simulator.trace;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The partitions of a cluster, in the order of its file. */
public record Cluster(List<Partition> partitions) {

    /** Taken where the number of nodes was never published. */
    private static final int NODES_IF_UNKNOWN = 8;

    public Cluster {
        partitions = List.copyOf(partitions);
    }

    /** As {@link #read(Path, Consumer)}, with what was assumed noted on the standard error stream. */
    public static Cluster read(Path file) {
        return read(file, System.err::println);
    }

    /**
     * Reads {@code {"partitions": [{"team", "nodes", "gpus_per_node", "gpu_type"}, …]}}; other fields are ignored.
     *
     * @param note takes a sentence for everything that had to be assumed
     * @throws TraceException when the file can't be read or names impossible partitions
     */
    public static Cluster read(Path file, Consumer<String> note) {
        JsonNode root;
        try {
            root = new ObjectMapper().readTree(Files.readString(file));
        } catch (NoSuchFileException e) {
            throw new TraceException("Cluster file " + file + " does not exist.", e);
        } catch (JsonProcessingException e) {
            throw new TraceException("Cluster file " + file + " is no JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new TraceException("Cluster file " + file + " can't be read: " + e.getMessage(), e);
        }
        List<Partition> partitions = new ArrayList<>();
        Set<String> pools = new HashSet<>();
        for (JsonNode entry : root.path("partitions")) {
            Partition partition = partition(file, entry, note);
            if (!pools.add(partition.pool())) {
                throw new TraceException(file + ": there are two partitions for " + partition.team() + ".");
            }
            partitions.add(partition);
        }
        if (partitions.isEmpty()) {
            throw new TraceException(file + ": \"partitions\" must list at least one partition.");
        }
        return new Cluster(partitions);
    }

    /**
     * The partition that runs a team's jobs: its own, else the one for everyone.
     *
     * @throws TraceException when there is neither
     */
    public Partition partitionFor(String team) {
        Partition everyones = null;
        for (Partition partition : partitions) {
            if (partition.team().equals(team)) {
                return partition;
            }
            if (partition.team().equals(Partition.EVERYONE)) {
                everyones = partition;
            }
        }
        if (everyones == null) {
            throw new TraceException("The cluster has no partition for team " + team
                    + ": add one, add one for \"*\", or share the whole cluster.");
        }
        return everyones;
    }

    /**
     * The same nodes as one partition for everyone.
     *
     * @throws TraceException when the partitions' nodes are not alike
     */
    public Cluster shared() {
        Partition first = partitions.getFirst();
        int nodes = 0;
        for (Partition partition : partitions) {
            if (partition.gpusPerNode() != first.gpusPerNode()
                    || !Objects.equals(partition.gpuType(), first.gpuType())) {
                throw new TraceException("Partitions " + first.team() + " and " + partition.team()
                        + " can't be shared as one pool: their nodes differ in GPUs or GPU type.");
            }
            nodes = Math.addExact(nodes, partition.nodes());
        }
        return new Cluster(List.of(new Partition(Partition.EVERYONE, nodes, first.gpusPerNode(), first.gpuType())));
    }

    private static Partition partition(Path file, JsonNode entry, Consumer<String> note) {
        String team = entry.path("team").asText("");
        if (team.isEmpty()) {
            throw new TraceException(file + ": a partition has no \"team\".");
        }
        JsonNode nodes = entry.path("nodes");
        if (nodes.isNull() || nodes.isMissingNode()) {
            note.accept("Partition " + team + " has no published size: " + NODES_IF_UNKNOWN + " nodes are assumed.");
        }
        String gpuType = entry.path("gpu_type").asText("");
        return new Partition(
                team,
                positive(file, team, "nodes", nodes, NODES_IF_UNKNOWN),
                positive(file, team, "gpus_per_node", entry.path("gpus_per_node"), null),
                gpuType.isEmpty() || entry.path("gpu_type").isNull() ? null : gpuType);
    }

    private static int positive(Path file, String team, String field, JsonNode value, @Nullable Integer ifAbsent) {
        if (ifAbsent != null && (value.isNull() || value.isMissingNode())) {
            return ifAbsent;
        }
        if (!value.isInt() || value.intValue() < 1) {
            throw new TraceException(
                    file + ": \"" + field + "\" of partition " + team + " must be a whole number of at least 1, not "
                            + (value.isMissingNode() ? "left out" : value) + ".");
        }
        return value.intValue();
    }
}
