package io.millrace.bench.pipeline;

import io.millrace.streams.SchemaLookup;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;

/**
 * A broker with every topic, and its schemas.
 *
 * @param folder for what a topology keeps on disk
 */
public record Cluster(String bootstrapServers, SchemaLookup schemas, Path folder) {

    /** What every Kafka client needs, to be added to. */
    Map<String, Object> client() {
        return new HashMap<>(Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers));
    }
}
