package io.millrace.agent;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.agent.domain.NodeState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an agent keeps on disk, as one file, so that the offsets it has read up to and what it made of that always fit.
 *
 * @param cluster id of the Kafka cluster that the offsets belong to
 * @param offsets next to be read, by {@code topic-partition}
 * @param up what the node is known to be; null when it was never up or has said that it is down
 */
record Kept(
        String cluster, Map<String, Long> offsets, @Nullable Shape up, NodeState state) {

    /** What NodeUp said. */
    record Shape(String pool, int gpus, String gpuType, String address) {}

    private static final ObjectMapper JSON = JsonMapper.builder()
            .disable(MapperFeature.AUTO_DETECT_IS_GETTERS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    Kept {
        offsets = new TreeMap<>(offsets);
    }

    /** Null when there is no such file. */
    static @Nullable Kept read(Path file) {
        if (!Files.exists(file)) {
            return null;
        }
        try {
            return JSON.readValue(file.toFile(), Kept.class);
        } catch (IOException e) {
            throw new AgentException(
                    "the agent's state can't be read: " + e.getMessage() + "; remove " + file
                            + " to start without it: jobs that run here are then stopped",
                    e);
        }
    }

    /** Replaces the file for good: it is on disk when this returns. */
    void write(Path file) {
        Path draft = file.resolveSibling(file.getFileName() + ".draft");
        try {
            byte[] text = JSON.writeValueAsBytes(this);
            try (FileChannel channel = FileChannel.open(
                    draft, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
                ByteBuffer bytes = ByteBuffer.wrap(text);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("the agent's state can't be written to " + file, e);
        }
    }
}
