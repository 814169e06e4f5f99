package io.millrace.scheduler;

import io.millrace.access.NotStoredException;
import io.millrace.events.org.OrgEvent;
import io.millrace.events.policy.PolicyAdopted;
import io.millrace.events.policy.PolicyEvent;
import io.millrace.events.policy.PreemptionOrdered;
import io.millrace.events.policy.PriorityOverridden;
import io.millrace.scheduler.codec.MemberCodec;
import io.millrace.scheduler.codec.PolicyDocument;
import io.millrace.scheduler.domain.Member;
import io.millrace.streams.EventSerde;
import io.millrace.streams.PatientSchemas;
import io.millrace.streams.Topic;
import io.millrace.streams.Topics;
import io.millrace.streams.UndecodableException;
import io.millrace.streams.runtime.TopicReader;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.reactive.messaging.kafka.Record;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.avro.specific.SpecificRecord;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Emitter;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Policies, the organisation, overrides and preemptions: what the scheduler alone may write, on the word of those whose
 * word it is. Each call returns when the broker has the event for good.
 */
@ApplicationScoped
public class AuthorityLog {

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

    private static final Logger LOG = Logger.getLogger(AuthorityLog.class);
    private static final String POLICY = "scheduling";
    private static final int PATIENCE_S = 130; // beyond a producer's own

    private final List<String> pools;
    private final EventSerde<PolicyEvent> policySerde;
    private final EventSerde<OrgEvent> orgSerde;
    private final Map<String, Object> broker;
    private final Emitter<Record<String, byte[]>> policyEvents;
    private final Emitter<Record<String, byte[]>> orgEvents;

    AuthorityLog(
            SchedulerConfig config,
            PatientSchemas schemas,
            @Identifier("default-kafka-broker") Map<String, Object> broker,
            @Channel("policy-events") Emitter<Record<String, byte[]>> policyEvents,
            @Channel("org-events") Emitter<Record<String, byte[]>> orgEvents) {
        this.pools =
                Topics.poolPartitions(config.pools()).keySet().stream().sorted().toList();
        this.policySerde = EventSerde.of(Topics.POLICY_EVENTS, schemas);
        this.orgSerde = EventSerde.of(Topics.ORG_EVENTS, schemas);
        this.broker = broker;
        this.policyEvents = policyEvents;
        this.orgEvents = orgEvents;
    }

    /** All pools, ascending. */
    List<String> pools() {
        return pools;
    }

    /** @return the event's id */
    public String adopt(Authority authority, String document) {
        return policy(
                authority,
                POLICY,
                new PolicyAdopted(POLICY, document, PolicyDocument.sha256(document), pools, authority.method()));
    }

    /** @return the events' ids */
    public List<String> define(Authority authority, List<Member> members) {
        List<String> ids = new ArrayList<>();
        for (Member member : members) {
            OrgEvent event = new OrgEvent(
                    UUID.randomUUID().toString(),
                    Instant.now(),
                    authority.actor(),
                    MemberCodec.payload(member, pools, authority.method()));
            store(orgEvents.send(Record.of(MemberCodec.key(member), orgSerde.serialize(null, event))));
            ids.add(event.getEventId());
        }
        return ids;
    }

    /** @return the event's id */
    public String override(Authority manager, String jobId, String pool, String reason) {
        return policy(
                manager, jobId, new PriorityOverridden(jobId, pool, manager.actor(), manager.requireMethod(), reason));
    }

    /** @return the event's id */
    public String preempt(Authority manager, String jobId, String pool, String reason) {
        return policy(
                manager, jobId, new PreemptionOrdered(jobId, pool, manager.actor(), manager.requireMethod(), reason));
    }

    private String policy(Authority authority, String key, Object payload) {
        PolicyEvent event = new PolicyEvent(UUID.randomUUID().toString(), Instant.now(), authority.actor(), payload);
        store(policyEvents.send(Record.of(key, policySerde.serialize(null, event))));
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

    /** What was said up to now of teams and users. */
    public OrgRows orgRows() {
        OrgRows rows = new OrgRows();
        read(Topics.ORG_EVENTS, orgSerde, rows::take);
        return rows;
    }

    /** The policies that were adopted up to now. */
    PolicyHistory policies() {
        PolicyHistory history = new PolicyHistory();
        read(Topics.POLICY_EVENTS, policySerde, (key, event) -> history.take(event));
        return history;
    }

    private interface Taker<E> {
        void take(String key, E event);
    }

    private <E extends SpecificRecord> void read(Topic<E> topic, EventSerde<E> serde, Taker<E> taker) {
        try (TopicReader reader = new TopicReader(broker, List.of(topic.name()))) {
            reader.toEnd(record -> {
                if (record.key() == null || record.value() == null) {
                    return;
                }
                E event;
                try {
                    event = serde.decode(record.value());
                } catch (UndecodableException e) {
                    LOG.debugf(e, "a record of %s is left out", topic.name()); // a dead letter of gather's
                    return;
                }
                taker.take(record.key(), event);
            });
        }
    }
}
