package io.millrace.monitor;

import io.smallrye.config.ConfigMapping;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Settings of the monitor; each is also an environment variable, for example {@code MILLRACE_REGISTRY_URL}. */
@ConfigMapping(prefix = "millrace")
public interface MonitorConfig {

    /** {@code wall}, {@code scaled(N)}, {@code scaled(N,INSTANT)} or {@code driven}. */
    String clock();

    /** Which of the service's instances this is; the same after a restart. */
    String instance();

    /** Folder for the state of Kafka Streams. */
    Path stateDir();

    /** The alert rules to adopt at the start, if the file has changed since it was adopted last. */
    Path alertRulesFile();

    /** Where the receivers that rules name are reached; nobody is told where there is none. Holds secrets. */
    Optional<Path> receiversFile();

    Registry registry();

    Schema schema();

    Monitor monitor();

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

    /** What only the monitor has. */
    interface Monitor {
        /** Length of the windows that service quality is told of. */
        Duration serviceWindow();

        /** Length of the windows that drift is judged in; a multiple of the former. */
        Duration driftWindow();

        /** How long after its end a window waits for what is late. */
        Duration grace();

        /** From how far ahead on a producer's clock is not believed alone. */
        Duration leap();

        /** Below which corrected p-value a feature drifts. */
        double driftLevel();

        /** Which share of the features drifts where the data set does. */
        double driftShare();

        /** Values in a window below which nothing is said of a feature. */
        long driftFewest();

        /** Difference, in standard deviations or as Jensen-Shannon distance, below which it is no matter. */
        double driftEffect();
    }
}
