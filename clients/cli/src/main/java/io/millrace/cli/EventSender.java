package io.millrace.cli;

import io.millrace.streams.EventSerde;
import io.millrace.streams.RegistryUnavailableException;
import io.millrace.streams.SchemaRegistry;
import io.millrace.streams.Topic;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.StringSerializer;

/** Sends one event at a time and returns when the broker has it for good. */
final class EventSender {

    private static final String TIMEOUT_MS = "15000";

    private final Connection connection;

    EventSender(Connection connection) {
        this.connection = connection;
    }

    <E extends SpecificRecord> void send(Topic<E> topic, String key, long timestampMs, E event) {
        SchemaRegistry registry = new SchemaRegistry(connection.registryUrl(), connection.schemaCache());
        try (KafkaProducer<String, E> producer =
                new KafkaProducer<>(settings(), new StringSerializer(), EventSerde.of(topic, registry))) {
            producer.send(new ProducerRecord<>(topic.name(), null, timestampMs, key, event))
                    .get();
        } catch (RegistryUnavailableException e) {
            throw new CommandException(e.getMessage() + "; 'millrace status' says how the stack is", e);
        } catch (TimeoutException e) {
            throw unanswered(e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TimeoutException) {
                throw unanswered(e);
            }
            throw new CommandException("the broker did not take the event: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException("interrupted; the event may or may not have been sent", e);
        }
    }

    private CommandException unanswered(Exception cause) {
        return new CommandException(
                "no answer from Kafka at " + connection.bootstrapServers()
                        + "; 'millrace status' says how the stack is",
                cause);
    }

    private Map<String, Object> settings() {
        Map<String, Object> settings = new LinkedHashMap<>(connection.kafkaProperties());
        settings.put(ProducerConfig.CLIENT_ID_CONFIG, "millrace-cli");
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, TIMEOUT_MS);
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, "5000");
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, TIMEOUT_MS);
        return settings;
    }
}
