package io.millrace.scheduler.domain;

import io.millrace.scheduler.domain.Fleet.Slot;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Jobs that hold GPUs, by what may have to be decided about them and when, so that a cycle looks only at those. A cache,
 * made from the jobs under one policy.
 */
final class AttemptIndex {

    /** A job's attempt lets its GPUs go at {@code at} at the latest, if its limit is enforced. */
    static final class Release {
        private final long at;
        private final long placedAt;
        private final String jobId;
        private final List<NodeShare> shares;
        private List<Slot> slots = List.of();
        private int version = -1;

        private Release(long at, long placedAt, String jobId, List<NodeShare> shares) {
            this.at = at;
            this.placedAt = placedAt;
            this.jobId = jobId;
            this.shares = shares;
        }

        long at() {
            return at;
        }

        String jobId() {
            return jobId;
        }

        long placedAt() {
            return placedAt;
        }

        /** What becomes free; found once as long as no node joins. */
        List<Slot> slots(Fleet fleet) {
            if (version != fleet.version()) {
                slots = shares.stream()
                        .map(share -> new Slot(fleet.index(share.nodeId()), share.gpus()))
                        .toList();
                version = fleet.version();
            }
            return slots;
        }

        private static int compare(Release one, Release other) {
            int order = Long.compare(one.at, other.at);
            if (order == 0) {
                order = Long.compare(one.placedAt, other.placedAt);
            }
            return order == 0 ? one.jobId.compareTo(other.jobId) : order;
        }
    }

    private record At(long at, String jobId) {

        private static int compare(At one, At other) {
            int order = Long.compare(one.at, other.at);
            return order == 0 ? one.jobId.compareTo(other.jobId) : order;
        }
    }

    private final NavigableSet<String> all = new TreeSet<>();
    private final NavigableSet<String> miscounted = new TreeSet<>();
    private final NavigableSet<String> eventful = new TreeSet<>();

    /** In logical time. */
    private final NavigableSet<At> limits = new TreeSet<>(At::compare);

    /** In observed time. */
    private final NavigableSet<At> deadlines = new TreeSet<>(At::compare);

    private final NavigableSet<Release> releases = new TreeSet<>(Release::compare);
    private @Nullable SchedulingPolicy policy;

    void clear(@Nullable SchedulingPolicy inForce) {
        policy = inForce;
        all.clear();
        miscounted.clear();
        eventful.clear();
        limits.clear();
        deadlines.clear();
        releases.clear();
    }

    void add(Job job, Attempt attempt) {
        all.add(job.id());
        if (attempt.isMiscounted()) {
            miscounted.add(job.id());
        }
        if (attempt.ending() != null
                || attempt.stop() != null
                || attempt.ordered()
                || job.cancelRequested()
                || !attempt.lostNodes().isEmpty()) {
            eventful.add(job.id());
        }
        if (policy == null) {
            return;
        }
        releases.add(release(policy, job, attempt));
        if (attempt.ending() == null) {
            deadlines.add(new At(Timers.deadline(attempt, policy.liveness()), job.id()));
            Long limitAt = Timers.limitAt(policy, job, attempt);
            if (limitAt != null && !PoolDecider.isFinal(attempt.stop())) {
                limits.add(new At(limitAt, job.id()));
            }
        }
    }

    void remove(Job job, Attempt attempt) {
        all.remove(job.id());
        miscounted.remove(job.id());
        eventful.remove(job.id());
        if (policy == null) {
            return;
        }
        releases.remove(release(policy, job, attempt));
        deadlines.remove(new At(Timers.deadline(attempt, policy.liveness()), job.id()));
        Long limitAt = Timers.limitAt(policy, job, attempt);
        if (limitAt != null) {
            limits.remove(new At(limitAt, job.id()));
        }
    }

    private static Release release(SchedulingPolicy policy, Job job, Attempt attempt) {
        return new Release(Timers.latestEnd(policy, job, attempt), attempt.placedAt(), job.id(), attempt.shares());
    }

    /** Ids of all, in ascending order. */
    NavigableSet<String> all() {
        return all;
    }

    /** Ids of those whose start is not yet counted as it is known. */
    NavigableSet<String> miscounted() {
        return miscounted;
    }

    /** Ids of those that something may have to be decided about, in ascending order. */
    Collection<String> due(long now, long observed) {
        NavigableSet<String> due = new TreeSet<>(eventful);
        limits.headSet(new At(now + 1, ""), false).forEach(at -> due.add(at.jobId()));
        deadlines.headSet(new At(observed + 1, ""), false).forEach(at -> due.add(at.jobId()));
        return due;
    }

    /** The next logical time at which an attempt reaches its limit, ms; null when none can. */
    @Nullable
    Long nextLimit() {
        return limits.isEmpty() ? null : limits.first().at();
    }

    /** The next observed time at which an attempt's silence is too long or it is asked to stop again, ms; else null. */
    @Nullable
    Long nextDeadline() {
        return deadlines.isEmpty() ? null : deadlines.first().at();
    }

    /** All, those that let go first first; those without a limit last, the oldest of them first. A copy. */
    ArrayList<Release> releases() {
        return new ArrayList<>(releases);
    }
}
