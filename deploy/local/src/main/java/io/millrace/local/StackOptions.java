package io.millrace.local;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a stack is to run.
 *
 * @param root where Millrace lies: the folder of its root pom
 * @param data folder of everything the stack keeps; one stack each
 * @param clock {@code wall}, {@code scaled(N)} or {@code driven}
 * @param pools partition of pool-inputs of each pool
 * @param policyFile the policy that services start from
 * @param orgFile what the organisation says of its teams and users; null for nothing
 * @param services which services run beside the broker and the registry
 * @param tls what servers prove themselves with; null for connections that aren't encrypted
 * @param agent the node whose agent runs with the stack; null for none
 */
public record StackOptions(
        Path root,
        Path data,
        Ports ports,
        String clock,
        Map<String, Integer> pools,
        Path policyFile,
        @Nullable Path orgFile,
        List<String> services,
        @Nullable TlsFiles tls,
        @Nullable AgentNode agent) {

    /**
     * The node that this machine is.
     *
     * @param gpus how many GPUs it has, or is said to have
     */
    public record AgentNode(int gpus, String gpuType) {}

    public static final String WALL_CLOCK = "wall";

    public StackOptions {
        root = root.toAbsolutePath().normalize();
        data = data.toAbsolutePath().normalize();
        policyFile = policyFile.toAbsolutePath().normalize();
        orgFile = orgFile == null ? null : orgFile.toAbsolutePath().normalize();
        pools = Collections.unmodifiableMap(new LinkedHashMap<>(pools));
        services = List.copyOf(services);
        if (data.toString().matches(".*[=;\\p{Cntrl}].*")) {
            throw new StackException("the path of the data folder may not hold '=' or ';': " + data);
        }
        if (!clock.matches("wall|driven|scaled\\([1-9][0-9]{0,5}\\)")) {
            throw new StackException("the clock is wall, scaled(N) or driven, not '" + clock + "'");
        }
        if (pools.isEmpty()) {
            throw new StackException("a stack needs at least one pool");
        }
        if (agent != null && !clock.equals(WALL_CLOCK)) {
            throw new StackException("an agent runs real processes, in real time: none with the clock " + clock);
        }
        for (String service : services) {
            if (!Services.NAMES.contains(service)) {
                throw new StackException("there is no service named '" + service + "'; the services are "
                        + String.join(", ", Services.NAMES));
            }
        }
    }

    /**
     * The usual stack: default ports, wall clock, the pools the folder already has, the shipped policy, no organisation,
     * all services, no agent.
     */
    public static StackOptions of(Path root, Path data) {
        return new StackOptions(
                root,
                data,
                Ports.defaults(),
                WALL_CLOCK,
                Pools.assign(new DataFolder(data).pools(), List.of()),
                root.resolve("policies/default.yaml"),
                null,
                Services.NAMES,
                null,
                null);
    }

    public StackOptions withPorts(Ports changed) {
        return new StackOptions(root, data, changed, clock, pools, policyFile, orgFile, services, tls, agent);
    }

    public StackOptions withClock(String changed) {
        return new StackOptions(root, data, ports, changed, pools, policyFile, orgFile, services, tls, agent);
    }

    public StackOptions withPools(Map<String, Integer> changed) {
        return new StackOptions(root, data, ports, clock, changed, policyFile, orgFile, services, tls, agent);
    }

    public StackOptions withPolicyFile(Path changed) {
        return new StackOptions(root, data, ports, clock, pools, changed, orgFile, services, tls, agent);
    }

    public StackOptions withOrgFile(@Nullable Path changed) {
        return new StackOptions(root, data, ports, clock, pools, policyFile, changed, services, tls, agent);
    }

    public StackOptions withServices(List<String> changed) {
        return new StackOptions(root, data, ports, clock, pools, policyFile, orgFile, changed, tls, agent);
    }

    public StackOptions withTls(@Nullable TlsFiles changed) {
        return new StackOptions(root, data, ports, clock, pools, policyFile, orgFile, services, changed, agent);
    }

    public StackOptions withAgent(@Nullable AgentNode changed) {
        return new StackOptions(root, data, ports, clock, pools, policyFile, orgFile, services, tls, changed);
    }

    /** Played times lie anywhere in the past: nothing may be deleted by age. */
    boolean keepsEverything() {
        return !clock.equals(WALL_CLOCK);
    }
}
