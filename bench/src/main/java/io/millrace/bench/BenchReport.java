package io.millrace.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.local.StackException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The JSON file that measurements are written to, each under a key of its own. */
final class BenchReport {

    private static final ObjectMapper JSON = new ObjectMapper()
            .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(SerializationFeature.INDENT_OUTPUT);

    private BenchReport() {}

    /**
     * Puts a result into the file; what stands there under other keys stays.
     *
     * @throws StackException when the file holds something else, or can't be written
     */
    static void write(Path file, String key, Object result) {
        ObjectNode report = read(file);
        report.set(key, JSON.valueToTree(result));
        try {
            Path folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            Files.writeString(file, JSON.writeValueAsString(report) + "\n");
        } catch (IOException e) {
            throw new StackException("can't write " + file + ": " + e.getMessage(), e);
        }
    }

    private static ObjectNode read(Path file) {
        if (!Files.exists(file)) {
            return JSON.createObjectNode();
        }
        try {
            JsonNode present = JSON.readTree(Files.readString(file));
            if (present instanceof ObjectNode report) {
                return report;
            }
            throw new StackException(file + " holds no JSON object; name another file with --json");
        } catch (JsonProcessingException e) {
            throw new StackException(file + " holds no JSON; name another file with --json", e);
        } catch (IOException e) {
            throw new StackException("can't read " + file + ": " + e.getMessage(), e);
        }
    }
}
