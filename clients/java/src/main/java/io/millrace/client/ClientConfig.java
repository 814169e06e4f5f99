package io.millrace.client;

import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How a client reaches Millrace: the properties file that {@code up} writes, and nothing else. */
public final class ClientConfig {

    /** Environment variable that names the file. */
    public static final String VARIABLE = "MILLRACE_CONFIG";

    private static final String REGISTRY_PREFIX = "schema.registry.";
    private static final String OWN_PREFIX = "millrace.";

    private final Path file;
    private final Map<String, String> properties;

    private ClientConfig(Path file, Map<String, String> properties) {
        this.file = file;
        this.properties = properties;
    }

    /** The file that the environment names. */
    public static ClientConfig ofEnvironment() {
        String named = System.getenv(VARIABLE);
        if (named == null || named.isBlank()) {
            throw new ClientException(
                    "name the client.properties that 'millrace up' wrote in the environment variable " + VARIABLE);
        }
        return read(Path.of(named));
    }

    public static ClientConfig read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new ClientException("there is no " + file + "; 'millrace up' writes it into its data folder");
        }
        Properties read = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            read.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw new ClientException("can't read " + file + ": " + e.getMessage(), e);
        }
        Map<String, String> properties = new TreeMap<>();
        read.stringPropertyNames().forEach(name -> properties.put(name, read.getProperty(name)));
        return new ClientConfig(file, properties);
    }

    /** Base address of the schema registry's Confluent API. */
    public URI registryUrl() {
        return URI.create(require(REGISTRY_PREFIX + "url"));
    }

    public Path schemaCache() {
        return Path.of(require(OWN_PREFIX + "schema.cache"));
    }

    /** PEM file of whom to believe that a server of the stack is one; null for whom the JDK believes. */
    public @Nullable Path authority() {
        String file = "PEM".equalsIgnoreCase(properties.get("ssl.truststore.type"))
                ? properties.get("ssl.truststore.location")
                : null;
        return file == null ? null : Path.of(file.strip());
    }

    /** What every Kafka client is given: the address, and whatever else the file says to Kafka clients. */
    public Map<String, Object> kafka() {
        require("bootstrap.servers");
        Map<String, Object> kafka = new TreeMap<>();
        properties.forEach((name, value) -> {
            if (!name.startsWith(OWN_PREFIX) && !name.startsWith(REGISTRY_PREFIX)) {
                kafka.put(name, value);
            }
        });
        return kafka;
    }

    public @Nullable String get(String name) {
        return properties.get(name);
    }

    /** What the file says under a name, which it must. */
    public String require(String name) {
        String value = properties.get(name);
        if (value == null || value.isBlank()) {
            throw new ClientException(file + " does not say " + name + "; 'millrace up' writes it");
        }
        return value.strip();
    }

    public Path file() {
        return file;
    }
}
