package io.millrace.local;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.logging.LogManager;

/** Logging of the stack's own processes: one line a record, to the console, which is the process's log file. */
public final class ProcessLogging {

    private static final String SETTINGS = """
            handlers=java.util.logging.ConsoleHandler
            .level=INFO
            java.util.logging.ConsoleHandler.level=ALL
            java.util.logging.ConsoleHandler.formatter=java.util.logging.SimpleFormatter
            java.util.logging.SimpleFormatter.format=%1$tFT%1$tT.%1$tL%1$tz %4$s %3$s: %5$s%6$s%n
            # These print their whole configuration at each start.
            org.apache.kafka.common.config.AbstractConfig.level=WARNING
            kafka.server.KafkaConfig.level=WARNING
            org.apache.kafka.clients.admin.level=WARNING
            """;

    private ProcessLogging() {}

    /** For the command line of a process that calls {@link #start}. */
    public static String flag() {
        return "-Djava.util.logging.manager=" + ToTheEnd.class.getName();
    }

    public static void start() {
        LogManager manager = LogManager.getLogManager();
        try {
            manager.readConfiguration(new ByteArrayInputStream(SETTINGS.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (manager instanceof ToTheEnd lasting) {
            lasting.configured = true;
        }
    }

    /** Does not fall silent when the JVM begins to end: how a process ends is worth knowing too. */
    public static final class ToTheEnd extends LogManager {

        private volatile boolean configured;

        /** Also what the JVM's own shutdown hook calls, beside the hooks that still have something to say. */
        @Override
        public void reset() {
            if (!configured) {
                super.reset();
            }
        }
    }
}
