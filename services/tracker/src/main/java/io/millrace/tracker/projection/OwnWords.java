package io.millrace.tracker.projection;

import io.millrace.events.refusal.RefusalEvent;
import io.millrace.streams.DeadLetter;
import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.Topics;
import io.millrace.streams.UndecodableException;
import io.millrace.tracker.store.Database;
import io.millrace.tracker.store.Transaction;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the tracker told before its tables were dropped: refusals and dead letters, which are not told a second time. */
final class OwnWords {

    private static final Logger LOG = LoggerFactory.getLogger(OwnWords.class);
    private static final Duration POLL = Duration.ofMillis(100);

    private final EventSerde<RefusalEvent> refusals;
    private final Set<String> sources;

    /** @param sources topics whose unreadable records it puts aside */
    OwnWords(SchemaLookup schemas, Set<String> sources) {
        this.refusals = EventSerde.of(Topics.RUN_REFUSALS, schemas);
        this.sources = Set.copyOf(sources);
    }

    /** Takes them in up to what is the end now. */
    void read(Consumer<String, byte[]> consumer, Database database) {
        List<TopicPartition> partitions = new ArrayList<>();
        List<String> topics = new ArrayList<>(List.of(Topics.RUN_REFUSALS.name()));
        sources.forEach(source -> topics.add(DeadLetter.topicOf(source)));
        for (String topic : topics) {
            consumer.partitionsFor(topic)
                    .forEach(info -> partitions.add(new TopicPartition(info.topic(), info.partition())));
        }
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            List<ConsumerRecord<String, byte[]>> polled = new ArrayList<>();
            consumer.poll(POLL).forEach(polled::add);
            if (!polled.isEmpty()) {
                database.transaction(transaction -> {
                    for (ConsumerRecord<String, byte[]> record : polled) {
                        take(transaction, record);
                    }
                    return polled.size();
                });
            }
        }
    }

    private void take(Transaction transaction, ConsumerRecord<String, byte[]> record) throws SQLException {
        if (record.topic().equals(Topics.RUN_REFUSALS.name())) {
            if (record.value() != null) {
                try {
                    RefusalRows.keep(transaction, record.key(), refusals.decode(record.value()));
                } catch (UndecodableException e) {
                    LOG.debug("a refusal that can't be read is put aside later", e);
                }
            }
            return;
        }
        String topic = text(record, DeadLetter.SOURCE_TOPIC);
        String partition = text(record, DeadLetter.SOURCE_PARTITION);
        String offset = text(record, DeadLetter.SOURCE_OFFSET);
        if (topic == null || partition == null || offset == null) {
            return; // another reader's, of another form
        }
        try {
            DeadLetterRows.keep(transaction, topic, Integer.parseInt(partition), Long.parseLong(offset));
        } catch (NumberFormatException e) {
            LOG.debug("a dead letter does not say where it is from", e);
        }
    }

    private static @Nullable String text(ConsumerRecord<String, byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }
}
