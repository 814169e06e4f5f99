package io.millrace.tracker;

import io.smallrye.config.ConfigMapping;
import java.net.URI;
import java.util.Optional;

/** Settings that only the tracker has; each is also an environment variable, as those of all services are. */
@ConfigMapping(prefix = "millrace")
public interface TrackerConfig {

    Tracker tracker();

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
