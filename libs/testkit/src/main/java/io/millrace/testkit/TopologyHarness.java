package io.millrace.testkit;

import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.Topic;
import io.millrace.streams.decider.DeciderStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;

/**
 * A topology run in the test's own thread, without a broker: record after record, under a clock that only the test
 * advances. Every topic is written and read in the form it has on the wire.
 */
public final class TopologyHarness implements AutoCloseable {

    /** What was written to a topic. */
    public record Written<E>(String key, E value) {}

    /** What was written to a topic, as bytes. */
    public record Bytes(@Nullable String key, byte @Nullable [] value, Map<String, String> headers) {}

    private final SchemaLookup schemas;
    private final TopologyTestDriver driver;
    private final Map<String, TestInputTopic<byte[], byte[]>> inputs = new HashMap<>();
    private final Map<String, TestOutputTopic<String, byte[]>> outputs = new HashMap<>();
    private Instant now;

    /** @param start where the wall clock begins */
    public TopologyHarness(Topology topology, SchemaLookup schemas, Instant start) {
        Properties config = new Properties();
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, "harness");
        config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "127.0.0.1:1");
        config.put(StreamsConfig.STATE_DIR_CONFIG, folder().toString());
        config.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
        config.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
        this.schemas = schemas;
        this.driver = new TopologyTestDriver(topology, config, start);
        this.now = start;
    }

    /** One of its own: several harnesses may be open at once. Streams empties it when the harness is closed. */
    private static Path folder() {
        try {
            Path folder = Files.createTempDirectory("millrace-harness-");
            folder.toFile().deleteOnExit();
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends at the time of the wall clock. */
    public <E extends SpecificRecord> void send(Topic<E> topic, String key, E event) {
        send(topic, key, event, now);
    }

    public <E extends SpecificRecord> void send(Topic<E> topic, String key, E event, Instant timestamp) {
        sendBytes(topic.name(), key, serde(topic).serialize(topic.name(), event), timestamp);
    }

    /** Sends anything at all, at the time of the wall clock. */
    public void sendBytes(String topic, @Nullable String key, byte @Nullable [] value) {
        sendBytes(topic, key, value, now);
    }

    private void sendBytes(String topic, @Nullable String key, byte @Nullable [] value, Instant timestamp) {
        inputs.computeIfAbsent(
                        topic,
                        name -> driver.createInputTopic(name, new ByteArraySerializer(), new ByteArraySerializer()))
                .pipeInput(
                        new TestRecord<>(key == null ? null : key.getBytes(StandardCharsets.UTF_8), value, timestamp));
    }

    /** Everything written to the topic since it was last read; fails on a deletion. */
    public <E extends SpecificRecord> List<Written<E>> read(Topic<E> topic) {
        EventSerde<E> serde = serde(topic);
        return readBytes(topic.name()).stream()
                .map(written -> new Written<>(
                        Objects.requireNonNull(written.key(), "key"),
                        serde.decode(Objects.requireNonNull(written.value(), "value"))))
                .toList();
    }

    /** The same as bytes, with the headers as text. */
    public List<Bytes> readBytes(String topic) {
        return output(topic).readRecordsToList().stream()
                .map(written -> new Bytes(written.key(), written.value(), headers(written)))
                .toList();
    }

    private static Map<String, String> headers(TestRecord<String, byte[]> written) {
        Map<String, String> headers = new HashMap<>();
        for (Header header : written.headers()) {
            headers.put(header.key(), new String(header.value(), StandardCharsets.UTF_8));
        }
        return headers;
    }

    private TestOutputTopic<String, byte[]> output(String topic) {
        return outputs.computeIfAbsent(
                topic, name -> driver.createOutputTopic(name, new StringDeserializer(), new ByteArrayDeserializer()));
    }

    public <E extends SpecificRecord> EventSerde<E> serde(Topic<E> topic) {
        return EventSerde.of(topic, schemas);
    }

    public <V> KeyValueStore<String, V> store(String name) {
        return driver.getKeyValueStore(name);
    }

    /** The entities of a topology's deciders. */
    public KeyValueStore<String, byte[]> entities(String name) {
        return ((DeciderStore) driver.getStateStore(name)).entities();
    }

    public Instant now() {
        return now;
    }

    /** Moves the wall clock, and lets what is due by it happen. */
    public void advanceWallClock(Duration step) {
        now = now.plus(step);
        driver.advanceWallClockTime(step);
    }

    @Override
    public void close() {
        driver.close();
    }
}
