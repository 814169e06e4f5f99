package io.millrace.scheduler;

import io.millrace.events.policy.PolicyAdopted;
import io.millrace.events.policy.PolicyEvent;
import io.millrace.scheduler.codec.PolicyDocument;
import io.millrace.streams.EventSerde;
import io.millrace.streams.PatientSchemas;
import io.millrace.streams.Topics;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.reactive.messaging.kafka.Record;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Emitter;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Adopts the deployment's policy file at the start: an event, unless that very text was the last one adopted. */
@ApplicationScoped
public class PolicyAdoption {

    private static final Logger LOG = Logger.getLogger(PolicyAdoption.class);
    private static final String POLICY = "scheduling";
    private static final Duration POLL = Duration.ofMillis(200);

    private final SchedulerConfig config;
    private final PatientSchemas schemas;
    private final Map<String, Object> broker;
    private final Emitter<Record<String, byte[]>> policyEvents;

    PolicyAdoption(
            SchedulerConfig config,
            PatientSchemas schemas,
            @Identifier("default-kafka-broker") Map<String, Object> broker,
            @Channel("policy-events") Emitter<Record<String, byte[]>> policyEvents) {
        this.config = config;
        this.schemas = schemas;
        this.broker = broker;
        this.policyEvents = policyEvents;
    }

    void adopt(@Observes StartupEvent startup) {
        String document = read();
        PolicyDocument.parse(document); // a policy that can't be read must not enter the log
        String sha256 = PolicyDocument.sha256(document);
        EventSerde<PolicyEvent> serde = EventSerde.of(Topics.POLICY_EVENTS, schemas);
        if (sha256.equals(lastAdopted(serde))) {
            LOG.infof("policy %s is in force already", sha256);
            return;
        }
        PolicyEvent event = new PolicyEvent(
                UUID.randomUUID().toString(), Instant.now(), "deployment", new PolicyAdopted(POLICY, document, sha256));
        policyEvents
                .send(Record.of(POLICY, serde.serialize(null, event)))
                .toCompletableFuture()
                .join();
        LOG.infof("policy %s adopted from %s", sha256, config.policyFile());
    }

    private String read() {
        try {
            return Files.readString(config.policyFile());
        } catch (IOException e) {
            throw new UncheckedIOException("policy file " + config.policyFile() + " can't be read", e);
        }
    }

    private @Nullable String lastAdopted(EventSerde<PolicyEvent> serde) {
        Map<String, Object> settings = new HashMap<>(broker);
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.remove(ConsumerConfig.GROUP_ID_CONFIG);
        TopicPartition only = new TopicPartition(Topics.POLICY_EVENTS.name(), 0);
        String last = null;
        try (Consumer<String, byte[]> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(only));
            consumer.seekToBeginning(List.of(only));
            long end = consumer.endOffsets(List.of(only)).getOrDefault(only, 0L);
            while (consumer.position(only) < end) {
                for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                    if (serde.decode(record.value()).getPayload() instanceof PolicyAdopted adopted) {
                        last = adopted.getDocumentSha256();
                    }
                }
            }
        }
        return last;
    }
}
