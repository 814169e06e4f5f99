package io.millrace.scheduler.topology;

import io.millrace.events.signal.Severity;
import io.millrace.events.signal.SignalEvent;
import io.millrace.events.signal.SignalRaised;
import io.millrace.scheduler.domain.Job;
import io.millrace.scheduler.domain.PoolEvent.StartSlaMissed;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/** A job that waits longer than its queue promises, as a signal. */
final class StartSlaSignal {

    private static final String NAME = "StartSlaMissed";

    private StartSlaSignal() {}

    /** One for a pool's queue, however many of its jobs wait too long. */
    static String fingerprint(String pool, StartSlaMissed missed) {
        return NAME + "/" + pool + "/" + missed.queue();
    }

    /** @param job the one that waits */
    static SignalEvent of(String pool, long cycle, long at, Job job, StartSlaMissed missed) {
        Duration promised = Duration.ofMillis(missed.dueAt() - job.since());
        return new SignalEvent(
                String.format("%s/%012d/%s/%s", pool, cycle, NAME, missed.jobId()),
                Instant.ofEpochMilli(at),
                PoolGathering.ACTOR,
                new SignalRaised(
                        NAME,
                        Severity.P3,
                        "job " + missed.jobId() + " of team " + missed.team() + " has waited longer than the "
                                + promised.toSeconds() + " s in which queue " + missed.queue() + " of pool " + pool
                                + " is to start a job",
                        Map.of(
                                "pool", pool,
                                "queue", missed.queue(),
                                "team", missed.team(),
                                "job_id", missed.jobId())));
    }
}
