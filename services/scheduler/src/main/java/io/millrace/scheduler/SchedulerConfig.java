package io.millrace.scheduler;

import io.smallrye.config.ConfigMapping;
import java.nio.file.Path;
import java.util.Optional;

/** Settings that only the scheduler has; each is also an environment variable, as those of all services are. */
@ConfigMapping(prefix = "millrace")
public interface SchedulerConfig {

    /** The partition of {@code pool-inputs} of each pool: {@code a=0,b=1}. */
    String pools();

    /** The policy to adopt at the start, if it isn't in force already. */
    Path policyFile();

    /** What the organisation says of its teams and users, taken in at the start; empty for nothing. */
    Optional<Path> orgFile();
}
