package io.millrace.scheduler.topology;

import io.millrace.events.attempt.AttemptEvent;
import io.millrace.events.attempt.Heartbeat;
import io.millrace.events.attempt.JobStarted;
import io.millrace.events.decision.JobDecision;
import io.millrace.events.decision.JobEnded;
import io.millrace.events.decision.JobPlaced;
import io.millrace.events.decision.JobRequeued;
import io.millrace.events.decision.NodeShare;
import io.millrace.stores.usage.MeteredAttempt;
import io.millrace.stores.usage.UsageChange;
import io.millrace.stores.usage.UsageChangeKind;
import io.millrace.stores.usage.UsageRecord;
import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.ServiceClock;
import io.millrace.streams.Topics;
import io.millrace.streams.UndecodableException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Meters each job's attempts: from placements, starts and ends it tells when GPUs began and ceased to be used, by team
 * and by user. A start counts as soon as the agent tells it; what the pool says at the attempt's end is final.
 */
final class UsageMeter implements Processor<String, byte[], String, UsageRecord> {

    /** How often it is told on that an attempt is still running, so that published usage is never much older. */
    private static final Duration TOLD_EVERY = Duration.ofMinutes(10);

    /** A placement follows the start it allowed within moments; a day is for an outage of ours. */
    private static final Duration EARLY_KEPT = Duration.ofDays(1);

    private static final MeteredAttempt NOTHING = new MeteredAttempt(0, "", "", 0, 0L, null, 0L, 0, 0L, 0);

    private final ServiceClock clock;
    private final EventSerde<JobDecision> decisions;
    private final EventSerde<AttemptEvent> attempts;
    private @Nullable ProcessorContext<String, UsageRecord> context;
    private @Nullable KeyValueStore<String, UsageRecord> store;

    UsageMeter(SchemaLookup schemas, ServiceClock clock) {
        this.clock = clock;
        decisions = EventSerde.of(Topics.JOB_DECISIONS, schemas);
        attempts = EventSerde.of(Topics.ATTEMPT_EVENTS, schemas);
    }

    @Override
    public void init(ProcessorContext<String, UsageRecord> processorContext) {
        context = processorContext;
        store = processorContext.getStateStore(SchedulerTopology.METER_STORE);
        processorContext.schedule(EARLY_KEPT, PunctuationType.STREAM_TIME, this::forgetEarlyStarts);
    }

    @Override
    public void process(Record<String, byte[]> record) {
        if (record.key() == null || record.value() == null || context == null || store == null) {
            return;
        }
        SpecificRecord event;
        try {
            event = isDecision() ? decisions.decode(record.value()) : attempts.decode(record.value());
        } catch (UndecodableException e) {
            if (isDecision()) {
                throw e; // our own word: accounts that skip one would be wrong for good
            }
            return; // gather reads the same record and makes it a dead letter
        }
        UsageRecord stored = store.get(record.key());
        MeteredAttempt before = stored == null ? NOTHING : (MeteredAttempt) stored.getContent();
        MeteredAttempt after = switch (event) {
            case JobDecision decision -> decided(before, decision);
            case AttemptEvent attempt -> seen(before, attempt);
            default -> before;
        };
        if (!after.equals(before)) {
            store.put(record.key(), after.equals(NOTHING) ? null : new UsageRecord(after));
        }
    }

    /** A start whose placement never came was told of an attempt that never was. */
    private void forgetEarlyStarts(long now) {
        if (store == null) {
            return;
        }
        List<String> forgotten = new ArrayList<>();
        try (KeyValueIterator<String, UsageRecord> all = store.all()) {
            while (all.hasNext()) {
                KeyValue<String, UsageRecord> entry = all.next();
                MeteredAttempt attempt = (MeteredAttempt) entry.value.getContent();
                if (attempt.getAttempt() == 0 && attempt.getEarlyAt() < now - EARLY_KEPT.toMillis()) {
                    forgotten.add(entry.key);
                }
            }
        }
        forgotten.forEach(store::delete);
    }

    private boolean isDecision() {
        return context != null
                && context.recordMetadata()
                        .map(metadata -> metadata.topic().equals(Topics.JOB_DECISIONS.name()))
                        .orElse(false);
    }

    private MeteredAttempt decided(MeteredAttempt before, JobDecision decision) {
        return switch (decision.getPayload()) {
            case JobPlaced placed ->
                placed(before, placed, decision.getOccurredAt().toEpochMilli());
            case JobRequeued requeued ->
                over(
                        before,
                        requeued.getAttempt(),
                        requeued.getStartedAt(),
                        requeued.getEndedAt(),
                        requeued.getGpuMs());
            case JobEnded ended ->
                over(before, ended.getAttempt(), ended.getStartedAt(), ended.getEndedAt(), ended.getGpuMs());
            default -> before;
        };
    }

    private MeteredAttempt placed(MeteredAttempt before, JobPlaced placed, long at) {
        int gpus = 0;
        for (NodeShare share : placed.getNodes()) {
            gpus += share.getGpus().size();
        }
        MeteredAttempt open = new MeteredAttempt(
                placed.getAttempt(),
                placed.getTeam(),
                placed.getUser(),
                gpus,
                at,
                null,
                at,
                0,
                0L,
                placed.getUsageWeight());
        return before.getEarlyAttempt() == placed.getAttempt()
                ? started(open, Math.max(at, before.getEarlyAt()))
                : open;
    }

    private MeteredAttempt seen(MeteredAttempt before, AttemptEvent event) {
        // An agent's clock may be behind ours, and is believed; one ahead would spoil the accounts for good.
        long occurredAt = event.getOccurredAt().toEpochMilli();
        long at = Math.max(before.getPlacedAt(), Math.min(occurredAt, clock.seenAt(occurredAt)));
        return switch (event.getPayload()) {
            case JobStarted started when started.getAttempt() == before.getAttempt() -> startedAgain(before, at);
            // The agent was quicker than this reader: its placement is still to come.
            case JobStarted started
            when started.getAttempt() > before.getAttempt() ->
                new MeteredAttempt(
                        before.getAttempt(),
                        before.getTeam(),
                        before.getUser(),
                        before.getGpus(),
                        before.getPlacedAt(),
                        before.getStartedAt(),
                        before.getToldAt(),
                        started.getAttempt(),
                        at,
                        before.getWeight());
            // As the pool has it: whoever is alive has started.
            case Heartbeat heartbeat
            when heartbeat.getAttempt() == before.getAttempt()
                    && before.getAttempt() > 0
                    && before.getStartedAt() == null -> started(before, at);
            case Heartbeat heartbeat
            when heartbeat.getAttempt() == before.getAttempt()
                    && before.getStartedAt() != null
                    && at - before.getToldAt() >= TOLD_EVERY.toMillis() -> {
                tell(before, UsageChangeKind.STILL_RUNNING, at, 0);
                yield with(before, before.getStartedAt(), at);
            }
            default -> before;
        };
    }

    /** As the pool has it: of several words of a start the earliest holds. */
    private MeteredAttempt startedAgain(MeteredAttempt attempt, long at) {
        Long counted = attempt.getStartedAt();
        if (counted != null && counted <= at) {
            return attempt;
        }
        if (counted != null) {
            tell(attempt, UsageChangeKind.ENDED, counted, 0);
        }
        return started(attempt, at);
    }

    private MeteredAttempt started(MeteredAttempt attempt, long at) {
        tell(attempt, UsageChangeKind.STARTED, at, 0);
        return with(attempt, at, at);
    }

    private MeteredAttempt over(
            MeteredAttempt before, int attempt, @Nullable Instant startedAt, Instant endedAt, long gpuMs) {
        if (attempt == 0 || attempt != before.getAttempt()) {
            return before;
        }
        Long counted = before.getStartedAt();
        Long start = startedAt == null ? null : startedAt.toEpochMilli();
        if (counted != null && !counted.equals(start)) {
            tell(before, UsageChangeKind.ENDED, counted, 0); // as if that start had never been
        }
        if (start != null) {
            if (!start.equals(counted)) {
                tell(before, UsageChangeKind.STARTED, start, 0);
            }
            tell(before, UsageChangeKind.ENDED, endedAt.toEpochMilli(), gpuMs);
        }
        return new MeteredAttempt(0, "", "", 0, 0L, null, 0L, before.getEarlyAttempt(), before.getEarlyAt(), 0);
    }

    private static MeteredAttempt with(MeteredAttempt attempt, @Nullable Long startedAt, long toldAt) {
        return new MeteredAttempt(
                attempt.getAttempt(),
                attempt.getTeam(),
                attempt.getUser(),
                attempt.getGpus(),
                attempt.getPlacedAt(),
                startedAt,
                toldAt,
                0,
                0L,
                attempt.getWeight());
    }

    private void tell(MeteredAttempt attempt, UsageChangeKind kind, long at, long gpuMs) {
        if (context == null) {
            throw new IllegalStateException("not initialised");
        }
        String team = attempt.getTeam();
        String user = attempt.getUser();
        context.forward(new Record<>(team, change(attempt, null, kind, at, gpuMs), at));
        context.forward(new Record<>(team + "/" + user, change(attempt, user, kind, at, gpuMs), at));
    }

    private static UsageRecord change(
            MeteredAttempt attempt, @Nullable String user, UsageChangeKind kind, long at, long gpuMs) {
        return new UsageRecord(
                new UsageChange(attempt.getTeam(), user, kind, attempt.getGpus(), at, gpuMs, attempt.getWeight()));
    }
}
