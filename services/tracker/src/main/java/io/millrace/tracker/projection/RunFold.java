package io.millrace.tracker.projection;

import io.millrace.events.refusal.EntryRefused;
import io.millrace.events.refusal.RefusalEvent;
import io.millrace.events.run.Metric;
import io.millrace.events.run.MetricsLogged;
import io.millrace.events.run.RunEvent;
import io.millrace.events.run.RunStarted;
import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.Topic;
import io.millrace.streams.Topics;
import io.millrace.tracker.codec.RunEventCodec;
import io.millrace.tracker.domain.ExperimentIds;
import io.millrace.tracker.domain.Refused;
import io.millrace.tracker.domain.RunHead;
import io.millrace.tracker.domain.Said;
import io.millrace.tracker.store.ExperimentRows;
import io.millrace.tracker.store.RunRows;
import io.millrace.tracker.store.Transaction;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Makes rows of {@code run-events}. */
public final class RunFold implements RowFold<RunEvent> {

    private static final int LONGEST_KEY = 250;
    private static final int LONGEST_VALUE = 1000;
    private static final String ACTOR = "service:tracker";

    private final RunRows runs;
    private final ExperimentRows experiments;
    private final EventSerde<RefusalEvent> refusals;

    public RunFold(RunRows runs, ExperimentRows experiments, SchemaLookup schemas) {
        this.runs = runs;
        this.experiments = experiments;
        this.refusals = EventSerde.of(Topics.RUN_REFUSALS, schemas);
    }

    @Override
    public Topic<RunEvent> topic() {
        return Topics.RUN_EVENTS;
    }

    /** Rows that must be there, made in transactions of their own, so that no two wait for one another's. */
    @Override
    public void make(List<LogRecord<RunEvent>> records) {
        Set<String> ids = new LinkedHashSet<>();
        records.forEach(record -> ids.add(record.key()));
        runs.make(ids);
        runs.keys().numbersOf(metricsOf(records));
        for (LogRecord<RunEvent> record : records) {
            if (record.event().getPayload() instanceof RunStarted started) {
                String id = started.getExperimentId();
                experiments.imply(
                        id == null ? ExperimentIds.ofName(started.getExperiment()) : id,
                        started.getExperiment(),
                        Math.max(1, record.event().getOccurredAt().toEpochMilli()));
            }
        }
    }

    private static Set<String> metricsOf(List<LogRecord<RunEvent>> records) {
        Set<String> metrics = new HashSet<>();
        for (LogRecord<RunEvent> record : records) {
            if (record.event().getPayload() instanceof MetricsLogged logged) {
                for (Metric metric : logged.getMetrics()) {
                    if (metric.getKey().length() <= LONGEST_KEY) {
                        metrics.add(metric.getKey());
                    }
                }
            }
        }
        return metrics;
    }

    @Override
    public void lock(Transaction transaction, List<LogRecord<RunEvent>> records) throws SQLException {
        // By number: whoever locks several runs locks them in this order.
        TreeMap<Long, String> byNumber = new TreeMap<>();
        for (LogRecord<RunEvent> record : records) {
            byNumber.put(Objects.requireNonNull(runs.numberOf(transaction, record.key()), "it was made"), record.key());
        }
        for (String runId : byNumber.values()) {
            runs.lock(transaction, runId);
        }
    }

    @Override
    public void apply(Transaction transaction, List<LogRecord<RunEvent>> records) throws SQLException {
        Map<String, List<LogRecord<RunEvent>>> byRun = new LinkedHashMap<>();
        records.forEach(record ->
                byRun.computeIfAbsent(record.key(), key -> new ArrayList<>()).add(record));
        for (Map.Entry<String, List<LogRecord<RunEvent>>> one : byRun.entrySet()) {
            RunRows.Locked run = Objects.requireNonNull(runs.lock(transaction, one.getKey()), "it was made");
            apply(transaction, run, one.getValue());
        }
    }

    /** Applies what is said of one run, which is locked. */
    public void apply(Transaction transaction, RunRows.Locked run, List<LogRecord<RunEvent>> records)
            throws SQLException {
        List<Said> said = new ArrayList<>();
        Map<Long, LogRecord<RunEvent>> byOffset = new HashMap<>();
        for (LogRecord<RunEvent> record : records) {
            Said one = RunEventCodec.said(record.offset(), record.timestamp(), record.event());
            byOffset.put(record.offset(), record);
            if (one != null) {
                said.add(one);
            }
        }
        RunHead before = run.image().head();
        runs.prepare(transaction, run, said);
        said.forEach(run.image()::apply);
        runs.save(transaction, run, before);
        for (Refused refused : run.image().refused()) {
            refuse(transaction, run.image().runId(), refused, byOffset.get(refused.offset()), records.getFirst());
        }
    }

    /**
     * Tells what does not hold, once.
     *
     * @param source the record that is refused, if it is at hand: one that was applied before is not
     * @param near a record of the same partition
     */
    private void refuse(
            Transaction transaction,
            String runId,
            Refused refused,
            @Nullable LogRecord<RunEvent> source,
            LogRecord<RunEvent> near)
            throws SQLException {
        String id = UUID.nameUUIDFromBytes((near.topic() + "/" + near.partition() + "/" + refused.offset() + "/"
                                + refused.kind().word() + "/" + refused.key())
                        .getBytes(StandardCharsets.UTF_8))
                .toString();
        if (RefusalRows.isKnown(transaction, id)) {
            return;
        }
        RefusalEvent event = new RefusalEvent(
                id,
                Instant.ofEpochMilli(source == null ? near.timestamp() : source.timestamp()),
                ACTOR,
                new EntryRefused(
                        near.topic(),
                        near.partition(),
                        refused.offset(),
                        source == null ? "" : source.event().getEventId(),
                        source == null ? "" : source.event().getActor(),
                        refused.kind().word(),
                        cut(refused.key(), LONGEST_KEY),
                        refused.reason(),
                        refused.kept(),
                        refused.refused() == null ? null : cut(refused.refused(), LONGEST_VALUE)));
        Outbox.put(
                transaction,
                Topics.RUN_REFUSALS.name(),
                runId,
                Objects.requireNonNull(refusals.serialize(null, event)));
    }

    private static String cut(String text, int longest) {
        return text.length() <= longest ? text : text.substring(0, longest);
    }
}
