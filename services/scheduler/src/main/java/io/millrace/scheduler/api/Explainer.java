package io.millrace.scheduler.api;

import io.millrace.scheduler.api.Explanation.AsOf;
import io.millrace.scheduler.api.Explanation.ExpectedStart;
import io.millrace.scheduler.api.PoolReplicas.Snapshot;
import io.millrace.scheduler.domain.Blocker;
import io.millrace.scheduler.domain.Forecast;
import io.millrace.scheduler.domain.Forecast.Basis;
import io.millrace.scheduler.domain.Forecast.Expected;
import io.millrace.scheduler.domain.FreeGpus;
import io.millrace.scheduler.domain.Job;
import io.millrace.scheduler.domain.Pool;
import io.millrace.scheduler.domain.PoolEntity.PolicyEntity;
import io.millrace.scheduler.domain.QueueOrder;
import io.millrace.scheduler.domain.QueueOrder.Place;
import io.millrace.streams.ServiceClock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tells of waiting jobs what their pools' own states say of them, by the functions that decide. */
final class Explainer {

    private static final int AHEAD_NAMED = 10;

    private final PoolReplicas pools;
    private final ServiceClock clock;

    Explainer(PoolReplicas pools, ServiceClock clock) {
        this.pools = pools;
        this.clock = clock;
    }

    /** The jobs that wait in a pool, in the order in which the next cycle would consider them. */
    List<QueueRow> queue(String poolName) {
        Snapshot snapshot = pools.of(poolName);
        if (snapshot == null) {
            return List.of();
        }
        long now = now(snapshot.pool());
        return rows(
                poolName, snapshot.pool(), QueueOrder.at(snapshot.pool(), now).places(), 0, now);
    }

    private static List<QueueRow> rows(String poolName, Pool pool, List<Place> places, int before, long now) {
        List<QueueRow> rows = new ArrayList<>(places.size());
        for (Place place : places) {
            rows.add(QueueRow.of(poolName, pool, before + rows.size() + 1, place, now));
        }
        return rows;
    }

    /** By the service's clock, or of the pool's last cycle where a play drives it. */
    private long now(Pool pool) {
        long decided = pool.header().now();
        return clock.ticks() ? Math.max(decided, clock.nowMs()) : decided;
    }

    /**
     * @param poolName of the job; null when nobody knows it
     * @param row the job as the views have it
     */
    Explanation explain(@Nullable String poolName, JobRow row, List<JobView.Step> decisions) {
        Snapshot snapshot = poolName == null ? null : pools.of(poolName);
        PolicyEntity policy = snapshot == null ? null : snapshot.pool().policy();
        if (poolName != null && snapshot != null && policy != null) {
            long now = now(snapshot.pool());
            List<Place> places = QueueOrder.at(snapshot.pool(), now).places();
            for (int i = 0; i < places.size(); i++) {
                if (places.get(i).job().id().equals(row.jobId())) {
                    return waiting(poolName, snapshot, policy, row, places, i, now, decisions);
                }
            }
        }
        return new Explanation(
                row,
                policy == null ? null : policy.policy().rule().ruleName(),
                policy == null ? null : policy.sha256(),
                null,
                List.of(),
                List.of(),
                List.of(),
                null,
                null,
                null,
                null,
                null,
                decisions);
    }

    private static Explanation waiting(
            String poolName,
            Snapshot snapshot,
            PolicyEntity policy,
            JobRow row,
            List<Place> places,
            int before,
            long now,
            List<JobView.Step> decisions) {
        Pool pool = snapshot.pool();
        Place place = places.get(before);
        Job job = place.job();
        int named = Math.min(before, AHEAD_NAMED);
        List<QueueRow> ahead = rows(poolName, pool, places.subList(before - named, before), before - named, now);
        FreeGpus free = FreeGpus.of(pool, job.request().shape());
        return new Explanation(
                row,
                policy.policy().rule().ruleName(),
                policy.sha256(),
                before + 1,
                ahead.stream().map(QueueRow::jobId).toList(),
                ahead,
                Remedies.of(Blocker.of(pool, job), job.request(), free),
                new Explanation.Free(free.gpus(), free.free(), free.wholeNodes(), free.largestBlock()),
                place.priority() == null
                        ? null
                        : PriorityTerms.of(pool, policy.policy(), job, place.priority(), place.passing(), now),
                QueueRow.promisedStart(job),
                expected(
                        Forecast.of(
                                pool,
                                job,
                                places.subList(0, before).stream()
                                        .map(Place::job)
                                        .toList(),
                                now),
                        before),
                new AsOf(Instant.ofEpochMilli(now), pool.header().cycle(), snapshot.offset()),
                decisions);
    }

    static ExpectedStart expected(Expected found, int ahead) {
        return new ExpectedStart(
                found.at() == null ? null : Instant.ofEpochMilli(found.at()),
                found.at() == null ? null : basis(found.ends()),
                switch (found.unknown()) {
                    case TOO_MANY_AHEAD -> ahead + " jobs are ahead, too many to look so far";
                    case DEPENDENCY -> "other jobs must come to their ends first";
                    case TOO_FAR -> "it is too far away: too much must end before";
                    case UNKNOWN_LENGTH ->
                        "a job must end first that has neither a limit nor an estimate nor others it could be judged"
                                + " by";
                    case NO_ROOM -> "there is no room for it even when all that runs has ended";
                    case null -> why(found.ends());
                });
    }

    private static String basis(Map<Basis, Integer> ends) {
        return switch (ends.size()) {
            case 0 -> "NONE";
            case 1 -> ends.keySet().iterator().next().name();
            default -> "MIXED";
        };
    }

    private static String why(Map<Basis, Integer> ends) {
        if (ends.isEmpty()) {
            return "no job has to end for it";
        }
        List<String> parts = new ArrayList<>();
        ends.forEach((basis, count) -> parts.add(count
                + switch (basis) {
                    case LEARNED -> " when the last ones of their users and shapes did";
                    case LIMIT -> " at their limits";
                    case ESTIMATE -> " at their users' estimates";
                    case UNKNOWN -> " some time";
                }));
        return "if the jobs before it end: " + String.join(", ", parts);
    }
}
