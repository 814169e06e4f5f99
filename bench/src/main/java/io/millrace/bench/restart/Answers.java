package io.millrace.bench.restart;

import io.millrace.events.decision.JobDecision;
import io.millrace.events.decision.JobRejected;
import io.millrace.streams.EventSerde;
import io.millrace.streams.Topics;
import io.millrace.streams.runtime.TopicReader;
import java.util.BitSet;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Which jobs of a {@link SteadyLoad} have a committed decision. */
final class Answers implements AutoCloseable {

    private final TopicReader reader;
    private final EventSerde<JobDecision> decisions;
    private final BitSet answered = new BitSet();
    private int rejected;

    Answers(OwnStack stack) {
        reader = new TopicReader(stack.client(), List.of(Topics.JOB_DECISIONS.name()));
        decisions = EventSerde.of(Topics.JOB_DECISIONS, stack.schemas());
    }

    /** Takes in what is committed now. */
    void read() {
        reader.toEnd(this::note);
    }

    private void note(ConsumerRecord<String, byte[]> record) {
        answered.set(SteadyLoad.number(record.key()));
        if (decisions.decode(record.value()).getPayload() instanceof JobRejected) {
            rejected++;
        }
    }

    /** Whether any job from this number on is answered. */
    boolean anyFrom(int number) {
        return answered.nextSetBit(number) >= 0;
    }

    /** Whether every job before this number is answered. */
    boolean allBefore(int number) {
        return answered.nextClearBit(0) >= number;
    }

    int count() {
        return answered.cardinality();
    }

    /** How many were not even queued. */
    int rejected() {
        return rejected;
    }

    @Override
    public void close() {
        reader.close();
    }
}
