package io.millrace.scheduler.api;

import io.millrace.scheduler.domain.Job;
import io.millrace.scheduler.domain.Promise;
import io.millrace.scheduler.domain.QueueOrder.Place;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A waiting job; {@code position} counts from 1 in the order the policy considers the jobs of a pool.
 *
 * @param arrayId the array it is a member of; null for none
 * @param priority in points; null where the policy computes none
 * @param promisedStart when it starts at the latest if limits are enforced; null as long as it has no promise
 */
public record QueueRow(
        int position,
        String jobId,
        @Nullable String arrayId,
        String pool,
        String team,
        String user,
        int gpus,
        Instant submittedAt,
        double waitS,
        @Nullable BigDecimal priority,
        @Nullable Instant promisedStart,
        List<String> reasons) {

    static QueueRow of(String pool, int position, Place place, long now) {
        Job job = place.job();
        return new QueueRow(
                position,
                job.id(),
                job.request().array() == null ? null : job.request().array().arrayId(),
                pool,
                job.request().team(),
                job.request().user(),
                job.request().gpus(),
                Instant.ofEpochMilli(job.submittedAt()),
                Math.max(0, now - job.submittedAt()) / 1000.0,
                place.priority() == null
                        ? null
                        : PriorityTerms.points(place.priority().total()),
                promisedStart(job),
                job.reasons().stream().sorted().map(Enum::name).toList());
    }

    static @Nullable Instant promisedStart(Job job) {
        Promise promise = job.promise();
        return promise == null || promise.startBy() == null ? null : Instant.ofEpochMilli(promise.startBy());
    }
}
