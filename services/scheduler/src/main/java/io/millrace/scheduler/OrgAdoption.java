package io.millrace.scheduler;

import io.millrace.events.org.OrgEvent;
import io.millrace.scheduler.codec.MemberCodec;
import io.millrace.scheduler.codec.OrgDocument;
import io.millrace.scheduler.domain.Member;
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
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Emitter;
import org.jboss.logging.Logger;

/** Takes in the deployment's organisation file at the start, if it has one: an event for each row that changed. */
@ApplicationScoped
public class OrgAdoption {

    private static final Logger LOG = Logger.getLogger(OrgAdoption.class);

    private final SchedulerConfig config;
    private final PatientSchemas schemas;
    private final Map<String, Object> broker;
    private final Emitter<Record<String, byte[]>> orgEvents;

    OrgAdoption(
            SchedulerConfig config,
            PatientSchemas schemas,
            @Identifier("default-kafka-broker") Map<String, Object> broker,
            @Channel("org-events") Emitter<Record<String, byte[]>> orgEvents) {
        this.config = config;
        this.schemas = schemas;
        this.broker = broker;
        this.orgEvents = orgEvents;
    }

    void adopt(@Observes StartupEvent startup) {
        config.orgFile().ifPresent(this::adopt);
    }

    private void adopt(Path file) {
        List<Member> members = OrgDocument.parse(read(file));
        List<String> pools =
                Topics.poolPartitions(config.pools()).keySet().stream().sorted().toList();
        EventSerde<OrgEvent> serde = EventSerde.of(Topics.ORG_EVENTS, schemas);
        List<Member> changed = said(serde).changed(members, pools);
        for (Member member : changed) {
            OrgEvent event = new OrgEvent(
                    UUID.randomUUID().toString(), Instant.now(), "deployment", MemberCodec.payload(member, pools));
            orgEvents
                    .send(Record.of(MemberCodec.key(member), serde.serialize(null, event)))
                    .toCompletableFuture()
                    .join();
        }
        LOG.infof("%d of %d teams and users of %s changed", changed.size(), members.size(), file);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException("organisation file " + file + " can't be read", e);
        }
    }

    private OrgRows said(EventSerde<OrgEvent> serde) {
        OrgRows rows = new OrgRows();
        try (TopicReader reader = new TopicReader(broker, List.of(Topics.ORG_EVENTS.name()))) {
            reader.toEnd(record -> {
                if (record.key() == null || record.value() == null) {
                    return;
                }
                try {
                    rows.take(record.key(), serde.decode(record.value()));
                } catch (UndecodableException e) {
                    LOG.debugf(e, "a record of %s is left out", Topics.ORG_EVENTS.name()); // a dead letter of gather's
                }
            });
        }
        return rows;
    }
}
