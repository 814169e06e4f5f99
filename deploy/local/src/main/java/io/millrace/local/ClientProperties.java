package io.millrace.local;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** The text of {@code client.properties}: all that a client knows of a stack. */
final class ClientProperties {

    private ClientProperties() {}

    static String text(StackOptions options) {
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put("bootstrap.servers", "127.0.0.1:" + options.ports().broker());
        lines.put(
                "schema.registry.url",
                RegistryProcess.url(options.ports().registry()).toString());
        lines.put(
                "millrace.schema.cache",
                new DataFolder(options.data()).schemaCache().toString());
        Services.of(options).forEach(service -> lines.put("millrace." + service.name() + ".url", service.url()));
        lines.put("millrace.clock", options.clock());
        lines.put("millrace.pools", Pools.text(options.pools()));
        // Only the backslash means something within the values written here.
        return lines.entrySet().stream()
                .map(line -> line.getKey() + "=" + line.getValue().replace("\\", "\\\\") + "\n")
                .collect(Collectors.joining());
    }
}
