package io.millrace.local;

import io.millrace.streams.Topic.Principal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** The text of a client's properties file: all that a client knows of a stack. */
final class ClientProperties {

    /** Users who connect from outside, and the name of their file. */
    static final Map<String, String> FILES = Map.of(
            Principal.USERS.userName(),
            "client",
            Principal.AGENTS.userName(),
            "agent",
            Principal.SIMULATOR.userName(),
            "simulator",
            Credentials.OPERATOR,
            "operator");

    private ClientProperties() {}

    static String text(StackOptions options, Credentials credentials, Tokens tokens, String user) {
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put("bootstrap.servers", "127.0.0.1:" + options.ports().broker());
        lines.putAll(credentials.client(user, options.tls()));
        // The same for clients that don't read Java's way of saying it.
        lines.put("sasl.username", user);
        lines.put("sasl.password", credentials.password(user));
        if (options.tls() != null) {
            lines.put("ssl.ca.location", options.tls().authority().toString());
        }
        lines.put(
                "schema.registry.url",
                RegistryProcess.url(options.ports().registry(), options.tls()).toString());
        lines.put(
                "millrace.schema.cache",
                new DataFolder(options.data()).schemaCache().toString());
        Services.of(options).forEach(service -> lines.put("millrace." + service.name() + ".url", service.url()));
        if (user.equals(Principal.USERS.userName())) {
            lines.put("millrace.token", tokens.own());
        }
        lines.put("millrace.clock", options.clock());
        lines.put("millrace.pools", Pools.text(options.pools()));
        // Only the backslash means something within the values written here.
        return lines.entrySet().stream()
                .map(line -> line.getKey() + "=" + line.getValue().replace("\\", "\\\\") + "\n")
                .collect(Collectors.joining());
    }
}
