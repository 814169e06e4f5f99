package io.millrace.agent;

import io.millrace.streams.SchemaRegistry;
import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/** An agent as a process that can be killed. Arguments: properties file, node, work folder. */
final class AgentProgram {

    private AgentProgram() {}

    public static void main(String[] args) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(Path.of(args[0]))) {
            properties.load(reader);
        }
        Map<String, Object> client = new HashMap<>();
        properties.stringPropertyNames().stream()
                .filter(name -> !name.startsWith("test."))
                .forEach(name -> client.put(name, properties.getProperty(name)));
        SchemaRegistry registry = new SchemaRegistry(
                URI.create(properties.getProperty("test.registry")), Path.of(properties.getProperty("test.cache")));
        AgentSettings settings = new AgentSettings(
                args[1],
                "default",
                4,
                "local",
                "127.0.0.1",
                Path.of(args[2]),
                Duration.ofMillis(500),
                Duration.ofSeconds(5),
                Duration.ofSeconds(1));
        new Agent(settings, client, registry, System.getenv()).run();
    }
}
