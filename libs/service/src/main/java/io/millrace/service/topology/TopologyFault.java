package io.millrace.service.topology;

import io.millrace.streams.runtime.HaltOnFault;
import io.quarkus.runtime.Quarkus;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;

/** Ends the process where a topology can't go on. */
@Singleton
final class TopologyFault {

    private static final int EXIT_HALTED = 70;

    @Produces
    @Singleton
    StreamsUncaughtExceptionHandler onFailure() {
        return new HaltOnFault(() -> Quarkus.asyncExit(EXIT_HALTED));
    }
}
