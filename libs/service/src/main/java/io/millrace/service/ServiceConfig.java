package io.millrace.service;

import io.smallrye.config.ConfigMapping;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Settings that all services have; each is also an environment variable, for example {@code MILLRACE_REGISTRY_URL}. */
@ConfigMapping(prefix = "millrace")
public interface ServiceConfig {

    /** {@code wall}, {@code scaled(N)}, {@code scaled(N,INSTANT)} or {@code driven}. */
    String clock();

    /** Which of the service's instances this is; the same after a restart. */
    String instance();

    /** Folder for what the service keeps on disk. */
    Path stateDir();

    Registry registry();

    Schema schema();

    /** The schema registry. */
    interface Registry {
        /** Root of its Confluent API. */
        URI url();

        /** PEM file of whom to believe that the registry is the registry; without, whom the JDK believes. */
        Optional<Path> authority();

        /** How long a record waits for it in one go, below the transaction's time-out. */
        Duration patience();
    }

    /** Schemas. */
    interface Schema {
        /** Folder in which answers of the registry are kept. */
        Path cache();
    }
}
