package io.millrace.cli.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.cli.audit.ReadLog.Checked;
import io.millrace.governance.codec.EntryCodec;
import io.millrace.governance.domain.audit.AuditEntry;
import io.millrace.governance.domain.audit.Coverage.Place;
import io.millrace.governance.domain.audit.SourceCheck;
import io.millrace.governance.domain.tree.CheckpointKey;
import io.millrace.streams.Envelope;
import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.Topic;
import io.millrace.streams.UndecodableException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A subject as of a time, from the records of audited topics, all of which are held against the entries that cover them.
 *
 * @param gone records of these topics that were logged, and that the topics keep no longer
 * @param unlogged records of the subject that are in no entry yet, and so are left out
 * @param faults what does not hold; empty when every record is what was logged
 */
public record SubjectReplay(
        Subject subject, Instant at, SubjectState found, long gone, long unlogged, List<String> faults) {

    public SubjectReplay {
        faults = List.copyOf(faults);
    }

    /** Reads the log, then the topics that say something of the subject. */
    public static SubjectReplay of(
            ReadLog log, CheckpointKey key, Sources sources, SchemaLookup schemas, Subject subject, Instant at)
            throws IOException {
        Reading reading = new Reading(subject, schemas);
        Checked checked = log.check(key, List.of(), reading::entry);
        sources.into(reading.check, subject.kind().topics(), reading::record);
        SourceCheck.Result result = reading.check.result();
        List<String> faults = new ArrayList<>(checked.faults());
        faults.addAll(result.faults());
        SubjectState found = SubjectState.of(
                subject,
                reading.events.stream().filter(event -> !event.at().isAfter(at)).toList());
        return new SubjectReplay(subject, at, found, result.gone(), reading.unlogged, faults);
    }

    /** What was read so far. */
    private static final class Reading {
        private static final ObjectMapper JSON = new ObjectMapper();

        private final Subject subject;
        private final SourceCheck check = new SourceCheck();
        private final Map<Place, TreeMap<Long, AuditEntry>> entries = new HashMap<>();
        private final Map<String, EventSerde<?>> serdes = new HashMap<>();
        private final List<ReplayedEvent> events = new ArrayList<>();
        private long unlogged;

        private Reading(Subject subject, SchemaLookup schemas) {
            this.subject = subject;
            for (Topic<?> topic : subject.kind().topics()) {
                serdes.put(topic.name(), EventSerde.of(topic, schemas));
            }
        }

        private void entry(String line) {
            AuditEntry entry = EntryCodec.parse(line);
            if (serdes.containsKey(entry.covered().topic())) {
                check.entry(entry);
                Place place = new Place(entry.covered().topic(), entry.covered().partition());
                entries.computeIfAbsent(place, any -> new TreeMap<>())
                        .put(entry.covered().firstOffset(), entry);
            }
        }

        private void record(ConsumerRecord<byte[], byte[]> record) {
            byte[] bytes = record.key();
            String key = bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
            EventSerde<?> serde = serdes.get(record.topic());
            if (key == null || serde == null || record.value() == null || !subject.isConcernedBy(key)) {
                return;
            }
            Map.Entry<Long, AuditEntry> covering = entries.getOrDefault(
                            new Place(record.topic(), record.partition()), new TreeMap<>())
                    .floorEntry(record.offset());
            if (covering == null || covering.getValue().covered().lastOffset() < record.offset()) {
                unlogged++;
                return;
            }
            try {
                Envelope envelope = Envelope.of(serde.decode(record.value()));
                SpecificRecord payload = (SpecificRecord) envelope.payload();
                events.add(new ReplayedEvent(
                        covering.getValue().index(),
                        record.topic(),
                        record.partition(),
                        record.offset(),
                        key,
                        Instant.ofEpochMilli(envelope.occurredAt()),
                        envelope.actor(),
                        payload.getSchema().getName(),
                        JSON.readTree(payload.toString())));
            } catch (UndecodableException e) {
                // Nobody could read it, so it changed nothing; that it was there, the log says.
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("an event is always written as JSON", e);
            }
        }
    }

    public boolean holds() {
        return faults.isEmpty();
    }

    /** For machines. */
    public ObjectNode json() {
        ObjectNode json = new ObjectMapper().createObjectNode();
        json.put("subject", subject.toString());
        json.put("at", at.toString());
        json.put("verified", holds());
        json.set("state", found.state());
        ArrayNode events = json.putArray("events");
        for (ReplayedEvent event : found.history()) {
            ObjectNode one = events.addObject();
            one.put("entry", event.entry());
            one.put("at", event.at().toString());
            one.put("actor", event.actor());
            one.put("action", event.action());
            one.put("record", event.topic() + "/" + event.partition() + "/" + event.offset());
            one.set("payload", event.payload());
        }
        json.put("gone", gone);
        json.put("unlogged", unlogged);
        ArrayNode told = json.putArray("faults");
        faults.forEach(told::add);
        return json;
    }
}
