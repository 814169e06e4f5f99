package io.millrace.simulator.play;

import io.millrace.events.cycle.CycleDecided;
import io.millrace.events.decision.JobDecision;
import io.millrace.streams.Topic;
import java.time.Duration;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;

/** What a play needs of the event log. Used by one thread. */
public interface Wire extends AutoCloseable {

    /** What came back from the scheduler; records of different partitions arrive in any order. */
    sealed interface Answer {
        record Decided(String jobId, JobDecision decision) implements Answer {}

        record Cycled(String pool, CycleDecided cycle) implements Answer {}
    }

    /**
     * Sends a record without waiting for it; records of one topic and key keep their order.
     *
     * @param timeMs played time, the record's timestamp
     */
    <E extends SpecificRecord> void send(Topic<E> topic, String key, E event, long timeMs);

    /**
     * Returns when everything sent is stored.
     *
     * @throws PlayException when something could not be stored
     */
    void flush();

    /** Answers that arrived since the last call; waits for the first one, but no longer than {@code atMost}. */
    List<Answer> poll(Duration atMost);

    @Override
    void close();
}
