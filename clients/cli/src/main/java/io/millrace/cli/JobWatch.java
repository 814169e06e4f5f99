package io.millrace.cli;

import io.millrace.events.attempt.AttemptEvent;
import io.millrace.events.decision.JobDecision;
import io.millrace.events.log.LogEvent;
import io.millrace.streams.EventSerde;
import io.millrace.streams.RegistryUnavailableException;
import io.millrace.streams.SchemaRegistry;
import io.millrace.streams.Topic;
import io.millrace.streams.Topics;
import io.millrace.streams.UndecodableException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/** Reads what is decided about some jobs, what agents see of them and what they write, as it comes. */
final class JobWatch implements AutoCloseable {

    /** Clocks differ: what was asked for then may have been written a little before. */
    private static final Duration SLACK = Duration.ofMinutes(1);

    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration ANSWER = Duration.ofSeconds(15);

    private final KafkaConsumer<String, byte[]> consumer;
    private final EventSerde<JobDecision> decisions;
    private final EventSerde<AttemptEvent> attempts;
    private final EventSerde<LogEvent> output;

    /**
     * @param since when the jobs were submitted; null for from now on
     * @param logs whether what they write is read too
     */
    JobWatch(Connection connection, Collection<String> jobs, @Nullable Instant since, boolean logs) {
        Map<String, Object> settings = new LinkedHashMap<>(connection.kafkaProperties());
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) ANSWER.toMillis());
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer());
        SchemaRegistry registry = connection.schemas();
        decisions = EventSerde.of(Topics.JOB_DECISIONS, registry);
        attempts = EventSerde.of(Topics.ATTEMPT_EVENTS, registry);
        output = EventSerde.of(Topics.JOB_LOGS, registry);
        try {
            begin(jobs, since, logs);
        } catch (KafkaException e) {
            consumer.close();
            throw new CommandException(
                    "no answer from Kafka at " + connection.bootstrapServers()
                            + "; 'millrace status' says how the stack is",
                    e);
        }
    }

    private void begin(Collection<String> jobs, @Nullable Instant since, boolean logs) {
        Set<TopicPartition> partitions = new LinkedHashSet<>();
        for (Topic<?> topic : logs
                ? List.of(Topics.JOB_DECISIONS, Topics.ATTEMPT_EVENTS, Topics.JOB_LOGS)
                : List.of(Topics.JOB_DECISIONS, Topics.ATTEMPT_EVENTS)) {
            int count = consumer.partitionsFor(topic.name()).size();
            jobs.forEach(job -> partitions.add(new TopicPartition(topic.name(), partition(job, count))));
        }
        consumer.assign(partitions);
        if (since == null) {
            consumer.seekToEnd(partitions);
            partitions.forEach(consumer::position);
            return;
        }
        Map<TopicPartition, Long> times = new LinkedHashMap<>();
        partitions.forEach(partition -> times.put(partition, since.minus(SLACK).toEpochMilli()));
        // Where nothing is as late as that, all of it is older.
        consumer.seekToEnd(partitions);
        consumer.offsetsForTimes(times).forEach((partition, start) -> {
            if (start != null) {
                consumer.seek(partition, start.offset());
            }
        });
    }

    /** As producers find it. */
    private static int partition(String key, int count) {
        return Utils.toPositive(Utils.murmur2(key.getBytes(StandardCharsets.UTF_8))) % count;
    }

    /** Hands over what has come, or comes within a moment. */
    void poll(JobStory story) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
            String job = record.key();
            if (story.isAbout(job) && record.value() != null) {
                if (record.topic().equals(Topics.JOB_DECISIONS.name())) {
                    tell(decisions, record, story::decided);
                } else if (record.topic().equals(Topics.ATTEMPT_EVENTS.name())) {
                    tell(attempts, record, story::attempted);
                } else {
                    tell(output, record, story::logged);
                }
            }
        }
    }

    /** Hands over what there is now. */
    void toEnd(JobStory story) {
        Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            poll(story);
        }
    }

    private static <E extends SpecificRecord> void tell(
            EventSerde<E> serde, ConsumerRecord<String, byte[]> record, BiConsumer<String, E> story) {
        E event;
        try {
            event = serde.decode(record.value());
        } catch (UndecodableException e) {
            return; // whoever answers for the topic makes a dead letter of it
        } catch (RegistryUnavailableException e) {
            throw new CommandException(e.getMessage() + "; 'millrace status' says how the stack is", e);
        }
        story.accept(record.key(), event);
    }

    @Override
    public void close() {
        consumer.close();
    }
}
