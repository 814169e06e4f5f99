package io.millrace.governance.audit;

import io.millrace.streams.PatientSchemas;
import io.millrace.streams.SchemaRegistry;
import java.io.Reader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/** A writer of the audit log in a process of its own, which can be killed. */
public final class AuditProgram {

    private AuditProgram() {}

    /** @param args file with the settings of the broker's clients, the registry, its cache, and the log's id */
    public static void main(String[] args) throws Exception {
        Properties file = new Properties();
        try (Reader reader = Files.newBufferedReader(Path.of(args[0]))) {
            file.load(reader);
        }
        Map<String, Object> broker = new HashMap<>();
        file.forEach((name, value) -> broker.put(String.valueOf(name), value));
        PatientSchemas schemas =
                new PatientSchemas(new SchemaRegistry(URI.create(args[1]), Path.of(args[2])), Duration.ofSeconds(5));
        try (AuditWriter writer =
                new AuditWriter(broker, schemas, new AuditSettings(args[3], 50, 200), InstantSource.system())) {
            while (true) {
                writer.step();
            }
        }
    }
}
