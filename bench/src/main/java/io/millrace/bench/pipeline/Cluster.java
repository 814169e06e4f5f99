package io.millrace.bench.pipeline;

import io.millrace.streams.SchemaLookup;
import io.millrace.streams.Topic.Principal;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;

/**
 * A broker with every topic, and its schemas.
 *
 * @param clients new maps with what every Kafka client of a principal needs
 * @param folder for what a topology keeps on disk
 */
public record Cluster(Function<Principal, Map<String, Object>> clients, SchemaLookup schemas, Path folder) {

    /** What every Kafka client of that principal needs, to be added to. */
    Map<String, Object> client(Principal principal) {
        return clients.apply(principal);
    }
}
