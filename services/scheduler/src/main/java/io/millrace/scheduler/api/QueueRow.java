package io.millrace.scheduler.api;

import io.millrace.scheduler.domain.Dependency;
import io.millrace.scheduler.domain.Job;
import io.millrace.scheduler.domain.Pool;
import io.millrace.scheduler.domain.Promise;
import io.millrace.scheduler.domain.QueueOrder.Place;
import io.millrace.scheduler.domain.Work;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A waiting job; {@code position} counts from 1 in the order the policy considers the jobs of a pool.
 *
 * @param priority in points; null where the policy computes none
 * @param promisedStart when it starts at the latest if limits are enforced; null as long as it has no promise
 * @param command what is to be run; empty for a job that only holds its GPUs
 * @param after jobs that must come to their ends first
 * @param arrayId the array it is a member of; null for none
 * @param preemptions how often it gave way to another job
 * @param resumeStep step of the checkpoint it goes on from; null when there is none
 */
public record QueueRow(
        int position,
        String jobId,
        String pool,
        String team,
        String user,
        int gpus,
        Instant submittedAt,
        double waitS,
        @Nullable BigDecimal priority,
        @Nullable Instant promisedStart,
        List<String> reasons,
        List<String> command,
        List<String> after,
        @Nullable String arrayId,
        int preemptions,
        @Nullable Long resumeStep) {

    static QueueRow of(String poolName, Pool pool, int position, Place place, long now) {
        Job job = place.job();
        Work work = pool.work(job.id());
        return new QueueRow(
                position,
                job.id(),
                poolName,
                job.request().team(),
                job.request().user(),
                job.request().gpus(),
                Instant.ofEpochMilli(job.submittedAt()),
                Math.max(0, now - job.submittedAt()) / 1000.0,
                place.priority() == null
                        ? null
                        : PriorityTerms.points(place.priority().total()),
                promisedStart(job),
                job.reasons().stream().sorted().map(Enum::name).toList(),
                work == null ? List.of() : work.command(),
                job.request().after().stream().map(Dependency::jobId).toList(),
                job.request().array() == null ? null : job.request().array().arrayId(),
                job.preemptedFor().size(),
                job.checkpoint() == null ? null : (Long) job.checkpoint().step());
    }

    static @Nullable Instant promisedStart(Job job) {
        Promise promise = job.promise();
        return promise == null || promise.startBy() == null ? null : Instant.ofEpochMilli(promise.startBy());
    }
}
