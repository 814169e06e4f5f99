package io.millrace.scheduler.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.events.decision.JobPlaced;
import io.millrace.events.decision.JobQueued;
import io.millrace.events.job.JobCancelRequested;
import io.millrace.events.job.JobEvent;
import io.millrace.streams.Topic;
import io.millrace.streams.Topics;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Records that producers of a later release wrote. */
class NewerEventsTest {

    /** Could pass for a cancellation, to a reader that looks at fields and their defaults alone. */
    private static final String PAUSED = "JobPaused";

    private final SchedulerStory story = SchedulerStory.driven();

    @BeforeEach
    void begin() {
        story.policy(SchedulerStory.POLICY).node("n1", 8);
    }

    @AfterEach
    void end() {
        story.close();
    }

    static Topic<?>[] sources() {
        return new Topic<?>[] {Topics.JOB_EVENTS, Topics.ATTEMPT_EVENTS, Topics.NODE_EVENTS, Topics.POLICY_EVENTS};
    }

    /** The topic's schema with one more event, of one text. */
    private static Schema withAnotherEvent(Topic<?> topic) {
        Schema own = topic.schema();
        Schema paused = SchemaBuilder.record(PAUSED)
                .namespace(own.getNamespace())
                .fields()
                .name("reason")
                .type()
                .stringType()
                .stringDefault("")
                .endRecord();
        Schema newer = new Schema.Parser().parse(own.toString());
        return Schema.createRecord(
                newer.getName(),
                newer.getDoc(),
                newer.getNamespace(),
                false,
                newer.getFields().stream()
                        .map(field -> {
                            if (!field.name().equals("payload")) {
                                return new Schema.Field(field, field.schema());
                            }
                            var events = new ArrayList<>(field.schema().getTypes());
                            events.add(paused);
                            return new Schema.Field(field, Schema.createUnion(events));
                        })
                        .toList());
    }

    private static GenericRecord event(Schema schema, GenericRecord payload) {
        GenericRecord event = new GenericData.Record(schema);
        event.put("event_id", "newer");
        event.put("occurred_at", SchedulerStory.START.toEpochMilli());
        event.put("actor", "user:ann");
        event.put("payload", payload);
        return event;
    }

    private static Schema payload(Schema schema, String name) {
        return schema.getField("payload").schema().getTypes().stream()
                .filter(branch -> branch.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private byte[] written(Topic<?> topic, GenericRecord event) throws IOException {
        int id = story.schemas().idOf(topic.subject(), event.getSchema());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(0);
        out.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(id).array());
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
        new GenericDatumWriter<GenericRecord>(event.getSchema()).write(event, encoder);
        return out.toByteArray();
    }

    @ParameterizedTest
    @MethodSource("sources")
    void shouldSetAsideAnEventThatOnlyALaterReleaseKnowsAndGoOn(Topic<?> topic) throws IOException {
        story.submit("a", 8).play();
        assertThat(story.decisions()).hasAtLeastOneElementOfType(JobPlaced.class);
        Schema newer = withAnotherEvent(topic);
        GenericRecord paused = new GenericData.Record(payload(newer, PAUSED));
        paused.put("reason", "lunch");
        byte[] value = written(topic, event(newer, paused));
        story.harness().sendBytes(topic.name(), "a", value);
        assertThat(story.harness().readBytes(topic.deadLetterTopic()))
                .singleElement()
                .satisfies(letter -> {
                    assertThat(letter.value()).isEqualTo(value);
                    assertThat(letter.headers().get("millrace.reason")).startsWith("bytes don't follow schema ");
                });
        assertThat(story.harness().read(Topics.ALERT_SIGNALS)).hasSize(1);
        story.play().completed("a", 1).submit("the next", 8).play();
        assertThat(story.decisions())
                .hasSize(3)
                .hasAtLeastOneElementOfType(JobQueued.class)
                .hasAtLeastOneElementOfType(JobPlaced.class);
    }

    @Test
    void shouldReadAKnownEventOfALaterRelease() throws IOException {
        story.submit("a", 8).submit("b", 8).play();
        story.decisions();
        Schema newer = withAnotherEvent(Topics.JOB_EVENTS);
        GenericRecord cancel = new GenericData.Record(
                payload(newer, JobCancelRequested.getClassSchema().getName()));
        cancel.put("reason", "no longer wanted");
        byte[] value = written(Topics.JOB_EVENTS, event(newer, cancel));
        JobEvent read = story.harness().serde(Topics.JOB_EVENTS).decode(value);
        assertThat(read)
                .isEqualTo(new JobEvent(
                        "newer", SchedulerStory.START, "user:ann", new JobCancelRequested("no longer wanted")));
        story.harness().sendBytes(Topics.JOB_EVENTS.name(), "b", value);
        story.play(Map.of("default", 4L));
        assertThat(story.decisions()).hasSize(1);
        assertThat(story.harness().readBytes(Topics.JOB_EVENTS.deadLetterTopic()))
                .isEmpty();
    }
}
