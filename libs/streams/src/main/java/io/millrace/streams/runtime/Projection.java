package io.millrace.streams.runtime;

import io.millrace.streams.EventSerde;
import io.millrace.streams.RegistryUnavailableException;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A view in memory, folded from all committed records of some topics. Belongs to no consumer group, so every instance
 * has all of it; built anew at each start. One thread of its own does the folding.
 */
public final class Projection implements AutoCloseable {

    /** Takes the records, partition by partition in their order. Called by one thread. */
    @FunctionalInterface
    public interface Fold {
        /**
         * @param event null for a deletion
         * @param timestamp of the record, ms
         */
        void apply(String topic, String key, @Nullable SpecificRecord event, long timestamp);
    }

    /** Takes records as they are. */
    @FunctionalInterface
    public interface RecordFold {
        void apply(ConsumerRecord<String, byte[]> record);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Projection.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration RETRY = Duration.ofSeconds(2);
    private static final Duration TOPIC_CHECK = Duration.ofMillis(200);

    private final Map<String, Object> clientConfig;
    private final Set<String> topics;
    private final Runnable reset;
    private final RecordFold fold;
    private final Thread thread;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicLong unreadable = new AtomicLong();
    private volatile boolean caughtUp;
    private volatile @Nullable Consumer<String, byte[]> consumer;

    /**
     * Starts at once.
     *
     * @param clientConfig how to reach the broker
     * @param topics what the view is folded from
     * @param reset empties the view; called before it is built, also when it has to be built again
     */
    public Projection(
            String name,
            Map<String, Object> clientConfig,
            Collection<Topic<?>> topics,
            SchemaLookup schemas,
            Runnable reset,
            Fold fold) {
        this(name, clientConfig, names(topics), reset, decoding(topics, schemas, fold));
    }

    /**
     * Of records as they are, for topics that hold no events. Starts at once; a topic that is not there is waited for.
     *
     * @param fold takes the records that have a key, partition by partition in their order; called by one thread
     */
    public Projection(
            String name, Map<String, Object> clientConfig, Set<String> topics, Runnable reset, RecordFold fold) {
        this.clientConfig = clientConfig;
        this.topics = Set.copyOf(topics);
        this.reset = reset;
        this.fold = fold;
        this.thread = Thread.ofPlatform().name(name).daemon().start(this::run);
    }

    private static Set<String> names(Collection<Topic<?>> topics) {
        return topics.stream().map(Topic::name).collect(Collectors.toSet());
    }

    private static RecordFold decoding(Collection<Topic<?>> topics, SchemaLookup schemas, Fold fold) {
        Map<String, EventSerde<? extends SpecificRecord>> serdes = new HashMap<>();
        topics.forEach(topic -> serdes.put(topic.name(), EventSerde.of(topic, schemas)));
        return record -> {
            EventSerde<? extends SpecificRecord> serde = serdes.get(record.topic());
            if (serde == null) {
                throw new IllegalStateException("nobody asked for " + record.topic());
            }
            SpecificRecord event = record.value() == null ? null : serde.decode(record.value());
            fold.apply(record.topic(), record.key(), event, record.timestamp());
        };
    }

    /** Whether the view holds everything that was committed when it was started. */
    public boolean caughtUp() {
        return caughtUp;
    }

    /** Records that could not be read or folded; they are left out of the view. */
    public long unreadable() {
        return unreadable.get();
    }

    @Override
    public void close() {
        closed.set(true);
        Consumer<String, byte[]> current = consumer;
        if (current != null) {
            current.wakeup();
        }
        thread.interrupt();
    }

    private void run() {
        while (!closed.get()) {
            try {
                follow();
            } catch (WakeupException | InterruptException e) {
                LOG.debug("view stops", e);
            } catch (RuntimeException e) {
                LOG.warn("view is built again after a failure", e);
                caughtUp = false;
                pause(RETRY);
            }
        }
    }

    private static void pause(Duration length) {
        try {
            Thread.sleep(length);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void follow() {
        try (Consumer<String, byte[]> opened = TopicReader.consumer(clientConfig)) {
            consumer = opened;
            reset.run();
            List<TopicPartition> partitions = partitions(opened);
            opened.assign(partitions);
            opened.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = new HashMap<>(opened.endOffsets(partitions));
            while (!closed.get()) {
                ConsumerRecords<String, byte[]> polled = opened.poll(POLL);
                polled.forEach(this::apply);
                if (!caughtUp) {
                    ends.entrySet().removeIf(end -> opened.position(end.getKey()) >= end.getValue());
                    caughtUp = ends.isEmpty();
                }
            }
        } finally {
            consumer = null;
        }
    }

    /** Of all topics, as soon as they are there; none when the view is closed before. */
    private List<TopicPartition> partitions(Consumer<String, byte[]> opened) {
        List<TopicPartition> found = new ArrayList<>();
        for (String topic : topics) {
            List<PartitionInfo> partitions = opened.partitionsFor(topic);
            while (partitions.isEmpty() && !closed.get()) {
                pause(TOPIC_CHECK);
                partitions = opened.partitionsFor(topic);
            }
            partitions.forEach(info -> found.add(new TopicPartition(info.topic(), info.partition())));
        }
        return found;
    }

    private void apply(ConsumerRecord<String, byte[]> record) {
        if (record.key() == null) {
            unreadable.incrementAndGet();
            return;
        }
        while (!closed.get()) {
            try {
                fold.apply(record);
                return;
            } catch (RegistryUnavailableException e) {
                pause(RETRY); // the view stands still, and is not lost
            } catch (RuntimeException e) {
                unreadable.incrementAndGet();
                LOG.warn("record {}-{}@{} is left out", record.topic(), record.partition(), record.offset(), e);
                return;
            }
        }
    }
}
