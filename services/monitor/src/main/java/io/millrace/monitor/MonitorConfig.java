package io.millrace.monitor;

import io.smallrye.config.ConfigMapping;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Settings that only the monitor has; each is also an environment variable, as those of all services are. */
@ConfigMapping(prefix = "millrace")
public interface MonitorConfig {

    /** The alert rules to adopt at the start, if the file has changed since it was adopted last. */
    Path alertRulesFile();

    /** Where the receivers that rules name are reached; nobody is told where there is none. Holds secrets. */
    Optional<Path> receiversFile();

    Monitor monitor();

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

        /** After how long without predictions windows close by the monitor's own clock. */
        Duration silence();

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
