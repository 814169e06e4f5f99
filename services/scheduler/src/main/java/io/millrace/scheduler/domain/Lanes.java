package io.millrace.scheduler.domain;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Waiting jobs in lanes. Jobs of a lane differ in nothing that changes their order but the time of their submission, and
 * fit alike: the first goes before the others at every instant, and where it finds no room, none of them does. So a
 * cycle looks at the first of each lane, however many wait behind it.
 */
final class Lanes {

    private static final int UNLIMITED = Long.SIZE;

    /**
     * What the jobs of a lane have in common.
     *
     * @param limitClass bits of the limit in ms: limits of a lane differ by less than a factor of two
     */
    record Lane(
            String team,
            String user,
            String queue,
            JobType type,
            JobRequest.Shape shape,
            int limitClass,
            @Nullable Long deadlineMs,
            boolean overridden) {

        static Lane of(Job job, SchedulingPolicy policy) {
            JobRequest request = job.request();
            Long limit = policy.limitMs(request);
            return new Lane(
                    request.team(),
                    request.user(),
                    request.queue(),
                    request.type(),
                    request.shape(),
                    limit == null ? UNLIMITED : Long.SIZE - 1 - Long.numberOfLeadingZeros(limit),
                    request.deadlineMs(),
                    job.overridden());
        }

        /** No job of the lane has a lower limit, ms; null when they have none. */
        @Nullable
        Long lowestLimitMs() {
            return limitClass == UNLIMITED ? null : 1L << limitClass;
        }
    }

    private final Map<Lane, NavigableSet<Job>> lanes = new HashMap<>();

    void clear() {
        lanes.clear();
    }

    void add(Job job, SchedulingPolicy policy) {
        lanes.computeIfAbsent(Lane.of(job, policy), lane -> new TreeSet<>(Job.BY_SUBMISSION))
                .add(job);
    }

    void remove(Job job, SchedulingPolicy policy) {
        lanes.computeIfPresent(Lane.of(job, policy), (lane, jobs) -> {
            jobs.remove(job);
            return jobs.isEmpty() ? null : jobs;
        });
    }

    /** In no order. */
    Collection<Lane> all() {
        return lanes.keySet();
    }

    /** The first job of a lane; null when it is empty. May be an older version of it. */
    @Nullable
    Job first(Lane lane) {
        NavigableSet<Job> jobs = lanes.get(lane);
        return jobs == null ? null : jobs.first();
    }

    /** The job behind another that is or was in the lane; null when there is none. */
    @Nullable
    Job behind(Lane lane, Job job) {
        NavigableSet<Job> jobs = lanes.get(lane);
        return jobs == null ? null : jobs.higher(job);
    }
}
