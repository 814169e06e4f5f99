package io.millrace.governance.audit;

import io.millrace.events.audit.AuditEvent;
import io.millrace.events.audit.EntryLogged;
import io.millrace.governance.codec.EntryCodec;
import io.millrace.governance.codec.SourceCodec;
import io.millrace.governance.domain.audit.AuditEntry;
import io.millrace.governance.domain.audit.Coverage;
import io.millrace.governance.domain.audit.Coverage.Place;
import io.millrace.governance.domain.audit.Covered;
import io.millrace.governance.domain.audit.Gathering;
import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.Topics;
import io.millrace.streams.runtime.TopicReader;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends to the audit log what covers the records of all audited topics, each exactly once. There is one writer: a new
 * one shuts out the one before it, whose open transaction is as if it never was. What is covered already it learns from
 * the log, and from nothing else; a writer that failed in whatever way is closed, and a new one takes its place.
 * Not thread safe.
 */
public final class AuditWriter implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AuditWriter.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration GOODBYE = Duration.ofSeconds(3);
    private static final int POLLED_AT_MOST = 5_000;
    private static final int TRANSACTION_MS = 10_000;
    private static final Comparator<TopicPartition> IN_ORDER =
            Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

    private final AuditSettings settings;
    private final InstantSource clock;
    private final SourceCodec sources;
    private final EventSerde<AuditEvent> serde;
    private final Gathering gathering;
    private final Coverage coverage = new Coverage();
    private final ConsumerGroupMetadata group;
    private final KafkaProducer<String, byte[]> producer;
    private final KafkaConsumer<byte[], byte[]> consumer;

    /** Up to where, as the broker was told together with the entries, partitions were covered once. */
    private final Map<TopicPartition, Long> told = new HashMap<>();

    private long size;
    private boolean failed;

    /**
     * Returns when the log is read and nobody else can write it any more.
     *
     * @param broker how to reach it, as governance
     * @throws IllegalStateException when the log is not whole
     */
    public AuditWriter(Map<String, Object> broker, SchemaLookup schemas, AuditSettings settings, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
        sources = new SourceCodec(AuditSettings.audited(), schemas);
        serde = EventSerde.of(Topics.AUDIT_LOG, schemas);
        gathering = new Gathering(AuditSettings.MANY, settings.most(), settings.patienceMs());
        group = new ConsumerGroupMetadata(settings.writer());
        producer = producer(broker);
        consumer = consumer(broker);
        try {
            producer.initTransactions();
            LoggedLines lines = new LoggedLines(settings.logId(), schemas, this::covered);
            try (TopicReader log = new TopicReader(broker, List.of(Topics.AUDIT_LOG.name()))) {
                log.toEnd(lines::take);
            }
            goOn();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private KafkaProducer<String, byte[]> producer(Map<String, Object> broker) {
        Map<String, Object> config = new HashMap<>(broker);
        config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, settings.writer());
        config.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_MS);
        config.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        config.put(ProducerConfig.LINGER_MS_CONFIG, 100); // the commit sends at once what is held back
        config.put(ProducerConfig.BATCH_SIZE_CONFIG, 1 << 17);
        return new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer());
    }

    private KafkaConsumer<byte[], byte[]> consumer(Map<String, Object> broker) {
        Map<String, Object> config = new HashMap<>(broker);
        config.put(ConsumerConfig.GROUP_ID_CONFIG, settings.writer());
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, POLLED_AT_MOST);
        config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 50);
        return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private void covered(String line) {
        coverage.take(EntryCodec.parse(line).covered());
        size++;
    }

    /** Takes each partition up where the log leaves it. */
    private void goOn() {
        List<TopicPartition> partitions = AuditSettings.audited().stream()
                .flatMap(topic -> IntStream.range(0, topic.partitions())
                        .mapToObj(partition -> new TopicPartition(topic.name(), partition)))
                .toList();
        consumer.assign(partitions);
        consumer.committed(new HashSet<>(partitions)).forEach((partition, committed) -> {
            if (committed != null) {
                told.put(partition, committed.offset());
            }
        });
        consumer.beginningOffsets(partitions).forEach((partition, begin) -> {
            long next = next(partition);
            if (begin > next) {
                LOG.error("{}: what was from offset {} to {} is gone and is in no entry", partition, next, begin - 1);
            }
            consumer.seek(partition, Math.max(begin, next));
        });
    }

    private long next(TopicPartition partition) {
        return coverage.next().getOrDefault(new Place(partition.topic(), partition.partition()), 0L);
    }

    /**
     * Reads what there is and logs it; waits a little when there is nothing. Gives how many entries it wrote.
     *
     * @throws IllegalStateException when it failed before: what it had read then would be in no entry
     */
    public int step() {
        if (failed) {
            throw new IllegalStateException("this writer failed; another has to take its place");
        }
        failed = true;
        int entries = readAndLog();
        failed = false;
        return entries;
    }

    private int readAndLog() {
        ConsumerRecords<byte[], byte[]> polled = consumer.poll(POLL);
        long now = clock.millis();
        List<Covered> entries = new ArrayList<>(gathering.due(now));
        for (TopicPartition partition :
                polled.partitions().stream().sorted(IN_ORDER).toList()) {
            for (ConsumerRecord<byte[], byte[]> record : polled.records(partition)) {
                requireNew(partition, record.offset());
                entries.addAll(gathering.add(sources.source(record), now));
            }
        }
        if (!entries.isEmpty()) {
            log(entries, now);
        }
        return entries.size();
    }

    /** A log that lost entries at its end is not written anew: others have seen what was there. */
    private void requireNew(TopicPartition partition, long offset) {
        if (offset < told.getOrDefault(partition, 0L)) {
            throw new IllegalStateException("the entry that covers offset " + offset + " of " + partition
                    + " is missing in the log, and the group " + settings.writer() + " shows that it was there");
        }
    }

    private void log(List<Covered> entries, long now) {
        producer.beginTransaction();
        for (Covered covered : entries) {
            coverage.take(covered);
            AuditEntry entry = new AuditEntry(size, now, covered);
            AuditEvent event = new AuditEvent(
                    settings.logId() + "/" + size,
                    Instant.ofEpochMilli(now),
                    AuditSettings.ACTOR,
                    new EntryLogged(size, entry.line()));
            producer.send(new ProducerRecord<>(
                    Topics.AUDIT_LOG.name(), 0, now, settings.logId(), serde.serialize(null, event)));
            size++;
        }
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        coverage.next()
                .forEach((place, next) ->
                        offsets.put(new TopicPartition(place.topic(), place.partition()), new OffsetAndMetadata(next)));
        producer.sendOffsetsToTransaction(offsets, group);
        producer.commitTransaction();
    }

    /** How many entries the log has. */
    public long size() {
        return size;
    }

    @Override
    public void close() {
        producer.close(GOODBYE);
        consumer.close();
    }
}
