package io.millrace.service.topology;

import io.millrace.streams.DeadLetter;
import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.Topic;
import java.nio.charset.StandardCharsets;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.Topology;

/** Where a topology touches topics. */
public record TopicEnds(Topology topology, SchemaLookup schemas) {

    /**
     * Reads others' records as bytes, since what can't be read must not stop the topology.
     *
     * @return the source's name
     */
    public String source(Topic<?> topic) {
        String name = topic.name() + "-source";
        topology.addSource(name, new StringDeserializer(), new ByteArrayDeserializer(), topic.name());
        return name;
    }

    /** Reads the service's own records, which can be read. */
    public <E extends SpecificRecord> void ownSource(String name, Topic<E> topic) {
        topology.addSource(name, new StringDeserializer(), EventSerde.of(topic, schemas), topic.name());
    }

    public <E extends SpecificRecord> void sink(String name, Topic<E> topic, String parent) {
        topology.addSink(name, topic.name(), new StringSerializer(), EventSerde.of(topic, schemas), parent);
    }

    /** Takes what {@link DeadLetters} condemns, to the dead letters of the topic that it came from. */
    public void deadLetters(String name, String parent) {
        topology.addSink(
                name,
                // Not always the topic that is read now: what waited is given up when something else comes.
                (key, value, context) -> DeadLetter.topicOf(new String(
                        context.headers().lastHeader(DeadLetter.SOURCE_TOPIC).value(), StandardCharsets.UTF_8)),
                new StringSerializer(),
                new ByteArraySerializer(),
                parent);
    }
}
