package io.millrace.local;

import io.millrace.streams.RegistryUnavailableException;
import io.millrace.streams.SchemaRegistry;
import io.millrace.streams.Topic;
import io.millrace.streams.Topics;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Gives the registry its compatibility rule and the schema of every declared topic; repeating it changes nothing. */
public final class SchemaSetup {

    private static final String COMPATIBILITY = "{\"compatibility\":\"BACKWARD_TRANSITIVE\"}";
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    /** A registry that has just started answers its first questions slowly. */
    private static final int ATTEMPTS = 10;

    private SchemaSetup() {}

    /**
     * @param registry base address of the Confluent API
     * @param cache takes each schema's id, so that services start without asking for them
     * @param authority PEM file of whom to believe that the registry is the registry; null for whom the JDK believes
     */
    public static void register(URI registry, Path cache, @Nullable Path authority) {
        requireCompatibility(registry, authority);
        SchemaRegistry schemas = new SchemaRegistry(registry, cache, authority);
        for (Topic<?> topic : Topics.ALL) {
            register(schemas, topic);
        }
    }

    private static void register(SchemaRegistry schemas, Topic<?> topic) {
        for (int attempt = 1; ; attempt++) {
            try {
                schemas.register(topic.subject(), topic.schema());
                schemas.idOf(topic.subject(), topic.schema());
                return;
            } catch (RegistryUnavailableException e) {
                if (attempt == ATTEMPTS) {
                    throw new StackException(
                            "the schema of topic " + topic.name() + " is not registered: " + e.getMessage(), e);
                }
            } catch (IllegalStateException e) {
                throw new StackException(
                        "the registry does not take the schema of topic " + topic.name() + ": " + e.getMessage()
                                + ". If it says that the schema is incompatible: a new field needs a default, and"
                                + " what was written before must stay readable",
                        e);
            }
        }
    }

    private static void requireCompatibility(URI registry, @Nullable Path authority) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(registry + "/config"))
                .timeout(TIMEOUT)
                .header("Content-Type", "application/vnd.schemaregistry.v1+json")
                .PUT(HttpRequest.BodyPublishers.ofString(COMPATIBILITY))
                .build();
        HttpClient.Builder client = HttpClient.newBuilder();
        if (authority != null) {
            client.sslContext(SchemaRegistry.believing(authority));
        }
        try (HttpClient http = client.build()) {
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new StackException("the schema registry at " + registry
                        + " does not take its compatibility rule: " + answer.statusCode() + " " + answer.body());
            }
        } catch (IOException e) {
            throw new StackException("the schema registry at " + registry + " does not answer: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException("interrupted while the schemas were registered", e);
        }
    }
}
