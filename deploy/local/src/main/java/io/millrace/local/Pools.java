package io.millrace.local;

import io.millrace.streams.Topics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The map from pools to partitions of pool-inputs. A pool keeps its partition for as long as its log lives. */
public final class Pools {

    private static final String DEFAULT_POOL = "default";

    private Pools() {}

    /**
     * Adds pools to those a stack already has.
     *
     * @param existing partition of each pool so far
     * @param requested {@code NAME} or {@code NAME=PARTITION}; a pool without a partition takes the least used one
     */
    public static Map<String, Integer> assign(Map<String, Integer> existing, List<String> requested) {
        Map<String, Integer> pools = new LinkedHashMap<>(existing);
        if (pools.isEmpty() && requested.isEmpty()) {
            return Map.of(DEFAULT_POOL, 0);
        }
        for (String request : requested) {
            int mark = request.indexOf('=');
            String name = mark < 0 ? request : request.substring(0, mark);
            if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
                throw new StackException("'" + name + "' is no name for a pool: letters, digits, '.', '_' and '-' are");
            }
            Integer had = pools.get(name);
            int partition;
            if (mark >= 0) {
                partition = partition(name, request.substring(mark + 1));
            } else {
                partition = had != null ? had : leastUsed(pools);
            }
            if (had != null && had != partition) {
                throw new StackException("pool " + name + " has its log in partition " + had + " and can't move to "
                        + partition + "; leave the partition out");
            }
            pools.put(name, partition);
        }
        return pools;
    }

    /** As it travels in configuration: {@code a=0,b=1}. */
    public static String text(Map<String, Integer> pools) {
        return pools.entrySet().stream()
                .map(pool -> pool.getKey() + "=" + pool.getValue())
                .collect(Collectors.joining(","));
    }

    private static int partition(String name, String text) {
        if (!text.matches("[0-9]{1,3}") || Integer.parseInt(text) >= Topics.POOL_PARTITIONS) {
            throw new StackException("pool " + name + ": the partition is a number from 0 to "
                    + (Topics.POOL_PARTITIONS - 1) + ", not '" + text + "'");
        }
        return Integer.parseInt(text);
    }

    private static int leastUsed(Map<String, Integer> pools) {
        int[] uses = new int[Topics.POOL_PARTITIONS];
        pools.values().forEach(partition -> uses[partition]++);
        int fewest = IntStream.of(uses).min().orElseThrow();
        return IntStream.range(0, uses.length)
                .filter(partition -> uses[partition] == fewest)
                .findFirst()
                .orElseThrow();
    }
}
