package io.millrace.simulator.trace;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Equal nodes that run the jobs of one team.
 *
 * @param team whose jobs it runs; "*" for those of every team that has no partition of its own
 * @param gpuType null where the cluster's description names none
 */
public record Partition(
        String team, int nodes, int gpusPerNode, @Nullable String gpuType) {

    /** The team of a partition for everyone. */
    public static final String EVERYONE = "*";

    private static final String SHARED_POOL = "shared";

    /** Name of the pool that the partition becomes: the team's, or "shared" where it is for everyone. */
    public String pool() {
        return team.equals(EVERYONE) ? SHARED_POOL : team;
    }

    /** {@code <pool>-000} and on, as wide as needed for the order of names to be the order of nodes. */
    public List<String> nodeIds() {
        int width = Math.max(3, Integer.toString(nodes - 1).length());
        List<String> ids = new ArrayList<>(nodes);
        for (int i = 0; i < nodes; i++) {
            String number = Integer.toString(i);
            ids.add(pool() + "-" + "0".repeat(width - number.length()) + number);
        }
        return ids;
    }

    public int gpus() {
        return nodes * gpusPerNode;
    }
}
