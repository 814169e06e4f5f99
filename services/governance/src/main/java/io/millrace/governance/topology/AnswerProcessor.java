package io.millrace.governance.topology;

import io.millrace.events.fairanswer.DecisionMade;
import io.millrace.events.fairanswer.FairAnswerEvent;
import io.millrace.events.prediction.PredictionEvent;
import io.millrace.events.prediction.PredictionMade;
import io.millrace.governance.codec.FairnessCodec;
import io.millrace.governance.domain.fairness.Favourable;
import io.millrace.governance.domain.fairness.Group;
import io.millrace.service.topology.DeadLetters;
import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.Topics;
import io.millrace.streams.UndecodableException;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/** Takes out what fairness is about: answers about somebody of whom it is said what groups he belongs to. */
final class AnswerProcessor implements Processor<String, byte[], String, Object> {

    private final Favourable favourable;
    private final EventSerde<PredictionEvent> serde;
    private final String answersSink;
    private final DeadLetters deadLetters;
    private @Nullable ProcessorContext<String, Object> context;

    AnswerProcessor(Favourable favourable, SchemaLookup schemas, String answersSink, DeadLetters deadLetters) {
        this.favourable = favourable;
        this.serde = EventSerde.of(Topics.PREDICTIONS, schemas);
        this.answersSink = answersSink;
        this.deadLetters = deadLetters;
    }

    @Override
    public void init(ProcessorContext<String, Object> processorContext) {
        context = processorContext;
    }

    @Override
    public void process(Record<String, byte[]> record) {
        ProcessorContext<String, Object> to = context;
        if (to == null) {
            throw new IllegalStateException("not initialised");
        }
        PredictionEvent event = read(record.value());
        if (event == null
                || !(event.getPayload() instanceof PredictionMade made)
                || made.getGroups().isEmpty()
                || made.getError() != null) {
            return;
        }
        Boolean selected = favourable.answered(made.getLabel(), made.getScore());
        if (selected == null) {
            return;
        }
        if (made.getGroups().size() > Group.MOST_ATTRIBUTES) {
            deadLetters.condemn(
                    to,
                    record,
                    "it names groups by " + made.getGroups().size() + " attributes; groups have at most "
                            + Group.MOST_ATTRIBUTES);
            return;
        }
        Double score = made.getScore();
        DecisionMade decision = new DecisionMade(
                made.getPredictionId(),
                made.getModelName(),
                made.getModelVersion(),
                event.getOccurredAt(),
                made.getGroups(),
                selected,
                score != null && score >= 0 && score <= 1 ? score : null);
        to.forward(
                new Record<>(
                        made.getPredictionId(),
                        (Object) new FairAnswerEvent(
                                made.getPredictionId() + "/groups",
                                event.getOccurredAt(),
                                FairnessCodec.ACTOR,
                                decision),
                        record.timestamp()),
                answersSink);
    }

    /** Null for what can't be read: the monitor, whose business all predictions are, puts it aside. */
    private @Nullable PredictionEvent read(byte @Nullable [] value) {
        try {
            return value == null ? null : serde.decode(value);
        } catch (UndecodableException e) {
            return null;
        }
    }
}
