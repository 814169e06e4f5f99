package io.millrace.cli;

import io.millrace.local.DataFolder;
import io.millrace.streams.Topics;
import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Properties;
import java.util.Set;

/** How a client reaches a stack: the properties file that {@code up} wrote, and nothing else. */
public final class Connection {

    private static final String REGISTRY = "schema.registry.url";
    private static final String OWN_PREFIX = "millrace.";
    private static final String DRIVEN = "driven";

    private final Path file;
    private final Properties properties;

    private Connection(Path file, Properties properties) {
        this.file = file;
        this.properties = properties;
    }

    public static Connection ofStack(Path dataFolder) {
        return read(new DataFolder(dataFolder).clientProperties());
    }

    public static Connection read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new CommandException("no stack is up: there is no " + file + "; start one with 'millrace up'");
        }
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException e) {
            throw new CommandException("can't read " + file + ": " + e.getMessage(), e);
        }
        return new Connection(file, properties);
    }

    public String bootstrapServers() {
        return require("bootstrap.servers");
    }

    /** Base address of the schema registry's Confluent API. */
    public URI registryUrl() {
        return URI.create(require(REGISTRY));
    }

    public Path schemaCache() {
        return Path.of(require("millrace.schema.cache"));
    }

    public URI serviceUrl(String service) {
        return URI.create(require(OWN_PREFIX + service + ".url"));
    }

    public String clock() {
        return require("millrace.clock");
    }

    /** Partition of pool-inputs of each pool. */
    public Map<String, Integer> pools() {
        try {
            return Topics.poolPartitions(require("millrace.pools"));
        } catch (IllegalArgumentException e) {
            throw new CommandException(file + ": " + e.getMessage(), e);
        }
    }

    /** What every Kafka client is given: the address, and whatever else the file says to Kafka clients. */
    public Map<String, Object> kafkaProperties() {
        Map<String, Object> kafka = new LinkedHashMap<>();
        Set<String> names = new LinkedHashSet<>(properties.stringPropertyNames());
        names.removeIf(name -> name.startsWith(OWN_PREFIX) || name.startsWith("schema.registry."));
        names.stream().sorted().forEach(name -> kafka.put(name, properties.getProperty(name)));
        return kafka;
    }

    /** Fails where a play drives the stack: a record of somebody else's would not be one of the play's. */
    void requireUndriven() {
        if (clock().equals(DRIVEN)) {
            throw new CommandException("this stack's clock is driven: a play sends its jobs. For jobs of your own start"
                    + " a stack on the wall clock with 'millrace up --data DIR'");
        }
    }

    private String require(String name) {
        String value = properties.getProperty(name);
        if (value == null || value.isBlank()) {
            throw new CommandException(file + " does not say " + name + "; 'millrace up' writes it");
        }
        return value.strip();
    }
}
