package io.millrace.tracker;

import io.smallrye.config.ConfigMapping;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Settings of the tracker; each is also an environment variable, for example {@code MILLRACE_REGISTRY_URL}. */
@ConfigMapping(prefix = "millrace")
public interface TrackerConfig {

    /** {@code wall}, {@code scaled(N)}, {@code scaled(N,INSTANT)} or {@code driven}. */
    String clock();

    /** Folder for what the service keeps beside its database. */
    Path stateDir();

    Registry registry();

    Schema schema();

    Tracker tracker();

    /** The schema registry. */
    interface Registry {
        /** Root of its Confluent API. */
        URI url();

        /** PEM file of whom to believe that the registry is the registry; without, whom the JDK believes. */
        Optional<Path> authority();

        /** How long a record waits for it in one go. */
        Duration patience();
    }

    /** Schemas. */
    interface Schema {
        /** Folder in which answers of the registry are kept. */
        Path cache();
    }

    /** What only the tracker has. */
    interface Tracker {
        Database database();

        Artifacts artifacts();
    }

    /** Where runs are kept. What is in it can be dropped at any time: it is built again from the log. */
    interface Database {
        /** {@code jdbc:h2:file:PATH}, in this process, or {@code jdbc:postgresql://HOST:PORT/NAME}. */
        String url();

        Optional<String> user();

        Optional<String> password();

        /** How many requests may use it at once. */
        int connections();
    }

    /** Where the files of runs lie. */
    interface Artifacts {
        /** A folder, or {@code s3://BUCKET/PREFIX}; whose the bucket is says the environment, as AWS has it. */
        String place();

        /** Of what speaks S3 and is not AWS. */
        Optional<URI> endpoint();

        /** Of the bucket. */
        String region();
    }
}
