package io.millrace.scheduler.domain;

import io.millrace.scheduler.domain.SchedulingPolicy.QueueLimits;
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

    /**
     * What the jobs of a lane have in common.
     *
     * @param limitMs enforced limit; null for none
     */
    record Lane(
            String team,
            String user,
            String queue,
            JobType type,
            JobRequest.Shape shape,
            @Nullable Long limitMs,
            @Nullable Long deadlineMs,
            boolean overridden) {

        static Lane of(Job job, SchedulingPolicy policy) {
            JobRequest request = job.request();
            return new Lane(
                    request.team(),
                    request.user(),
                    request.queue(),
                    request.type(),
                    request.shape(),
                    policy.limitMs(request),
                    request.deadlineMs(),
                    job.overridden());
        }
    }

    /**
     * A lane's jobs, by submission. Teams, users and shapes are numbered, so that a cycle can keep what it finds of them
     * in arrays.
     */
    record LaneJobs(
            Lane lane, int team, int user, int shape, int queueBonus, RunLengths.Of lengths, NavigableSet<Job> jobs) {

        Job first() {
            return jobs.first();
        }

        /** The job behind another that is or was in the lane; null when there is none. */
        @Nullable
        Job behind(Job job) {
            return jobs.higher(job);
        }
    }

    private final Map<Lane, LaneJobs> lanes = new HashMap<>();
    private final Map<String, Integer> teams = new HashMap<>();
    private final Map<String, Integer> users = new HashMap<>();
    private final Map<JobRequest.Shape, Integer> shapes = new HashMap<>();

    void clear() {
        lanes.clear();
        teams.clear();
        users.clear();
        shapes.clear();
    }

    void add(Job job, SchedulingPolicy policy) {
        lanes.computeIfAbsent(Lane.of(job, policy), lane -> opened(lane, policy))
                .jobs()
                .add(job);
    }

    private LaneJobs opened(Lane lane, SchedulingPolicy policy) {
        QueueLimits queue = policy.queues().get(lane.queue());
        return new LaneJobs(
                lane,
                number(teams, lane.team()),
                number(users, lane.user()),
                number(shapes, lane.shape()),
                queue == null ? 0 : queue.bonus(),
                new RunLengths.Of(lane.user(), lane.shape()),
                new TreeSet<>(Job.BY_SUBMISSION));
    }

    /** Gives numbers to what a job's lane has in common: a job that is promised a start may come back within a cycle. */
    void number(Job job) {
        number(teams, job.request().team());
        number(users, job.request().user());
        number(shapes, job.request().shape());
    }

    private static <K> int number(Map<K, Integer> numbers, K key) {
        return numbers.computeIfAbsent(key, k -> numbers.size());
    }

    void remove(Job job, SchedulingPolicy policy) {
        lanes.computeIfPresent(Lane.of(job, policy), (lane, open) -> {
            open.jobs().remove(job);
            return open.jobs().isEmpty() ? null : open;
        });
    }

    /** All that have jobs, in no order. */
    Collection<LaneJobs> all() {
        return lanes.values();
    }

    /** The first job of a lane; null when it is empty. */
    @Nullable
    Job first(Lane lane) {
        LaneJobs open = lanes.get(lane);
        return open == null ? null : open.first();
    }

    /** Above every team's number. */
    int teams() {
        return teams.size();
    }

    /** Above every user's number. */
    int users() {
        return users.size();
    }

    /** Above every shape's number. */
    int shapes() {
        return shapes.size();
    }
}
