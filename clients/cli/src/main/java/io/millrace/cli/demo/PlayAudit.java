package io.millrace.cli.demo;

import io.millrace.cli.Connection;
import io.millrace.cli.SharesOverTime.Stay;
import io.millrace.events.decision.JobDecision;
import io.millrace.events.decision.JobEnded;
import io.millrace.events.decision.JobPlaced;
import io.millrace.events.decision.JobQueued;
import io.millrace.events.decision.JobRequeued;
import io.millrace.events.usage.UsageEvent;
import io.millrace.events.usage.UsageMeasured;
import io.millrace.streams.EventSerde;
import io.millrace.streams.SchemaLookup;
import io.millrace.streams.Topic;
import io.millrace.streams.Topics;
import io.millrace.streams.runtime.TopicReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Counts, from the topics alone, what the services made of a play. */
public final class PlayAudit {
    private final Connection connection;
    private final SchemaLookup schemas;

    public PlayAudit(Connection connection, SchemaLookup schemas) {
        this.connection = connection;
        this.schemas = schemas;
    }

    /**
     * GPU time of all teams as the scheduler accounts it, in milliseconds. Accounts follow decisions with a short delay,
     * so this waits until they reach what is expected.
     */
    public long gpuMsAccounted(long expected, Duration atMost) {
        EventSerde<UsageEvent> serde = EventSerde.of(Topics.FAIR_SHARE_USAGE, schemas);
        Map<String, Long> byTeam = new HashMap<>();
        long deadline = System.nanoTime() + atMost.toNanos();
        try (TopicReader usage =
                new TopicReader(connection.kafkaProperties(), List.of(Topics.FAIR_SHARE_USAGE.name()))) {
            while (true) {
                usage.toEnd(message -> {
                    if (message.value() != null
                            && serde.decode(message.value()).getPayload() instanceof UsageMeasured measured
                            && measured.getUser() == null) {
                        byTeam.put(measured.getTeam(), measured.getGpuMs());
                    }
                });
                long accounted =
                        byTeam.values().stream().mapToLong(Long::longValue).sum();
                if (accounted == expected || System.nanoTime() > deadline) {
                    return accounted;
                }
            }
        }
    }

    /** What became of each job, from the scheduler's decisions; those that have not ended yet are left out. */
    public List<Stay> stays() {
        EventSerde<JobDecision> serde = EventSerde.of(Topics.JOB_DECISIONS, schemas);
        Map<String, Stay> open = new HashMap<>();
        List<Stay> stays = new ArrayList<>();
        try (TopicReader decisions =
                new TopicReader(connection.kafkaProperties(), List.of(Topics.JOB_DECISIONS.name()))) {
            decisions.toEnd(message -> {
                JobDecision decision = serde.decode(message.value());
                long at = decision.getOccurredAt().toEpochMilli();
                String job = message.key();
                switch (decision.getPayload()) {
                    case JobQueued queued -> open.put(job, waiting(queued));
                    case JobPlaced placed -> open.computeIfPresent(job, (id, stay) -> started(stay, placed, at));
                    case JobRequeued requeued ->
                        open.computeIfPresent(job, (id, stay) -> {
                            stays.add(ended(stay, at));
                            return new Stay(stay.team(), stay.gpus(), at, Long.MAX_VALUE, Long.MAX_VALUE);
                        });
                    case JobEnded end -> {
                        Stay stay = open.remove(job);
                        if (stay != null) {
                            stays.add(ended(stay, end.getEndedAt().toEpochMilli()));
                        }
                    }
                    default -> {}
                }
            });
        }
        return stays;
    }

    private static Stay waiting(JobQueued queued) {
        return new Stay(
                queued.getTeam(),
                queued.getGpus(),
                queued.getSubmittedAt().toEpochMilli(),
                Long.MAX_VALUE,
                Long.MAX_VALUE);
    }

    private static Stay started(Stay stay, JobPlaced placed, long at) {
        int gpus = placed.getNodes().stream()
                .mapToInt(share -> share.getGpus().size())
                .sum();
        return new Stay(stay.team(), gpus, stay.waitsFromMs(), at, Long.MAX_VALUE);
    }

    private static Stay ended(Stay stay, long at) {
        return new Stay(stay.team(), stay.gpus(), stay.waitsFromMs(), Math.min(stay.startMs(), at), at);
    }

    /** Records in all dead-letter topics. */
    public long deadLetters() {
        long[] count = {0};
        List<String> topics = Topics.ALL.stream().map(Topic::deadLetterTopic).toList();
        try (TopicReader letters = new TopicReader(connection.kafkaProperties(), topics)) {
            letters.toEnd(message -> count[0]++);
        }
        return count[0];
    }
}
