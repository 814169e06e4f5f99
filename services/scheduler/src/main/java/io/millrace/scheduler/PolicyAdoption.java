package io.millrace.scheduler;

import io.millrace.events.policy.PolicyAdopted;
import io.millrace.events.policy.PolicyEvent;
import io.millrace.scheduler.codec.PolicyDocument;
import io.millrace.streams.EventSerde;
import io.millrace.streams.PatientSchemas;
import io.millrace.streams.Topics;
import io.millrace.streams.UndecodableException;
import io.millrace.streams.runtime.TopicReader;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.reactive.messaging.kafka.Record;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Emitter;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Adopts the deployment's policy file at the start: an event, unless that very text was the last one adopted. */
@ApplicationScoped
public class PolicyAdoption {

    private static final Logger LOG = Logger.getLogger(PolicyAdoption.class);
    private static final String POLICY = "scheduling";

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
        List<String> pools =
                Topics.poolPartitions(config.pools()).keySet().stream().sorted().toList();
        PolicyAdopted last = lastAdopted(serde);
        // A pool that came since has not seen it yet.
        if (last != null
                && sha256.equals(last.getDocumentSha256())
                && last.getPools().containsAll(pools)) {
            LOG.infof("policy %s is in force already", sha256);
            return;
        }
        PolicyEvent event = new PolicyEvent(
                UUID.randomUUID().toString(),
                Instant.now(),
                "deployment",
                new PolicyAdopted(POLICY, document, sha256, pools));
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

    private @Nullable PolicyAdopted lastAdopted(EventSerde<PolicyEvent> serde) {
        @Nullable PolicyAdopted[] last = {null};
        try (TopicReader reader = new TopicReader(broker, List.of(Topics.POLICY_EVENTS.name()))) {
            reader.toEnd(record -> {
                PolicyAdopted adopted = record.value() == null ? null : adopted(serde, record.value());
                last[0] = adopted == null ? last[0] : adopted;
            });
        }
        return last[0];
    }

    /** What can't be read was never adopted: gather makes it a dead letter. */
    private static @Nullable PolicyAdopted adopted(EventSerde<PolicyEvent> serde, byte[] value) {
        try {
            return serde.decode(value).getPayload() instanceof PolicyAdopted adopted ? adopted : null;
        } catch (UndecodableException e) {
            return null;
        }
    }
}
