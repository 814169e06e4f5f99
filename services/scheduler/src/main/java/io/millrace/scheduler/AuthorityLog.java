package io.millrace.scheduler;

import io.millrace.access.Authority;
import io.millrace.events.org.OrgEvent;
import io.millrace.events.policy.PolicyAdopted;
import io.millrace.events.policy.PolicyEvent;
import io.millrace.events.policy.PreemptionOrdered;
import io.millrace.events.policy.PriorityOverridden;
import io.millrace.scheduler.codec.MemberCodec;
import io.millrace.scheduler.codec.PolicyDocument;
import io.millrace.scheduler.domain.Member;
import io.millrace.service.AuthorityChannel;
import io.millrace.streams.EventSerde;
import io.millrace.streams.PatientSchemas;
import io.millrace.streams.Topic;
import io.millrace.streams.Topics;
import io.millrace.streams.UndecodableException;
import io.millrace.streams.runtime.TopicReader;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.reactive.messaging.kafka.Record;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Emitter;
import org.jboss.logging.Logger;

/**
 * Policies, the organisation, overrides and preemptions: what the scheduler alone may write, on the word of those whose
 * word it is. Each call returns when the broker has the event for good.
 */
@ApplicationScoped
public class AuthorityLog {

    private static final Logger LOG = Logger.getLogger(AuthorityLog.class);
    private static final String POLICY = "scheduling";

    private final List<String> pools;
    private final InstantSource time;
    private final Map<String, Object> broker;
    private final AuthorityChannel<PolicyEvent> policyEvents;
    private final AuthorityChannel<OrgEvent> orgEvents;

    AuthorityLog(
            SchedulerConfig config,
            PatientSchemas schemas,
            InstantSource time,
            @Identifier("default-kafka-broker") Map<String, Object> broker,
            @Channel("policy-events") Emitter<Record<String, byte[]>> policyEvents,
            @Channel("org-events") Emitter<Record<String, byte[]>> orgEvents) {
        this.pools =
                Topics.poolPartitions(config.pools()).keySet().stream().sorted().toList();
        this.time = time;
        this.broker = broker;
        this.policyEvents = new AuthorityChannel<>(policyEvents, EventSerde.of(Topics.POLICY_EVENTS, schemas));
        this.orgEvents = new AuthorityChannel<>(orgEvents, EventSerde.of(Topics.ORG_EVENTS, schemas));
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
                    time.instant(),
                    authority.actor(),
                    MemberCodec.payload(member, pools, authority.method()));
            orgEvents.append(MemberCodec.key(member), event);
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
        PolicyEvent event = new PolicyEvent(UUID.randomUUID().toString(), time.instant(), authority.actor(), payload);
        policyEvents.append(key, event);
        return event.getEventId();
    }

    /** What was said up to now of teams and users. */
    public OrgRows orgRows() {
        OrgRows rows = new OrgRows();
        read(Topics.ORG_EVENTS, orgEvents.serde(), rows::take);
        return rows;
    }

    /** The policies that were adopted up to now. */
    PolicyHistory policies() {
        PolicyHistory history = new PolicyHistory();
        read(Topics.POLICY_EVENTS, policyEvents.serde(), (key, event) -> history.take(event));
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
