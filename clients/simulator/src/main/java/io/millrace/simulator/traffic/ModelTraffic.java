package io.millrace.simulator.traffic;

import io.millrace.events.label.LabelEvent;
import io.millrace.events.label.LabelKnown;
import io.millrace.events.prediction.PredictionEvent;
import io.millrace.events.prediction.PredictionMade;
import io.millrace.simulator.play.Sender;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.Topic;
import io.millrace.streams.Topics;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/** A model server and whoever learns the truth, as played time goes on. Used by one thread. */
public final class ModelTraffic implements AutoCloseable {

    private static final List<Topic<? extends SpecificRecord>> WRITTEN = List.of(Topics.PREDICTIONS, Topics.LABELS);

    private final Story story;
    private final Sender sender;
    private int predicted;
    private int labelled;

    /** @param client what every Kafka client of the stack is given: its address, its security */
    public ModelTraffic(Story story, Map<String, Object> client, SchemaLookup schemas) {
        this.story = story;
        this.sender = new Sender(client, schemas, WRITTEN);
    }

    /** Sends what has happened by then; ms of played time. */
    public void until(long nowMs) {
        while (predicted < story.answers().size() && story.timeOf(predicted) <= nowMs) {
            predict(predicted++);
        }
        while (labelled < story.answers().size() && truthKnown(labelled) <= nowMs) {
            label(labelled++);
        }
    }

    /** Sends the rest, and returns when all of it is stored. */
    public void rest() {
        until(endsMs());
        sender.flush();
    }

    /** When the last truth is known; ms of played time. */
    public long endsMs() {
        return truthKnown(story.answers().size() - 1);
    }

    private long truthKnown(int index) {
        return story.timeOf(index) + Story.UNTIL_TRUTH.toMillis();
    }

    private void predict(int index) {
        Answer answer = story.answers().get(index);
        Map<String, @Nullable Object> features = new HashMap<>(answer.features());
        PredictionMade made = PredictionMade.newBuilder()
                .setPredictionId(id(index))
                .setModelName(Story.MODEL)
                .setModelVersion(Story.VERSION)
                .setFeatures(features)
                .setScore(answer.score())
                .setLabel(answer.label())
                .setConfidence(Math.max(answer.score(), 1 - answer.score()))
                .build();
        long at = story.timeOf(index);
        sender.send(
                Topics.PREDICTIONS,
                Story.KEY,
                new PredictionEvent(id(index), Instant.ofEpochMilli(at), "model:" + Story.KEY, made),
                at);
    }

    private void label(int index) {
        long at = truthKnown(index);
        LabelKnown known = LabelKnown.newBuilder()
                .setPredictionId(id(index))
                .setLabel(story.answers().get(index).truth())
                .build();
        sender.send(
                Topics.LABELS,
                id(index),
                new LabelEvent(id(index) + "-truth", Instant.ofEpochMilli(at), "user:truth", known),
                at);
    }

    private static String id(int index) {
        return String.format("%s-%s-%06d", Story.MODEL, Story.VERSION, index);
    }

    @Override
    public void close() {
        sender.close();
    }
}
