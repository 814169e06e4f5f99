package io.millrace.scheduler.domain;

import io.millrace.scheduler.domain.Attempt.Ending;
import io.millrace.scheduler.domain.Attempt.StopCause;
import io.millrace.scheduler.domain.PoolEntity.StaleEntity;
import java.util.function.UnaryOperator;

/** Takes in what is told of attempts, and what is decided about those that must give way. */
final class AttemptNews {

    private final PoolEntities entities;

    AttemptNews(PoolEntities entities) {
        this.entities = entities;
    }

    void checkpoint(PoolInput.CheckpointSaved saved) {
        Job job = entities.job(saved.jobId());
        if (job == null || saved.checkpoint().attempt() > job.attempts()) {
            return;
        }
        Job.Checkpoint newest = job.checkpoint();
        if (newest == null || newest.step() < saved.checkpoint().step()) {
            entities.put(job.withCheckpoint(saved.checkpoint()));
        }
    }

    void started(long at, String jobId, int attempt) {
        touch();
        seen(jobId, attempt, current -> started(current, at));
    }

    /** Whoever is alive has started, whatever became of the word of it. */
    void heard(long at, String jobId, int attempt) {
        seen(
                jobId,
                attempt,
                current -> current.startedAt() == null
                        ? started(current, at)
                        : current.withSeen(entities.header().observed()));
    }

    /** A sign of life: of the current attempt, or of one that must be stopped. */
    private void seen(String jobId, int attempt, UnaryOperator<Attempt> change) {
        Job job = entities.job(jobId);
        Attempt current = job == null ? null : job.active();
        if (job == null || current == null || current.number() != attempt) {
            entities.put(new StaleEntity(jobId, attempt));
            touch();
            return;
        }
        entities.put(job.withAttempt(change.apply(current)));
    }

    private Attempt started(Attempt attempt, long at) {
        long start = Math.max(attempt.placedAt(), at);
        Long known = attempt.startedAt();
        return attempt.withStarted(
                known == null ? start : Math.min(known, start),
                entities.header().observed());
    }

    void ended(PoolInput.AttemptEnded ended) {
        Job job = entities.job(ended.jobId());
        Attempt current = job == null ? null : job.active();
        if (job == null || current == null || current.number() != ended.attempt() || current.ending() != null) {
            return;
        }
        long at = Math.max(ended.at(), current.startedAt() == null ? current.placedAt() : current.startedAt());
        entities.put(job.withAttempt(current.withEnding(new Ending(ended.kind(), at, ended.message()))));
        touch();
    }

    /** A manager asked for it to be preempted. */
    void ordered(String jobId) {
        Job job = entities.job(jobId);
        Attempt attempt = job == null ? null : job.active();
        if (job != null && attempt != null && !attempt.ordered()) {
            entities.put(job.withAttempt(attempt.withOrdered()));
            touch();
        }
    }

    void preempted(PoolEvent.PreemptionRequested request) {
        Job job = entities.job(request.jobId());
        Attempt attempt = job == null ? null : job.active();
        if (job == null || attempt == null) {
            return;
        }
        Attempt stopping =
                attempt.withStop(StopCause.PREEMPTED, entities.header().observed());
        if (attempt.preempted() != null) {
            entities.put(job.withAttempt(stopping)); // asked once more
            return;
        }
        Job yields = job.withAttempt(stopping.withPreempted(new Attempt.Preempted(
                request.cause(), request.forJob(), entities.header().now())));
        entities.put(request.forJob() == null ? yields : yields.withPreemptedFor(request.forJob()));
    }

    /** Something happened that may change a decision. */
    private void touch() {
        entities.put(entities.header().withChanged());
    }
}
