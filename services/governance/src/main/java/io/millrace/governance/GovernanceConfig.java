package io.millrace.governance;

import io.smallrye.config.ConfigMapping;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;

/** Settings that only governance has; each is also an environment variable, as those of all services are. */
@ConfigMapping(prefix = "millrace")
public interface GovernanceConfig {

    Audit audit();

    Fairness fairness();

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

    /** Whether models treat groups of people alike. */
    interface Fairness {
        /** Length of the windows of predictions that groups are compared in. */
        Duration window();

        /** Classes that are the favourable answer. */
        Set<String> favourable();

        /** Score from which on an answer without a class is the favourable one. */
        double threshold();

        /** People below whom a group gets no verdict. */
        long minGroup();

        /** Between two groups' rates. */
        double mostDifference();

        /** Of a group's selection rate to that of the group that is selected most often; 0.8 is the four-fifths rule. */
        double leastRatio();

        /** The same, upwards. */
        double mostRatio();

        /** Of intervals, as 0.95. */
        double confidence();
    }
}
