package io.millrace.cli;

import io.millrace.cost.codec.LogStatement;
import io.millrace.cost.codec.PricesDocument;
import io.millrace.events.attempt.AttemptEvent;
import io.millrace.events.decision.JobDecision;
import io.millrace.events.job.JobEvent;
import io.millrace.events.node.NodeEvent;
import io.millrace.local.ProjectRoot;
import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.Topic;
import io.millrace.streams.Topics;
import io.millrace.streams.UndecodableException;
import io.millrace.streams.runtime.TopicReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiConsumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** Reads what the log says of GPUs, for what they cost. */
final class LogCosts {

    private static final String PRICES = "policies/prices.yaml";

    private LogCosts() {}

    /** @param file the shipped list, if null */
    static PricesDocument prices(@Nullable Path file) {
        Path read = file == null ? ProjectRoot.find().resolve(PRICES) : file;
        try {
            return PricesDocument.parse(Files.readString(read));
        } catch (IOException e) {
            throw new CommandException("can't read the price list " + read + ": " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new CommandException(read + ": " + e.getMessage(), e);
        }
    }

    static LogStatement read(Connection connection, SchemaLookup schemas, PricesDocument prices) {
        LogStatement statement = new LogStatement(prices);
        BiConsumer<String, JobEvent> submitted = statement::submitted;
        Reading<JobEvent> jobs = new Reading<>(Topics.JOB_EVENTS, schemas, submitted);
        Reading<NodeEvent> nodes = new Reading<>(Topics.NODE_EVENTS, schemas, statement::node);
        Reading<JobDecision> decisions = new Reading<>(Topics.JOB_DECISIONS, schemas, statement::decided);
        Reading<AttemptEvent> attempts = new Reading<>(Topics.ATTEMPT_EVENTS, schemas, statement::attempted);
        List<Reading<?>> all = List.of(jobs, nodes, decisions, attempts);
        try (TopicReader reader = new TopicReader(
                connection.kafkaProperties(),
                all.stream().map(reading -> reading.topic.name()).toList())) {
            reader.toEnd(message -> all.forEach(reading -> reading.take(message)));
        }
        return statement;
    }

    private static final class Reading<E extends SpecificRecord> {
        private final Topic<E> topic;
        private final EventSerde<E> serde;
        private final BiConsumer<String, E> to;

        Reading(Topic<E> topic, SchemaLookup schemas, BiConsumer<String, E> to) {
            this.topic = topic;
            this.serde = EventSerde.of(topic, schemas);
            this.to = to;
        }

        void take(ConsumerRecord<String, byte[]> message) {
            if (message.topic().equals(topic.name()) && message.key() != null && message.value() != null) {
                try {
                    to.accept(message.key(), serde.decode(message.value()));
                } catch (UndecodableException e) {
                    // Whoever decides by it has put it aside: it changed nothing.
                }
            }
        }
    }
}
