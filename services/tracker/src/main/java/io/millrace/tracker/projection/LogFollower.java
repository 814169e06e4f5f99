package io.millrace.tracker.projection;

import io.millrace.events.signal.SignalEvent;
import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.Topics;
import io.millrace.tracker.store.Database;
import io.millrace.tracker.store.DatabaseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the tables equal to the log: reads the topics of its folds, each record once, and moves on in the same
 * transaction that writes the rows. A record that can't be read is put aside. What fails is tried again, for ever.
 */
public final class LogFollower implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LogFollower.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final int AT_ONCE = 500;
    private static final int FETCH_BYTES = 8 << 20;

    private final Map<String, Object> client;
    private final Database database;
    private final Outbox outbox;
    private final OwnWords ownWords;
    private final EventSerde<SignalEvent> signals;
    private final Map<String, Followed<?>> followed = new HashMap<>();
    private final Progress progress;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Thread thread;
    private volatile @Nullable Consumer<String, byte[]> consumer;

    /**
     * Starts at once.
     *
     * @param client how to reach the broker
     */
    public LogFollower(
            Map<String, Object> client,
            SchemaLookup schemas,
            Database database,
            LogDoor door,
            Collection<? extends RowFold<?>> folds) {
        this(client, schemas, database, door, folds, new Progress());
    }

    /** @param progress is told how far it is */
    public LogFollower(
            Map<String, Object> client,
            SchemaLookup schemas,
            Database database,
            LogDoor door,
            Collection<? extends RowFold<?>> folds,
            Progress progress) {
        this.progress = progress;
        this.client = client;
        this.database = database;
        this.outbox = new Outbox(database, door.producer());
        folds.forEach(fold -> followed.put(fold.topic().name(), Followed.of(fold, schemas)));
        this.signals = EventSerde.of(Topics.ALERT_SIGNALS, schemas);
        this.ownWords = new OwnWords(schemas, followed.keySet());
        this.thread = Thread.ofPlatform().name("log-follower").daemon().start(this::run);
    }

    /** How far it is. */
    public Progress progress() {
        return progress;
    }

    @Override
    public void close() {
        closed.set(true);
        Consumer<String, byte[]> current = consumer;
        if (current != null) {
            current.wakeup();
        }
        try {
            thread.join(Duration.ofSeconds(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (!closed.get()) {
            try {
                follow();
            } catch (WakeupException | InterruptException e) {
                LOG.debug("the follower stops", e);
            } catch (RuntimeException e) {
                LOG.warn("the log is followed again from where the tables are, after a failure", e);
                progress.fellBehind();
                pause();
            }
        }
    }

    private void follow() {
        try (KafkaConsumer<String, byte[]> opened = open()) {
            consumer = opened;
            Map<TopicPartition, Long> stored = database.reading(Positions::all);
            if (stored.isEmpty()) {
                // Built anew: what was told already must not be told again.
                ownWords.read(opened, database);
            }
            List<TopicPartition> partitions = partitions(opened, followed.keySet());
            opened.assign(partitions);
            for (TopicPartition partition : partitions) {
                Long next = stored.get(partition);
                if (next == null) {
                    opened.seekToBeginning(Set.of(partition));
                } else {
                    opened.seek(partition, next);
                }
            }
            progress.begin(opened.endOffsets(partitions), opened.beginningOffsets(partitions), stored);
            Map<TopicPartition, Long> reached = new HashMap<>(stored);
            while (!closed.get()) {
                ConsumerRecords<String, byte[]> polled = opened.poll(POLL);
                if (!polled.isEmpty()) {
                    apply(polled, reached);
                }
                outbox.send();
                progress.at(opened::position);
            }
        } finally {
            consumer = null;
        }
    }

    private KafkaConsumer<String, byte[]> open() {
        Map<String, Object> config = new HashMap<>(client);
        config.remove(ConsumerConfig.GROUP_ID_CONFIG);
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, AT_ONCE);
        config.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES);
        return new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer());
    }

    /** Of all the topics, as soon as they are there. */
    private List<TopicPartition> partitions(Consumer<String, byte[]> opened, Set<String> topics) {
        List<TopicPartition> found = new ArrayList<>();
        for (String topic : topics) {
            List<PartitionInfo> partitions = opened.partitionsFor(topic);
            while (partitions.isEmpty() && !closed.get()) {
                pause();
                partitions = opened.partitionsFor(topic);
            }
            partitions.forEach(info -> found.add(new TopicPartition(info.topic(), info.partition())));
        }
        return found;
    }

    private static void pause() {
        try {
            Thread.sleep(RETRY);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** In one transaction; where a record can't be stored at all, one by one, and that one is put aside. */
    private void apply(ConsumerRecords<String, byte[]> polled, Map<TopicPartition, Long> reached) {
        try {
            apply(polled, reached, null);
        } catch (DatabaseException e) {
            if (!e.isOfWhatWasWritten()) {
                throw e;
            }
            LOG.warn("the tables refuse a record; the batch is applied record by record", e);
            for (ConsumerRecord<String, byte[]> record : polled) {
                ConsumerRecords<String, byte[]> alone = new ConsumerRecords<>(
                        Map.of(new TopicPartition(record.topic(), record.partition()), List.of(record)), Map.of());
                try {
                    apply(alone, reached, null);
                } catch (DatabaseException alsoAlone) {
                    if (!alsoAlone.isOfWhatWasWritten()) {
                        throw alsoAlone;
                    }
                    apply(alone, reached, "the tables can't hold it: " + alsoAlone.getMessage());
                }
            }
        }
    }

    private void apply(
            ConsumerRecords<String, byte[]> polled, Map<TopicPartition, Long> reached, @Nullable String unfit) {
        List<Batch<?>> batches = new ArrayList<>();
        for (Followed<?> one : followed.values()) {
            batches.add(Batch.of(one, polled, unfit));
        }
        batches.forEach(Batch::make);
        boolean applied = database.transaction(transaction -> {
            for (TopicPartition partition : polled.partitions()) {
                if (!Positions.standsAt(transaction, partition, reached.get(partition))) {
                    return false;
                }
            }
            for (Batch<?> batch : batches) {
                batch.apply(transaction, signals, polled);
            }
            return true;
        });
        if (!applied) {
            throw new IllegalStateException("somebody else writes into the tables");
        }
        for (TopicPartition partition : polled.partitions()) {
            reached.put(partition, polled.records(partition).getLast().offset() + 1);
        }
    }
}
