package io.millrace.local;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/** The TCP ports of the stack's processes by name, all on the loopback address. */
public record Ports(Map<String, Integer> numbers) {

    public static final String BROKER = "broker";
    public static final String REGISTRY = "registry";
    public static final String REGISTRY_MANAGEMENT = "registry-management";

    private static final Map<String, Integer> DEFAULTS = defaultNumbers();

    /** Below every system's range for outgoing connections, so that none takes a port between choice and use. */
    private static final int FREE_FROM = 20_000;

    private static final int FREE_UNTIL = 30_000;

    @JsonCreator
    public Ports {
        numbers = Collections.unmodifiableMap(new LinkedHashMap<>(numbers));
    }

    @JsonValue
    @Override
    public Map<String, Integer> numbers() {
        return numbers;
    }

    public static Ports defaults() {
        return new Ports(DEFAULTS);
    }

    /** Free ports chosen at random, for stacks that must not meet another one. */
    public static Ports free() {
        Map<String, Integer> chosen = new LinkedHashMap<>();
        Set<Integer> used = new HashSet<>();
        for (String name : DEFAULTS.keySet()) {
            int port = freePort();
            while (!used.add(port)) {
                port = freePort();
            }
            chosen.put(name, port);
        }
        return new Ports(chosen);
    }

    /** One port that nothing listens on. */
    public static int freePort() {
        for (int attempt = 0; attempt < 1000; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(FREE_FROM, FREE_UNTIL);
            if (!isTaken(port)) {
                return port;
            }
        }
        throw new StackException("no free port between " + FREE_FROM + " and " + FREE_UNTIL);
    }

    /** One port that nothing listens on, and none of these. */
    static int freePortBut(Integer... taken) {
        int port;
        do {
            port = freePort();
        } while (List.of(taken).contains(port));
        return port;
    }

    public Ports with(String name, int port) {
        if (!DEFAULTS.containsKey(name)) {
            throw new StackException(
                    "there is no port named '" + name + "'; the names are " + String.join(", ", DEFAULTS.keySet()));
        }
        if (port < 1 || port > 65_535) {
            throw new StackException("port " + port + " (" + name + ") is not between 1 and 65535");
        }
        Map<String, Integer> changed = new LinkedHashMap<>(numbers);
        changed.put(name, port);
        return new Ports(changed);
    }

    public int of(String name) {
        Integer port = numbers.get(name);
        if (port == null) {
            throw new StackException("no port is set for " + name);
        }
        return port;
    }

    public int broker() {
        return of(BROKER);
    }

    public int registry() {
        return of(REGISTRY);
    }

    public int registryManagement() {
        return of(REGISTRY_MANAGEMENT);
    }

    /** Fails if two processes would share a port, or if something else listens on one. */
    void requireFree() {
        Map<Integer, String> owners = new LinkedHashMap<>();
        numbers.forEach((name, port) -> {
            String other = owners.putIfAbsent(port, name);
            if (other != null) {
                throw new StackException("port " + port + " is given to both " + other + " and " + name
                        + "; choose another with --port " + name + "=PORT");
            }
            if (isTaken(port)) {
                throw new StackException("port " + port + " (" + name
                        + ") is taken; stop what uses it or choose another with --port " + name + "=PORT");
            }
        });
    }

    private static boolean isTaken(int port) {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        try (ServerSocket socket = new ServerSocket()) {
            // What a server of ours does too: a connection that lingers after a stop does not block its port.
            socket.setReuseAddress(true);
            socket.bind(address);
        } catch (IOException e) {
            return true;
        }
        // Some systems let a specific address be bound beside a listener on all addresses.
        try (Socket socket = new Socket()) {
            socket.connect(address, 200);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static Map<String, Integer> defaultNumbers() {
        Map<String, Integer> ports = new LinkedHashMap<>();
        ports.put(BROKER, 19092);
        ports.put(REGISTRY, 18081);
        ports.put(REGISTRY_MANAGEMENT, 18082);
        ports.putAll(Services.PORTS);
        return Collections.unmodifiableMap(ports);
    }
}
