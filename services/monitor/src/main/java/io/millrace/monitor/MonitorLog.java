package io.millrace.monitor;

import io.millrace.access.Authority;
import io.millrace.events.alertaction.AlertAcknowledged;
import io.millrace.events.alertaction.AlertActionEvent;
import io.millrace.events.alertaction.AlertRulesAdopted;
import io.millrace.events.alertaction.SilenceEnded;
import io.millrace.events.alertaction.SilenceSet;
import io.millrace.events.reference.ReferenceEvent;
import io.millrace.events.reference.ReferenceSet;
import io.millrace.monitor.codec.AlertRulesDocument;
import io.millrace.monitor.domain.drift.FeatureReference;
import io.millrace.service.AuthorityChannel;
import io.millrace.streams.EventSerde;
import io.millrace.streams.PatientSchemas;
import io.millrace.streams.ServiceClock;
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

    private static final Logger LOG = Logger.getLogger(MonitorLog.class);
    private static final String RULES = "rules";

    private final ServiceClock clock;
    private final Map<String, Object> broker;
    private final AuthorityChannel<AlertActionEvent> actions;
    private final AuthorityChannel<ReferenceEvent> references;
    private final PatientSchemas schemas;
    private final MonitorConfig.Monitor config;

    MonitorLog(
            MonitorConfig config,
            PatientSchemas schemas,
            ServiceClock clock,
            @Identifier("default-kafka-broker") Map<String, Object> broker,
            @Channel("alert-actions") Emitter<Record<String, byte[]>> actions,
            @Channel("references") Emitter<Record<String, byte[]>> references) {
        this.clock = clock;
        this.config = config.monitor();
        this.schemas = schemas;
        this.broker = broker;
        this.actions = new AuthorityChannel<>(actions, EventSerde.of(Topics.ALERT_ACTIONS, schemas));
        this.references = new AuthorityChannel<>(references, EventSerde.of(Topics.REFERENCES, schemas));
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

    /**
     * What a past window makes as a reference.
     *
     * @throws IllegalArgumentException when it makes none
     */
    public List<FeatureReference> sample(PastWindow window) {
        // A producer's clock may be ahead of the broker's by as much as is believed of one; a played one by anything.
        Instant earliest = clock instanceof ServiceClock.Wall ? window.from().minus(config.leap()) : null;
        return window.read(broker, schemas, earliest, config.driftFewest());
    }

    /** @return the event's id */
    public String refer(Authority authority, ReferenceSet reference) {
        Instant from = reference.getEffectiveFrom();
        Instant now = clock.ticks() ? now() : from;
        ReferenceEvent event = new ReferenceEvent(UUID.randomUUID().toString(), now, authority.actor(), reference);
        // Read again, records of several topics are taken in by their timestamps: it must come before its predictions.
        references.append(
                reference.getModelName() + "/" + reference.getModelVersion(), event, from.isBefore(now) ? from : now);
        return event.getEventId();
    }

    private String act(Authority authority, String key, Object payload) {
        AlertActionEvent event = new AlertActionEvent(UUID.randomUUID().toString(), now(), authority.actor(), payload);
        actions.append(key, event);
        return event.getEventId();
    }

    /** What people say moves no played time: it counts from the instant that a play has come to. */
    private Instant now() {
        return clock.ticks() ? Instant.ofEpochMilli(clock.nowMs()) : Instant.EPOCH;
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
                    AlertActionEvent event = actions.serde().decode(record.value());
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
