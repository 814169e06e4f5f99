package io.millrace.monitor.delivery;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.access.NotStoredException;
import io.millrace.monitor.MonitorConfig;
import io.millrace.streams.DeadLetter;
import io.millrace.streams.PatientSchemas;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Tells each receiver of the deployment's file while the service runs. */
@Singleton
final class DeliveryLifecycle {

    private static final Logger LOG = Logger.getLogger(DeliveryLifecycle.class);

    private final MonitorConfig config;
    private final Map<String, Object> broker;
    private final PatientSchemas schemas;
    private final MeterRegistry meters;
    private final List<Delivery> deliveries = new ArrayList<>();
    private @Nullable KafkaProducer<String, byte[]> deadLetters;

    DeliveryLifecycle(
            MonitorConfig config,
            @Identifier("default-kafka-broker") Map<String, Object> broker,
            PatientSchemas schemas,
            MeterRegistry meters) {
        this.config = config;
        this.broker = broker;
        this.schemas = schemas;
        this.meters = meters;
    }

    void start(@Observes StartupEvent startup) {
        Path file = config.receiversFile().orElse(null);
        if (file == null) {
            LOG.info("no file of receivers: alerts are told in their topic and over HTTP alone");
            return;
        }
        List<Receiver> receivers = ReceiversDocument.parse(read(file));
        Map<String, Object> producerConfig = new HashMap<>(broker);
        producerConfig.put(ProducerConfig.ACKS_CONFIG, "all");
        KafkaProducer<String, byte[]> producer =
                new KafkaProducer<>(producerConfig, new StringSerializer(), new ByteArraySerializer());
        deadLetters = producer;
        for (Receiver receiver : receivers) {
            Delivery delivery = new Delivery(
                    receiver, broker, schemas, (record, reason) -> store(producer, deadLetter(record, reason)));
            deliveries.add(delivery);
            FunctionCounter.builder("millrace_notifications_delivered", delivery, Delivery::delivered)
                    .description("Notifications that the receiver has taken.")
                    .tag("receiver", receiver.name())
                    .register(meters);
            FunctionCounter.builder("millrace_notifications_failed", delivery, Delivery::failed)
                    .description("Attempts that failed and are repeated.")
                    .tag("receiver", receiver.name())
                    .register(meters);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException("file of receivers " + file + " can't be read", e);
        }
    }

    /** Returns when the broker has it: only then is the notification done with. */
    private static void store(KafkaProducer<String, byte[]> producer, ProducerRecord<String, byte[]> record) {
        try {
            producer.send(record).get();
        } catch (ExecutionException e) {
            throw new NotStoredException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NotStoredException(e);
        }
    }

    private static ProducerRecord<String, byte[]> deadLetter(ConsumerRecord<String, byte[]> record, String reason) {
        return new ProducerRecord<>(
                Delivery.refusedTopic(),
                null,
                record.key(),
                record.value(),
                DeadLetter.headers(reason, record.topic(), record.partition(), record.offset()));
    }

    void stop(@Observes ShutdownEvent shutdown) {
        deliveries.forEach(Delivery::close);
        if (deadLetters != null) {
            deadLetters.close();
        }
    }
}
