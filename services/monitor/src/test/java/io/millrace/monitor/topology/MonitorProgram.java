package io.millrace.monitor.topology;

import io.millrace.monitor.domain.drift.DriftPolicy;
import io.millrace.streams.SchemaRegistry;
import io.millrace.streams.ServiceClock;
import io.millrace.streams.runtime.StreamsDefaults;
import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Properties;
import org.apache.kafka.streams.KafkaStreams;

/** The monitor's topology as a process of its own, to be killed. Its argument is a file of settings. */
final class MonitorProgram {

    private MonitorProgram() {}

    public static void main(String[] args) throws IOException {
        Properties settings = new Properties();
        try (Reader file = Files.newBufferedReader(Path.of(args[0]), StandardCharsets.UTF_8)) {
            settings.load(file);
        }
        StreamsDefaults defaults = new StreamsDefaults();
        for (String name : defaults.getPropertyNames()) {
            settings.putIfAbsent(name.replace("kafka-streams.", ""), defaults.getValue(name));
        }
        SchemaRegistry schemas = new SchemaRegistry(
                URI.create(settings.getProperty("test.registry")), Path.of(settings.getProperty("test.cache")));
        KafkaStreams streams = new KafkaStreams(
                MonitorTopology.build(
                        MonitorStory.WINDOWS,
                        DriftPolicy.DEFAULT,
                        new ServiceClock.Wall(InstantSource.system()),
                        schemas),
                settings);
        streams.setUncaughtExceptionHandler(failure -> {
            failure.printStackTrace();
            return org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse
                    .SHUTDOWN_CLIENT;
        });
        streams.start();
    }
}
