package io.millrace.cli;

import io.millrace.client.ClientConfig;
import io.millrace.client.ClientException;
import io.millrace.client.MillraceClient;
import io.millrace.local.DataFolder;
import io.millrace.streams.SchemaRegistry;
import io.millrace.streams.Topic.Principal;
import io.millrace.streams.Topics;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** How a client reaches a stack: the properties file that {@code up} wrote, and nothing else. */
public final class Connection {

    private static final String DRIVEN = "driven";

    private final ClientConfig config;

    private Connection(ClientConfig config) {
        this.config = config;
    }

    public static Connection ofStack(Path dataFolder) {
        return read(new DataFolder(dataFolder).clientProperties());
    }

    /** As that principal, who has a file beside the users'. */
    public static Connection ofStack(Path dataFolder, Principal principal) {
        return read(new DataFolder(dataFolder).clientProperties(principal.userName()));
    }

    public static Connection read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new CommandException("no stack is up: there is no " + file + "; start one with 'millrace up'");
        }
        try {
            return new Connection(ClientConfig.read(file));
        } catch (ClientException e) {
            throw new CommandException(e.getMessage(), e);
        }
    }

    /** Where all this is said. */
    Path file() {
        return config.file();
    }

    public String bootstrapServers() {
        return require("bootstrap.servers");
    }

    /** Base address of the schema registry's Confluent API. */
    public URI registryUrl() {
        return URI.create(require("schema.registry.url"));
    }

    public Path schemaCache() {
        return Path.of(require("millrace.schema.cache"));
    }

    public SchemaRegistry schemas() {
        return new SchemaRegistry(registryUrl(), schemaCache(), config.authority());
    }

    /** For asking services over HTTP. */
    HttpClient http() {
        Path authority = config.authority();
        return authority == null
                ? HttpClient.newHttpClient()
                : HttpClient.newBuilder()
                        .sslContext(SchemaRegistry.believing(authority))
                        .build();
    }

    public URI serviceUrl(String service) {
        return URI.create(require("millrace." + service + ".url"));
    }

    /** What its holder is known by over HTTP; empty where the file has none. */
    public Optional<String> token() {
        String file = config.get("millrace.token.file");
        if (file != null) {
            try {
                return Optional.of(Files.readString(Path.of(file.strip())).strip());
            } catch (IOException e) {
                throw new CommandException("can't read the token in " + file + ": " + e.getMessage(), e);
            }
        }
        return Optional.ofNullable(config.get("millrace.token")).map(String::strip);
    }

    public String clock() {
        return require("millrace.clock");
    }

    /** Partition of pool-inputs of each pool. */
    public Map<String, Integer> pools() {
        try {
            return Topics.poolPartitions(require("millrace.pools"));
        } catch (IllegalArgumentException e) {
            throw new CommandException(config.file() + ": " + e.getMessage(), e);
        }
    }

    /** What every Kafka client is given: the address, and whatever else the file says to Kafka clients. */
    public Map<String, Object> kafkaProperties() {
        try {
            return config.kafka();
        } catch (ClientException e) {
            throw new CommandException(e.getMessage(), e);
        }
    }

    /** Fails where a play drives the stack: a record of somebody else's would not be one of the play's. */
    void requireUndriven() {
        if (clock().equals(DRIVEN)) {
            throw new CommandException("this stack's clock is driven: a play sends its jobs. For jobs of your own start"
                    + " a stack on the wall clock with 'millrace up --data DIR'");
        }
    }

    /** Says something to the stack; returns when it is stored. */
    void say(Consumer<MillraceClient> what) {
        MillraceClient client = new MillraceClient(config);
        try {
            what.accept(client);
            client.close();
        } catch (ClientException e) {
            throw new CommandException(e.getMessage(), e);
        } finally {
            try {
                client.close(Duration.ZERO);
            } catch (ClientException e) {
                // What went wrong is said already.
            }
        }
    }

    private String require(String name) {
        try {
            return config.require(name);
        } catch (ClientException e) {
            throw new CommandException(e.getMessage(), e);
        }
    }
}
