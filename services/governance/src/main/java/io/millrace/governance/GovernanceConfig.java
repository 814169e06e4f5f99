package io.millrace.governance;

import io.smallrye.config.ConfigMapping;
import java.nio.file.Path;
import java.time.Duration;

/** Settings that only governance has; each is also an environment variable, as those of all services are. */
@ConfigMapping(prefix = "millrace")
public interface GovernanceConfig {

    Audit audit();

    /** The audit log. */
    interface Audit {
        /** Its name, for ever: the key of its entries, and the origin of its checkpoints. */
        String logId();

        /** How many records an entry covers at most, in topics that have very many. */
        int mostRecords();

        /** How long an entry waits for others to cover, there. */
        Duration patience();

        /** How long after a checkpoint the next one is signed, if there is something new. */
        Duration checkpointEvery();

        /** Where tiles and checkpoints lie, and the key that signs them. */
        Path folder();

        /** Where checkpoints are kept for ever; better a place that somebody else keeps, or copies. */
        Path witnesses();

        /** How long after a checkpoint the next one goes there. */
        Duration witnessEvery();
    }
}
