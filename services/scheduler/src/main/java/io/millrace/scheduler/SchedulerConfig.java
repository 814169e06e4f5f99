package io.millrace.scheduler;

import io.smallrye.config.ConfigMapping;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Settings of the scheduler; each is also an environment variable, for example {@code MILLRACE_REGISTRY_URL}. */
@ConfigMapping(prefix = "millrace")
public interface SchedulerConfig {

    /** {@code wall}, {@code scaled(N)}, {@code scaled(N,INSTANT)} or {@code driven}. */
    String clock();

    /** The partition of {@code pool-inputs} of each pool: {@code a=0,b=1}. */
    String pools();

    /** The policy to adopt at the start, if it isn't in force already. */
    Path policyFile();

    /** What the organisation says of its teams and users, taken in at the start; empty for nothing. */
    Optional<Path> orgFile();

    /** Which of the service's instances this is; the same after a restart. */
    String instance();

    /** Folder for the state of Kafka Streams. */
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
