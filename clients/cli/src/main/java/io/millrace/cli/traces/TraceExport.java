package io.millrace.cli.traces;

import io.millrace.events.alert.AlertEvent;
import io.millrace.events.decision.JobDecision;
import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.Topics;
import io.millrace.streams.runtime.TopicReader;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads the topics from the beginning, and sends what they tell of jobs. */
public final class TraceExport implements AutoCloseable {

    private final TopicReader reader;
    private final EventSerde<JobDecision> decisions;
    private final EventSerde<AlertEvent> alerts;
    private final OtlpSpans sender;
    private final JobSpans spans;

    /**
     * @param client how to reach the broker
     * @param jobs whose traces are sent; all, if empty
     */
    public TraceExport(Map<String, Object> client, SchemaLookup schemas, Set<String> jobs, OtlpSpans sender) {
        reader = new TopicReader(client, List.of(Topics.JOB_DECISIONS.name(), Topics.ALERTS.name()));
        decisions = EventSerde.of(Topics.JOB_DECISIONS, schemas);
        alerts = EventSerde.of(Topics.ALERTS, schemas);
        this.sender = sender;
        spans = new JobSpans(span -> {
            if (jobs.isEmpty() || jobs.contains(span.jobId())) {
                sender.add(span);
            }
        });
    }

    /** Sends what was written since the last time; all of it is taken when this returns. */
    public void toEnd() {
        reader.toEnd(this::read);
        sender.flush();
    }

    private void read(ConsumerRecord<String, byte[]> message) {
        if (message.topic().equals(Topics.JOB_DECISIONS.name())) {
            spans.decided(message.key(), decisions.decode(message.value()));
        } else {
            spans.alerted(alerts.decode(message.value()));
        }
    }

    /** How many jobs are not over, so that their own spans are not made yet. */
    public int open() {
        return spans.open();
    }

    @Override
    public void close() {
        reader.close();
    }
}
