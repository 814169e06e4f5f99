package io.millrace.monitor;

import io.millrace.access.NotStoredException;
import io.millrace.events.alertaction.AlertAcknowledged;
import io.millrace.events.alertaction.AlertActionEvent;
import io.millrace.events.alertaction.AlertRulesAdopted;
import io.millrace.events.alertaction.SilenceEnded;
import io.millrace.events.alertaction.SilenceSet;
import io.millrace.events.reference.ReferenceEvent;
import io.millrace.events.reference.ReferenceSet;
import io.millrace.monitor.codec.AlertRulesDocument;
import io.millrace.streams.EventSerde;
import io.millrace.streams.PatientSchemas;
import io.millrace.streams.Topics;
import io.millrace.streams.UndecodableException;
import io.millrace.streams.runtime.TopicReader;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.reactive.messaging.kafka.Record;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Emitter;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * References, rules, acknowledgements and silences: what the monitor alone may write, on the word of those whose word it
 * is. Each call returns when the broker has the event for good.
 */
@ApplicationScoped
public class MonitorLog {

    /** On whose word something is written. */
    public record Authority(String actor, @Nullable String method) {

        /** Who put the deployment's files where they lie. */
        public static final Authority DEPLOYMENT = new Authority("deployment", null);

        String requireMethod() {
            if (method == null) {
                throw new IllegalStateException(actor + " was not authenticated");
            }
            return method;
        }
    }

    private static final Logger LOG = Logger.getLogger(MonitorLog.class);
    private static final String RULES = "rules";
    private static final int PATIENCE_S = 130; // beyond a producer's own

    private final EventSerde<AlertActionEvent> actionSerde;
    private final EventSerde<ReferenceEvent> referenceSerde;
    private final Map<String, Object> broker;
    private final Emitter<Record<String, byte[]>> actions;
    private final Emitter<Record<String, byte[]>> references;

    MonitorLog(
            PatientSchemas schemas,
            @Identifier("default-kafka-broker") Map<String, Object> broker,
            @Channel("alert-actions") Emitter<Record<String, byte[]>> actions,
            @Channel("references") Emitter<Record<String, byte[]>> references) {
        this.actionSerde = EventSerde.of(Topics.ALERT_ACTIONS, schemas);
        this.referenceSerde = EventSerde.of(Topics.REFERENCES, schemas);
        this.broker = broker;
        this.actions = actions;
        this.references = references;
    }

    /** @return the event's id */
    public String adopt(Authority authority, String document) {
        return act(
                authority,
                RULES,
                new AlertRulesAdopted(document, AlertRulesDocument.sha256(document), authority.method()));
    }

    /** @return the event's id */
    public String acknowledge(Authority authority, String fingerprint, String reason) {
        return act(authority, fingerprint, new AlertAcknowledged(fingerprint, reason, authority.requireMethod()));
    }

    /** @return the silence's name */
    public String silence(
            Authority authority, Map<String, String> matchers, Instant starts, Instant ends, String reason) {
        String id = UUID.randomUUID().toString();
        act(authority, id, new SilenceSet(id, matchers, starts, ends, reason, authority.requireMethod()));
        return id;
    }

    /** @return the event's id */
    public String endSilence(Authority authority, String id) {
        return act(authority, id, new SilenceEnded(id, authority.requireMethod()));
    }

    /** @return the event's id */
    public String refer(Authority authority, ReferenceSet reference) {
        ReferenceEvent event =
                new ReferenceEvent(UUID.randomUUID().toString(), Instant.now(), authority.actor(), reference);
        // Taken in with the predictions of its time, when both are read again.
        store(references.send(Record.of(
                reference.getModelName() + "/" + reference.getModelVersion(), referenceSerde.serialize(null, event))));
        return event.getEventId();
    }

    private String act(Authority authority, String key, Object payload) {
        AlertActionEvent event =
                new AlertActionEvent(UUID.randomUUID().toString(), Instant.now(), authority.actor(), payload);
        store(actions.send(Record.of(key, actionSerde.serialize(null, event))));
        return event.getEventId();
    }

    private static void store(CompletionStage<Void> sent) {
        try {
            sent.toCompletableFuture().get(PATIENCE_S, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new NotStoredException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NotStoredException(e);
        }
    }

    /** The document that the deployment adopted last; null before any. */
    @Nullable
    String adoptedByDeployment() {
        String[] last = new String[1];
        try (TopicReader reader = new TopicReader(broker, List.of(Topics.ALERT_ACTIONS.name()))) {
            reader.toEnd(record -> {
                if (record.value() == null) {
                    return;
                }
                try {
                    AlertActionEvent event = actionSerde.decode(record.value());
                    if (event.getPayload() instanceof AlertRulesAdopted rules && rules.getMethod() == null) {
                        last[0] = rules.getDocument();
                    }
                } catch (UndecodableException e) {
                    LOG.debugf(e, "a record of alert-actions is left out"); // a dead letter of gather's
                }
            });
        }
        return last[0];
    }
}
